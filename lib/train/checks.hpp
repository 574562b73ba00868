// Refusing a training that cannot go as it is told, before its first step.
#pragma once

#include "train/losses/program.hpp"

namespace unfurl {

/// Throws ScheduleError for options that contradict each other or the network, and DataError for parameters that are not
/// numbers of their domains.
void check_options(const Trainer& options, const Network& network, const DataSource& data);

/// Throws DataError for validation data that do not fit, which would otherwise show after an epoch.
void check_validation(const Network& network, const Trainer& options);

/// Throws ScheduleError where nothing is trained, for want of free parameters or of such as the optimizer trains.
void check_trained(const Network& network, const TrainingProgram& program, const OptimizerRule& optimizer);

}  // namespace unfurl
