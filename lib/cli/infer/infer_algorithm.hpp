/// Which algorithm `infer` runs: its name and the options typed for it.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "algorithms/all.hpp"
#include "unfurl/formats.hpp"
#include "unfurl/inference.hpp"

namespace unfurl::app {

/// The algorithm that is none of the library's list: no iterations.
inline constexpr const char* exact_name = "exact";

/// Absent fields were not typed.
struct InferAlgorithm {
  std::string name = exact_name;
  std::optional<std::string> schedule;
  algorithms::Choices choices;
  std::optional<int> threads;
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
