/// The time of a training step on many processes, by what one process takes and a network gives.
#pragma once

#include <map>
#include <nlohmann/json.hpp>

namespace unfurl::bench {

/// Seconds of one process with one thread.
struct StepTimes {
  int batch = 0;
  double sum_bytes = 0;        ///< gradients and loss of one slot
  double of_8 = 0, of_16 = 0;  ///< steps of 8 samples in one slot and of 16 in two
  std::map<int, double>
      by_slots;  ///< a step of the model's batch in 1, 2, 4, ... slots, each of at least 8 samples
};

/// For each network: a step of the model's batch on 1, 2, 4, ... processes, as many as there are slots of 8 samples, and of 8 samples
/// for each of 1 .. 1024 processes, whose efficiency is the share of its time that a process computes what is shared. Seconds in
/// all and of communication.
nlohmann::json estimates(const StepTimes& times);

}  // namespace unfurl::bench
