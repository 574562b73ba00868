// What of the layers is computed again for the gradient, so that a step fits in a given memory.
#pragma once

#include "train/losses/program.hpp"
#include "unfurl/memory.hpp"

namespace unfurl {

/// The step that is to fit.
struct StepShape {
  int samples = 1, threads = 1;
  std::size_t bytes = sizeof(float);  ///< of a number
  int slots = 0;                      ///< Trainer::slots
};

/// What a step of this program of the network takes, all but what the optimizer remembers.
StepMemory memory_of(const TrainingProgram& program, const Unrolled& network, const StepShape& shape);

/// What the rule remembers of the program's parameters.
std::size_t memory_of(const OptimizerRule& rule, const TrainingProgram& program, const Unrolled& network,
                      std::size_t bytes);

/// Of a program that keeps all that its gradient reads: the same, with the k of ir::recompute that computes least again among
/// those with which all fits in `limit`. Throws ScheduleError, with what is needed at least, where nothing fits.
StepMemory fit_in(std::size_t limit, TrainingProgram& program, const Unrolled& network,
                  const OptimizerRule& rule, const StepShape& shape);

}  // namespace unfurl
