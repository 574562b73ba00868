// What a training that goes on is made with.
#pragma once

#include "cli/command.hpp"

namespace unfurl::app {

/// The settings of the stored run; only epochs, data and threads may be given anew.
Settings resumed_settings(const Task& task, const TypedSettings& typed, const StoredRun& run);

}  // namespace unfurl::app
