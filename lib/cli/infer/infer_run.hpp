/// A trained network in the place of an algorithm: what it learned about messages, applied to another model.
#pragma once

#include <filesystem>

#include "cli/infer/infer_algorithm.hpp"

namespace unfurl::app {

/// Runs the layers of a trained run on a model from a file. Its algorithm's parameters are carried over by name and layer,
/// whatever tying they were trained with: damping, weights of messages by the number of variables of their factors (a
/// weight learned for Ising factors serves tables of two variables), scale, offset, edge weight and power. The schedule
/// and unary messages are those typed. Throws DataError when the run is missing or damaged, or learned nothing that
/// this model could use. No joint state is decoded.
InferenceResult infer_with_run(const std::filesystem::path& run, const InferAlgorithm& typed,
                               const ConditionedModel& model);

}  // namespace unfurl::app
