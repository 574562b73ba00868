/// Which algorithm `infer` runs: its name and the options typed for it.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "unfurl/algorithms.hpp"
#include "unfurl/formats.hpp"
#include "unfurl/inference.hpp"

namespace unfurl::app {

/// Absent fields were not typed.
struct InferAlgorithm {
  std::string name = "exact";
  std::optional<std::string> schedule;
  std::optional<double> damping, edge_weight, power, scale, offset;
  std::optional<int> spanning_trees, threads;
  std::optional<std::uint64_t> seed;
  bool unary_messages = false;
  std::vector<std::string> given;  ///< names of the options typed that not all algorithms have
};

void add_algorithm_options(CLI::App& command, InferAlgorithm& typed);
/// Names of the options typed that belong to some algorithm.
std::vector<std::string> given_options(const CLI::App& command);
/// Throws ScheduleError for an algorithm that is not known, and for options that it does not have.
void check_options(const InferAlgorithm& typed);
/// Warns of words that meant something else in version 0.1.
void warn_of_new_meanings(const InferAlgorithm& typed);
AlgorithmPointer make_algorithm(const InferAlgorithm& typed, const ConditionedModel& model,
                                MessageWeights weights = MessageWeights::none);

}  // namespace unfurl::app
