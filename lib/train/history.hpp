/// The losses of all epochs inside a checkpoint, which therefore never disagrees with its history.
#pragma once

#include <vector>

#include "unfurl/checkpoint.hpp"
#include "unfurl/train.hpp"

namespace unfurl::detail {

/// Adds the losses to the arrays of a training, as "history.loss" and, where every epoch has one, "history.validation". Not the
/// seconds: equal trainings have equal checkpoints.
void put_history(TrainingState& state, const std::vector<EpochRecord>& epochs);

/// The epochs that put_history() stored, in order up to state.epoch; their seconds are NaN. Empty for checkpoints without
/// them.
std::vector<EpochRecord> history_of(const TrainingState& state);

}  // namespace unfurl::detail
