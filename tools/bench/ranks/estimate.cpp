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

/// Everybody sends everybody a share of each slot, of which there are as many as processes, adds up, and gives the sum to all.
double communication(const NetworkSpeed& net, int ranks, double sum_bytes) {
  if (ranks == 1) return 0;
  const double others = ranks - 1, rounds = std::ceil(std::log2(ranks)),
               received = 2 * sum_bytes * others / ranks;
  return net.latency * (1 + rounds) + net.message * (others + rounds) + received / net.byte_second;
}

}  // namespace

nlohmann::json estimates(const StepTimes& t) {
  nlohmann::json all = nlohmann::json::array();
  const double slot = std::min(t.of_8, std::max(0.0, t.of_16 - t.of_8)), own = t.of_8 - slot;
  for (const NetworkSpeed& net : networks) {
    nlohmann::json batch = nlohmann::json::array(), eights = nlohmann::json::array();
    int shortest = 1, half = 1;
    const double alone = t.by_slots.at(1);
    double least = alone;
    for (const auto& [ranks, whole] : t.by_slots) {
      const double said = communication(net, ranks, t.sum_bytes),
                   step = ranks == 1 ? whole : own + (whole - own) / ranks + said;
      batch.push_back({{"ranks", ranks}, {"step_s", step}, {"communication_s", said}});
      if (step < least) least = step, shortest = ranks;
    }
    for (int ranks = 1; ranks <= 1024; ranks *= 2) {
      const double said = communication(net, ranks, t.sum_bytes), step = own + slot + said,
                   share = slot / step;
      eights.push_back(
          {{"ranks", ranks}, {"step_s", step}, {"communication_s", said}, {"efficiency", share}});
      if (share >= 0.5) half = ranks;
    }
    all.push_back({{"network", net.name},
                   {"not_shared_s", own},
                   {"slot_of_8_s", slot},
                   {"batch", batch},
                   {"shortest_at", shortest},
                   {"times_faster", alone / least},
                   {"eight_samples_each", eights},
                   {"half_efficient_up_to", half}});
  }
  return all;
}

}  // namespace unfurl::bench
