// infer: marginals, log Z or the most probable state of a model in a file.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "cli/infer/infer_outcome.hpp"
#include "cli/infer/infer_run.hpp"
#include "cli/terminal/console.hpp"
#include "core/output/output_file.hpp"
#include "experiment/folders/output_folder.hpp"
#include "unfurl/exact.hpp"

namespace unfurl::app {

namespace {

InferOutcome infer_exactly(const ConditionedModel& c, const InferCommand& options) {
  const ExactOptions limit{
      .most_memory = options.memory * 1e9, .scopes = {}, .threads = options.algorithm.threads.value_or(0)};
  InferOutcome outcome;
  if (options.task == "map") {
    const MostProbable best = most_probable(c.model, {}, 0, limit);
    outcome.states = c.all_states(best.states);
    outcome.optimal = true;
    outcome.treewidth = best.treewidth;
    outcome.bytes = best.bytes;
    return outcome;
  }
  const ExactResult result = exact(c.model, {}, 0, limit);
  outcome.marginals = c.all_marginals(result.marginals);
  outcome.log_partition = result.log_partition + c.log_constant;
  outcome.treewidth = result.treewidth;
  outcome.bytes = result.bytes;
  return outcome;
}

InferenceResult run_algorithm(const ConditionedModel& c, const InferCommand& options) {
  InferenceResult nothing_to_infer;
  nothing_to_infer.converged = true;
  nothing_to_infer.log_partition = 0;
  const bool empty = c.model.discretes().empty();
  if (!options.run.empty())
    return empty ? nothing_to_infer : infer_with_run(options.run, options.algorithm, c);
  const AlgorithmPointer algorithm = make_algorithm(options.algorithm, c);
  InferenceOptions marginals_only = options.inference;
  marginals_only.threads = options.algorithm.threads.value_or(0);
  marginals_only.decode = false;
  if (options.tolerance > 0)
    marginals_only.tolerance = options.tolerance;
  else
    marginals_only.tolerance.reset();
  return empty ? nothing_to_infer : infer(c.model, algorithm, {}, 0, marginals_only);
}

InferOutcome infer_approximately(const ConditionedModel& c, const InferCommand& options) {
  InferOutcome outcome;
  try {
    outcome.run = run_algorithm(c, options);
  } catch (
      const NoPossibleState& none) {  // the file numbers its variables; the model of its tables has names
    const auto variable = std::find(c.place.begin(), c.place.end(), none.variable) - c.place.begin();
    throw NoPossibleState(none.variable, fmt::format("{}", variable), options.model.string());
  }
  outcome.marginals = c.all_marginals(outcome.run->marginals);
  if (outcome.run->log_partition) outcome.log_partition = *outcome.run->log_partition + c.log_constant;
  if (options.task != "map") return outcome;
  const Decoded decoded = decode(c.model, outcome.run->marginals);
  if (decoded.optimal && decoded.log_value && std::isinf(*decoded.log_value))
    throw NumericalError("no joint state is possible: the factors contradict each other",
                         options.model.string(), "check the evidence, or the zeros of the model");
  outcome.states = c.all_states(decoded.states);
  outcome.optimal = decoded.optimal;
  return outcome;
}

/// The most probable state of every variable by itself.
std::vector<int> likeliest_states(const std::vector<std::vector<double>>& marginals) {
  std::vector<int> states;
  for (const auto& p : marginals)
    states.push_back(static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin()));
  return states;
}

int run_infer(const Program& program, const InferCommand& options) {
  const TableModel model = read_model(options.model);
  const Evidence evidence = options.evidence.empty() ? Evidence{} : read_evidence(options.evidence, model);
  if (!options.output.empty()) prepare_output(options.output, {options.model, options.evidence});
  const auto start = std::chrono::steady_clock::now();
  const ConditionedModel conditioned = condition(model, evidence);
  const bool exactly = options.run.empty() && options.algorithm.name == exact_name;
  if (options.run.empty()) check_options(options.algorithm);
  warn_of_new_meanings(options.algorithm);
  InferOutcome outcome =
      exactly ? infer_exactly(conditioned, options) : infer_approximately(conditioned, options);
  if (options.task == "mpm") outcome.states = likeliest_states(outcome.marginals);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  if (options.task == "pr" && !outcome.log_partition)
    throw ScheduleError(fmt::format("'{}' has no estimate of log Z", name_of(options)), "",
                        "use exact, bp, mf, trw or fractional, or --task mar, map or mpm");
  if (outcome.run)
    print_convergence(options, *outcome.run);
  else
    note("exact: treewidth {}, tables of {:.3g} MB\n", outcome.treewidth, outcome.bytes / 1e6);
  if (gives_states(options)) print_value(options, outcome, log_value(model, outcome.states));
  warn_of_impossible_partition(options, outcome, model);
  warn_of_no_bound(options, model, conditioned.known);
  const std::string text = options.task == "mar"  ? to_mar(outcome.marginals)
                           : options.task == "pr" ? to_pr(*outcome.log_partition)
                                                  : to_mpe(outcome.states);
  if (options.output.empty())
    out("{}", text);
  else
    detail::write_file(options.output, text);
  if (program.json->is_wanted())
    program.json->object.update(to_json(program, options, model, evidence, outcome, seconds));
  return 0;
}

}  // namespace

