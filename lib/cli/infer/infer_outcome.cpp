#include "cli/infer/infer_outcome.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/terminal/console.hpp"
#include "experiment/machine.hpp"
#include "experiment/settings_json.hpp"

namespace unfurl::app {

std::string name_of(const InferCommand& command) {
  return command.run.empty() ? command.algorithm.name : command.run.string();
}

void print_convergence(const InferCommand& command, const InferenceResult& run) {
  const std::string count = fmt::format("{} iteration{}", run.iterations, run.iterations == 1 ? "" : "s");
  const bool counted = command.tolerance == 0 || !command.run.empty();
  note("{}: {} {}, largest change {:.3g}\n", name_of(command),
       counted         ? "made"
       : run.converged ? "converged after"
                       : "stopped after",
       count, run.largest_change);
  if (!run.converged && !counted)
    note(
        "unfurl: warning: {} did not converge in {}; the results are those of the last one\n"
        "  mend:  try --damping 0.5, another --schedule, or more --iterations\n",
        name_of(command), count);
}

void print_value(const InferCommand& command, const InferOutcome& outcome, double value) {
  note("log value of the states: {:.12g}{}\n", value,
       command.task == "mpm" ? ""
       : outcome.optimal     ? ", the largest there is"
                             : ", an estimate: the model is no tree");
  if (std::isinf(value))
    note("unfurl: warning: the states that {} found are impossible together\n  mend:  {}\n", name_of(command),
         command.task == "mpm" ? "each is the best by itself; --task map looks for a joint state"
                               : "try another --schedule or --damping, or --algorithm exact");
}

namespace {

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
bool has_loops(const TableModel& model, const std::vector<std::optional<int>>& known) {
  std::vector<std::size_t> parent(model.states.size() + model.factors.size());
  std::iota(parent.begin(), parent.end(), std::size_t{0});
  const auto root = [&](std::size_t node) {
    while (parent[node] != node) node = parent[node] = parent[parent[node]];
    return node;
  };
  for (std::size_t f = 0; f < model.factors.size(); ++f)
    for (const int v : model.factors[f].scope) {
      const auto variable = static_cast<std::size_t>(v);
      if (known[variable]) continue;
      const std::size_t a = root(model.states.size() + f), b = root(variable);
      if (a == b) return true;
      parent[a] = b;
    }
  return false;
}

}  // namespace

void warn_of_impossible_partition(const InferCommand& command, const InferOutcome& outcome,
                                  const TableModel& model) {
  if (command.task == "map") return;
  if (!outcome.log_partition) return;
  const bool beliefs_are_impossible = outcome.run && std::isinf(*outcome.log_partition);
  if (!beliefs_are_impossible &&
      (command.task != "pr" || can_be_log_partition(*outcome.log_partition, model)))
    return;
  note(
      "unfurl: warning: {}\n  mend:  try --schedule forward-backward, --damping 0.5, or --algorithm exact\n",
      beliefs_are_impossible
          ? fmt::format("the beliefs of {} give probability to impossible joint states, so they mean little "
                        "and bound no log Z; perhaps the model has no possible one",
                        name_of(command))
          : fmt::format("this log Z means nothing: no model with tables of such entries has it; the messages "
                        "of {} have not converged",
                        name_of(command)));
}

void warn_of_no_bound(const InferCommand& command, const TableModel& model,
                      const std::vector<std::optional<int>>& known) {
  if (command.task == "pr" && command.algorithm.name == "trw" && !command.algorithm.choices.spanning_trees &&
      has_loops(model, known))
    note(
        "unfurl: warning: with one weight for all factors this log Z need not be an upper bound where the "
        "graph is "
        "denser in one part than in another\n  mend:  use weights of spanning trees, as with "
        "--spanning-trees 100\n");
}

nlohmann::json to_json(const Program& program, const InferCommand& command, const TableModel& model,
                       const Evidence& evidence, const InferOutcome& outcome, double seconds) {
  nlohmann::json j = {{"model", command.model.string()},
                      {"variables", model.states.size()},
                      {"factors", model.factors.size()},
                      {"observed", evidence.size()},
                      {"algorithm", name_of(command)},
                      {"task", command.task},
                      {"seconds", seconds},
                      {"machine", to_json(this_machine(command.algorithm.threads.value_or(0)))},
                      {"command", program.command_line}};
  if (!outcome.marginals.empty() || model.states.empty()) {
    const auto& log_partition = outcome.log_partition;
    j["log_partition"] = log_partition ? nlohmann::json(*log_partition) : nlohmann::json();
    j["log10_partition"] = log_partition ? nlohmann::json(*log_partition / std::log(10.0)) : nlohmann::json();
  }
  if (command.task == "mar") j["marginals"] = outcome.marginals;
  if (gives_states(command)) j["states"] = outcome.states;
  if (gives_states(command)) j["log_value"] = log_value(model, outcome.states);
  if (command.task == "map") j["optimal"] = outcome.optimal;
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

}  // namespace unfurl::app
