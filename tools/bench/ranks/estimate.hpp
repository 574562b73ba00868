/// The time of a training step on many processes, by what one process takes and a network gives.
#pragma once

#include <map>
#include <nlohmann/json.hpp>

namespace unfurl::bench {

/// Seconds of one process with one thread.
struct StepTimes {
  int batch = 0;
  double sum_bytes = 0;            ///< gradients and loss of one slot
  double of_one_sample = 0;        ///< a step of a batch of one
  std::map<int, double> by_slots;  ///< a step of the whole batch in 1, 2, 4, ... slots
};

/// For each network, and 1, 2, 4, ... 1024 processes as far as the batch has samples, seconds in all and of communication, with
/// the number of processes at which a step is shortest and the most at which each still does half of what one alone does.
nlohmann::json estimates(const StepTimes& times);

}  // namespace unfurl::bench
