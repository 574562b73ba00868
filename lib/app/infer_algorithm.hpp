/// Which algorithm `infer` runs: its name and the options typed for it.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

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
};

void add_algorithm_options(CLI::App& command, InferAlgorithm& typed);
/// Throws ScheduleError for an algorithm that is not known, and for options that it does not have.
void check_options(const InferAlgorithm& typed);
AlgorithmPointer make_algorithm(const InferAlgorithm& typed, const ConditionedModel& model,
                                MessageWeights weights = MessageWeights::none);

}  // namespace unfurl::app