void add_infer(CLI::App& app, Program& program) {
  CLI::App* command =
      app.add_subcommand("infer", "Infer marginals, log Z or the best state of a model in a file");
  const auto o = std::make_shared<InferCommand>();
  command->add_option("FILE", o->model, "Model: .uai (MARKOV or BAYES) or .fg (libDAI)")
      ->required()
      ->type_name("");
  command->add_option("--evidence", o->evidence, "Observed states, .evid")->type_name("FILE");
  command
      ->add_option("--task", o->task,
                   "mar: marginals; pr: log10 Z; map: a joint state, most probable where the algorithm is "
                   "exact or the model a tree, elsewhere an estimate from the algorithm's beliefs, with the "
                   "largest value found; mpm: the most probable state of every variable by itself, which may "
                   "be impossible together")
      ->transform(takes(one_of({"mar", "pr", "map", "mpm"})))
      ->type_name("TASK")
      ->capture_default_str();
  add_algorithm_options(*command, o->algorithm);
  command->add_option("--iterations", o->inference.iterations, "Most iterations")
      ->transform(within(1, 100000000))
      ->type_name("N")
      ->capture_default_str();
  command
      ->add_option("--tolerance", o->tolerance,
                   "Stop when no belief changes by more; 0: make exactly N iterations")
      ->transform(takes(number(0, 1)))
      ->type_name("T")
      ->capture_default_str();
  command->add_option("--memory", o->memory, "Most memory for the tables of exact inference, in GB")
      ->transform(takes(number_above(0, 1e9)))
      ->type_name("GB")
      ->capture_default_str();
  CLI::Option* run =
      command->add_option("--run", o->run, "Use what this training run learned in the place of an algorithm")
          ->type_name("RUN");
  for (const char* other : {"--algorithm", "--iterations", "--tolerance", "--damping", "--edge-weight",
                            "--spanning-trees", "--power", "--scale", "--offset", "--seed", "--memory"})
    run->excludes(command->get_option(other));
  command
      ->add_option("-o,--output", o->output,
                   "File for the result (.MAR, .PR or .MPE); otherwise it is printed")
      ->type_name("FILE");
  add_json(
      *command, program,
      "model, variables, factors, observed, algorithm, task, seconds, machine; marginals (task mar), states "
      "and their log_value (map, mpm), optimal (map), log_partition and log10_partition; iterations, "
      "largest_change and converged, or treewidth and bytes where inference is exact");
  add_examples(
      *command, program,
      {"infer grid.uai --evidence grid.uai.evid --algorithm exact",
       "infer grid.uai --algorithm bp --damping 0.5 -o grid.MAR", "infer grid.fg --algorithm trw --task pr"});
  command->callback([&program, o, command] {
    o->algorithm.given = given_options(*command);
    program.action = [&program, o] { return run_infer(program, *o); };
  });
}

}  // namespace unfurl::app
