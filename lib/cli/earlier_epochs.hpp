// The epochs that a resumed training has behind it.
#pragma once

#include <filesystem>
#include <vector>

#include "unfurl/checkpoint.hpp"
#include "unfurl/train.hpp"

namespace unfurl::app {

/// The epochs of a checkpoint. It has their losses itself; the record adds how long they took, and the losses where the
/// checkpoint is of an older program.
std::vector<EpochRecord> earlier_epochs(const std::filesystem::path& record, const TrainingState& training);

}  // namespace unfurl::app
