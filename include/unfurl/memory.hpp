/// The working memory that networks need, before they run.
#pragma once

#include <cstddef>

#include "unfurl/train.hpp"

namespace unfurl {

/// Bytes of a run, in the network's precision and with its threads. Data and results are the caller's, and not among them.
struct RunMemory {
  std::size_t values = 0;      ///< of samples: what layers compute. Independent of the number of layers
  std::size_t once = 0;        ///< what depends on parameters alone, and is computed once for all samples
  std::size_t tables = 0;      ///< which edge belongs to what
  std::size_t parameters = 0;  ///< the numbers that the network holds, and the copies that the run reads
  std::size_t total() const { return values + once + tables + parameters; }
};

/// Bytes of a training step.
struct StepMemory {
  std::size_t values =
      0;  ///< of samples: what layers compute and the gradient reads; Schedule::recompute_every makes it less
  std::size_t sums = 0;        ///< gradients, and what else is the same for all samples
  std::size_t tables = 0;      ///< as RunMemory
  std::size_t parameters = 0;  ///< as RunMemory
  std::size_t optimizer = 0;   ///< what it remembers
  int recompute_every = 0;     ///< with this
  std::size_t total() const { return values + sums + tables + parameters + optimizer; }
};

/// Of Network::run with all results of the last layer for a batch of `samples`. Throws DataError for no samples.
RunMemory run_memory(const Network& network, int samples = 1);

/// Of a step of Trainer::fit with batches of `samples`. With `limit`, of the step that fits in so many bytes and computes least
/// again; throws ScheduleError, with what is needed at least, where none does, DataError for no samples, and as fit() does.
StepMemory step_memory(const Network& network, const Loss& loss, const Optimizer& optimizer, int samples,
                       std::optional<std::size_t> limit = {});

}  // namespace unfurl
