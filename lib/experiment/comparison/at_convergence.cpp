// Contenders that are run to convergence, and differ in how the gradient goes back.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "unfurl/experiment.hpp"

namespace unfurl {

namespace {

/// The largest change of a result from the last layer but one to the last, but for log-beliefs, which have no end.
double last_change(const Network& network, const Dataset& data) {
  const Signature& signature = network.unrolled().signature;
  std::vector<std::string> names = signature.readouts;
  for (const std::string& name : signature.log_beliefs) std::erase(names, name);
  const Dataset now = network.run(data, names), before = network.run(data, names, network.layers() - 1);
  double most = 0;
  for (const std::string& name : names) {
    const std::vector<float>&a = before[name].values, &b = now[name].values;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(double{a[i]} - double{b[i]}));
  }
  return most;
}

}  // namespace

std::vector<Contender> at_convergence(const Schedule& schedule, const Dataset& data, int through,
                                      int adjoint) {
  Schedule cut = schedule, implicit = schedule;
  implicit.implicit(adjoint);  // refuses a single layer
  Network plain = schedule.compile();
  const std::string change = fmt::format("{} iterations, of which the last changes at most {:.1g}",
                                         plain.layers(), last_change(plain, data));
  std::vector<Contender> rows;
  rows.push_back(
      {.name = "untrained, at convergence", .network = std::move(plain), .trained = false, .note = change});
  rows.push_back({.name = "converged, truncated gradient",
                  .network = cut.through_last(through).compile(),
                  .note = fmt::format("{}; through the last {}", change, through)});
  rows.push_back({.name = "converged, implicit gradient",
                  .network = implicit.compile(),
                  .note = fmt::format("{}; {} iterations of the adjoint", change, adjoint)});
  return rows;
}

}  // namespace unfurl
