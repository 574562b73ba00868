// What `infer` is asked, what it finds, and what it says of that.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.hpp"
#include "cli/infer/infer_algorithm.hpp"
#include "unfurl/formats.hpp"
#include "unfurl/inference.hpp"

namespace unfurl::app {

struct InferCommand {
  std::filesystem::path model, evidence, output, run;
  std::string task = "mar";
  InferAlgorithm algorithm;
  InferenceOptions inference;
  double memory = 4;        ///< GB
  double tolerance = 1e-9;  ///< 0: none, after all iterations
};

/// What was found, for all variables of the file.
struct InferOutcome {
  std::vector<std::vector<double>> marginals;
  std::vector<int> states;
  bool optimal = false;  ///< no joint state is more probable
  std::optional<double> log_partition;
  std::optional<InferenceResult> run;  ///< how an approximate algorithm went
  int treewidth = 0;
  double bytes = 0;
};

inline bool gives_states(const InferCommand& command) {
  return command.task == "map" || command.task == "mpm";
}
/// The algorithm, or the run that is used in its place.
std::string name_of(const InferCommand& command);

void print_convergence(const InferCommand& command, const InferenceResult& run);
/// What the states promise.
void print_value(const InferCommand& command, const InferOutcome& outcome, double value);
/// What beliefs and a log Z are worth where hard constraints are beyond the algorithm. A decoded state speaks for itself.
void warn_of_impossible_partition(const InferCommand& command, const InferOutcome& outcome,
                                  const TableModel& model);
/// What a log Z bounds where all factors of a graph with loops have one weight; `known`: states that are given.
void warn_of_no_bound(const InferCommand& command, const TableModel& model,
                      const std::vector<std::optional<int>>& known);

nlohmann::json to_json(const Program& program, const InferCommand& command, const TableModel& model,
                       const Evidence& evidence, const InferOutcome& outcome, double seconds);

}  // namespace unfurl::app
