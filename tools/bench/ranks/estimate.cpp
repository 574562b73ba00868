#include "estimate.hpp"

#include <algorithm>
#include <cmath>

namespace unfurl::bench {

namespace {

/// Assumed, not measured: what such networks commonly give to MPI.
struct NetworkSpeed {
  const char* name;
  double latency;      ///< seconds from one process to another
  double message;      ///< seconds that a process is busy with each message
  double byte_second;  ///< bytes in a second, each way at once
};
constexpr NetworkSpeed networks[] = {{"Ethernet, 10 Gb/s", 30e-6, 5e-6, 1.1e9},
                                     {"InfiniBand, 100 Gb/s", 2e-6, 0.5e-6, 11e9}};

constexpr int most_ranks = 1024, usual_slots = 8;

/// Everybody sends everybody a share of each slot, adds up, and gives the sum to all.
double communication(const NetworkSpeed& net, int ranks, int slots, double sum_bytes) {
  if (ranks == 1) return 0;
  const double others = ranks - 1, rounds = std::ceil(std::log2(ranks));
  const double received = sum_bytes * others / ranks * (static_cast<double>(slots) / ranks + 1);
  return net.latency * (1 + rounds) + net.message * (others + rounds) + received / net.byte_second;
}

/// What every process does for itself: the optimizer's step and all that depends on parameters alone. A step of one sample has
/// it once, and so has one of the whole batch, sample by sample.
double not_shared(const StepTimes& t) {
  const auto& [slots, whole] = *t.by_slots.rbegin();
  if (t.batch < 2) return t.of_one_sample;
  const double samples = t.batch;
  return std::clamp((samples * t.of_one_sample - whole) / (samples - 1), 0.0, t.of_one_sample);
}

}  // namespace

nlohmann::json estimates(const StepTimes& t) {
  nlohmann::json all = nlohmann::json::array();
  const double own = not_shared(t);
  double alone = t.by_slots.begin()->second;
  for (const auto& [slots, seconds] : t.by_slots) alone = std::min(alone, seconds);
  for (const NetworkSpeed& net : networks) {
    nlohmann::json steps = nlohmann::json::array();
    int shortest = 1, worth = 1;
    double least = alone;
    for (int ranks = 1; ranks <= std::min(t.batch, most_ranks); ranks *= 2) {
      int slots = std::max(ranks, usual_slots);
      while (!t.by_slots.contains(slots)) slots /= 2;
      const double said = communication(net, ranks, slots, t.sum_bytes),
                   step = ranks == 1 ? alone : own + (t.by_slots.at(slots) - own) / ranks + said;
      steps.push_back({{"ranks", ranks}, {"slots", slots}, {"step_s", step}, {"communication_s", said}});
      if (step < least) least = step, shortest = ranks;
      if (alone / step >= ranks / 2.0) worth = ranks;
    }
    all.push_back({{"network", net.name},
                   {"not_shared_s", own},
                   {"steps", steps},
                   {"shortest_at", shortest},
                   {"times_faster", alone / least},
                   {"half_efficient_up_to", worth}});
  }
  return all;
}

}  // namespace unfurl::bench
