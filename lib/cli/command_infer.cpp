// infer: marginals, log Z or the most probable state of a model in a file.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/command.hpp"
#include "cli/console.hpp"
#include "cli/infer_algorithm.hpp"
#include "cli/infer_run.hpp"
#include "core/output_file.hpp"
#include "experiment/machine.hpp"
#include "experiment/output_folder.hpp"
#include "experiment/settings_json.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/formats.hpp"

namespace unfurl::app {

namespace {

struct Options {
  std::filesystem::path model, evidence, output, json, run;
  std::string task = "mar";
  InferAlgorithm algorithm;
  InferenceOptions inference;
  double memory = 4;  ///< GB
};

/// What was found, for all variables of the file.
struct Outcome {
  std::vector<std::vector<double>> marginals;
  std::vector<int> states;
  bool optimal = false;  ///< no joint state is more probable
  double log_partition = 0;
  std::optional<InferenceResult> run;  ///< how an approximate algorithm went
  int treewidth = 0;
  double bytes = 0;
};

Outcome infer_exactly(const ConditionedModel& c, const Options& options) {
  const ExactOptions limit{
      .most_memory = options.memory * 1e9, .scopes = {}, .threads = options.algorithm.threads.value_or(0)};
  Outcome outcome;
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

InferenceResult run_algorithm(const ConditionedModel& c, const Options& options) {
  InferenceResult nothing_to_infer;
  nothing_to_infer.converged = true;
  const bool empty = c.model.discretes().empty();
  if (!options.run.empty())
    return empty ? nothing_to_infer : infer_with_run(options.run, options.algorithm, c);
  const AlgorithmPointer algorithm = make_algorithm(options.algorithm, c);
  InferenceOptions marginals_only = options.inference;
  marginals_only.threads = options.algorithm.threads.value_or(0);
  marginals_only.decode = false;
  return empty ? nothing_to_infer : infer(c.model, algorithm, {}, 0, marginals_only);
}

Outcome infer_approximately(const ConditionedModel& c, const Options& options) {
  Outcome outcome;
  try {
    outcome.run = run_algorithm(c, options);
  } catch (
      const NoPossibleState& none) {  // the file numbers its variables; the model of its tables has names
    const auto variable = std::find(c.place.begin(), c.place.end(), none.variable) - c.place.begin();
    throw NoPossibleState(none.variable, fmt::format("{}", variable), options.model.string());
  }
  outcome.marginals = c.all_marginals(outcome.run->marginals);
  outcome.log_partition = outcome.run->log_partition + c.log_constant;
  if (options.task != "map") return outcome;
  const Decoded decoded = decode(c.model, outcome.run->marginals);
  if (decoded.optimal && std::isinf(decoded.log_value))
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

bool gives_states(const Options& options) { return options.task == "map" || options.task == "mpm"; }

std::string name_of(const Options& options) {
  return options.run.empty() ? options.algorithm.name : options.run.string();
}

void print_convergence(const Options& options, const InferenceResult& run) {
  const std::string count = fmt::format("{} iteration{}", run.iterations, run.iterations == 1 ? "" : "s");
  const bool counted = options.inference.tolerance == 0 || !options.run.empty();
  note("{}: {} {}, largest change {:.3g}\n", name_of(options),
       counted         ? "made"
       : run.converged ? "converged after"
                       : "stopped after",
       count, run.largest_change);
  if (!run.converged && !counted)
    note(
        "unfurl: warning: {} did not converge in {}; the results are those of the last one\n"
        "  mend:  try --damping 0.5, another --schedule, or more --iterations\n",
        name_of(options), count);
}

/// What the states promise.
void print_value(const Options& options, const Outcome& outcome, double value) {
  note("log value of the states: {:.12g}{}\n", value,
       options.task == "mpm" ? ""
       : outcome.optimal     ? ", the largest there is"
                             : ", an estimate: the model is no tree");
  if (std::isinf(value))
    note("unfurl: warning: the states that {} found are impossible together\n  mend:  {}\n", name_of(options),
         options.task == "mpm" ? "each is the best by itself; --task map looks for a joint state"
                               : "try another --schedule or --damping, or --algorithm exact");
}

/// Every log Z lies between the sums of the smallest possible entries and of the largest ones, over as many joint states.
bool can_be_log_partition(double log_partition, const TableModel& model) {
  double low = 0, high = 0;
  for (const int states : model.states) high += std::log(states);
  for (const auto& f : model.factors) {
    double least = std::numeric_limits<double>::infinity(), most = 0;
    for (const double value : f.values) {
      if (value > 0) least = std::min(least, value);
      most = std::max(most, value);
    }
    low += std::log(least);
    high += std::log(most);
  }
  const double rounding = 1e-9 * (1 + std::abs(low) + std::abs(high));
  return log_partition >= low - rounding && log_partition <= high + rounding;
}

/// Whether the factors join variables whose state is not known in a loop. With none, every weight of a factor is 1.
bool has_loops(const TableModel& model, const std::vector<int>& known) {
  std::vector<std::size_t> parent(model.states.size() + model.factors.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t node) {
    while (parent[node] != node) node = parent[node] = parent[parent[node]];
    return node;
  };
  for (std::size_t f = 0; f < model.factors.size(); ++f)
    for (const int v : model.factors[f].scope) {
      const auto variable = static_cast<std::size_t>(v);
      if (known[variable] >= 0) continue;
      const std::size_t a = root(model.states.size() + f), b = root(variable);
      if (a == b) return true;
      parent[a] = b;
    }
  return false;
}

/// What beliefs and a log Z are worth where hard constraints are beyond the algorithm. A decoded state speaks for itself.
void warn_of_impossible_partition(const Options& options, const Outcome& outcome, const TableModel& model) {
  if (options.task == "map") return;
  const bool beliefs_are_impossible = outcome.run && std::isinf(outcome.log_partition);
  if (!beliefs_are_impossible && (options.task != "pr" || can_be_log_partition(outcome.log_partition, model)))
    return;
  note(
      "unfurl: warning: {}\n  mend:  try --schedule forward-backward, --damping 0.5, or --algorithm exact\n",
      beliefs_are_impossible
          ? fmt::format("the beliefs of {} give probability to impossible joint states, so they mean little "
                        "and bound no log Z; perhaps the model has no possible one",
                        name_of(options))
          : fmt::format("this log Z means nothing: no model with tables of such entries has it; the messages "
                        "of {} have not converged",
                        name_of(options)));
}

nlohmann::json to_json(const Program& program, const Options& options, const TableModel& model,
                       const Evidence& evidence, const Outcome& outcome, double seconds) {
  nlohmann::json j = {{"model", options.model.string()},
                      {"variables", model.states.size()},
                      {"factors", model.factors.size()},
                      {"observed", evidence.size()},
                      {"algorithm", name_of(options)},
                      {"task", options.task},
                      {"seconds", seconds},
                      {"machine", to_json(this_machine(options.algorithm.threads.value_or(0)))},
                      {"command", program.command_line}};
  if (!outcome.marginals.empty() || model.states.empty()) {
    j["log_partition"] = outcome.log_partition;
    j["log10_partition"] = outcome.log_partition / std::log(10.0);
  }
  if (gives_states(options)) j["log_value"] = log_value(model, outcome.states);
  if (options.task == "map") j["optimal"] = outcome.optimal;
  if (outcome.run) {
    j["iterations"] = outcome.run->iterations;
    j["largest_change"] = outcome.run->largest_change;
    j["converged"] = outcome.run->converged;
  } else {
    j["treewidth"] = outcome.treewidth;
    j["bytes"] = outcome.bytes;
  }
  return j;
}

int run_infer(const Program& program, const Options& options) {
  const TableModel model = read_model(options.model);
  const Evidence evidence = options.evidence.empty() ? Evidence{} : read_evidence(options.evidence, model);
  for (const auto& path : {options.output, options.json})
    if (!path.empty()) prepare_output(path, {options.model, options.evidence});
  if (!options.json.empty()) prepare_output(options.json, {options.output});
  const auto start = std::chrono::steady_clock::now();
  const ConditionedModel conditioned = condition(model, evidence);
  const bool exactly = options.run.empty() && options.algorithm.name == "exact";
  if (options.run.empty()) check_options(options.algorithm);
  warn_of_new_meanings(options.algorithm);
  Outcome outcome = exactly ? infer_exactly(conditioned, options) : infer_approximately(conditioned, options);
  if (options.task == "mpm") outcome.states = likeliest_states(outcome.marginals);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  if (options.task == "pr" && std::isnan(outcome.log_partition))
    throw ScheduleError(fmt::format("'{}' has no estimate of log Z", name_of(options)), "",
                        "use exact, bp, mf, trw or fractional, or --task mar, map or mpm");
  if (outcome.run)
    print_convergence(options, *outcome.run);
  else
    note("exact: treewidth {}, tables of {:.3g} MB\n", outcome.treewidth, outcome.bytes / 1e6);
  if (gives_states(options)) print_value(options, outcome, log_value(model, outcome.states));
  warn_of_impossible_partition(options, outcome, model);
  if (options.task == "pr" && options.algorithm.name == "trw" && !options.algorithm.spanning_trees &&
      has_loops(model, conditioned.known))
    note(
        "unfurl: warning: with one weight for all factors this log Z need not be an upper bound where the "
        "graph is "
        "denser in one part than in another\n  mend:  use weights of spanning trees, as with "
        "--spanning-trees 100\n");
  const std::string text = options.task == "mar"  ? to_mar(outcome.marginals)
                           : options.task == "pr" ? to_pr(outcome.log_partition)
                                                  : to_mpe(outcome.states);
  if (options.output.empty())
    out("{}", text);
  else
    detail::write_file(options.output, text);
  if (!options.json.empty())
    write_json(options.json, to_json(program, options, model, evidence, outcome, seconds));
  return 0;
}

}  // namespace

void add_infer(CLI::App& app, Program& program) {
  CLI::App* command =
      app.add_subcommand("infer", "Infer marginals, log Z or the best state of a model in a file");
  const auto o = std::make_shared<Options>();
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
      ->add_option("--tolerance", o->inference.tolerance,
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
  command->add_option("--json", o->json, "Also write a report of the run to this file")->type_name("FILE");
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
