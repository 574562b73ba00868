#include "experiment/comparison/start_from.hpp"

#include <algorithm>

namespace unfurl::app {

using detail::cat;

namespace {

/// The copy of a parameter that starts `p`: the only one, or that of the layer as far through the network.
const Parameter* start_of(const Parameter& p, int layers, std::span<const Parameter> others,
                          int other_layers) {
  const Parameter* only = nullptr;
  int copies = 0;
  for (const Parameter& q : others)
    if (q.base == p.base) only = &q, ++copies;
  if (copies <= 1 || p.places.empty()) return only;
  const int place = p.places.front();
  const int wanted = place >= layers ? other_layers  // the read-out
                                     : static_cast<int>(std::int64_t{place} * other_layers / layers);
  for (const Parameter& q : others)
    if (q.base == p.base && std::find(q.places.begin(), q.places.end(), wanted) != q.places.end()) return &q;
  for (const Parameter& q : others)  // nothing else reads it there
    if (q.base == p.base && q.name == p.name) return &q;
  return only;
}

}  // namespace

void start_from(Network& network, std::span<const Parameter> others, int other_layers,
                const std::string& where) {
  bool found_any = false;
  for (Parameter& p : network.parameters()) {
    const Parameter* from = start_of(p, network.layers(), others, other_layers);
    if (from == nullptr) continue;
    if (!from->type.same_shape(p.type))
      throw ScheduleError(cat("parameter '", p.name, "' has shape ", to_string(p.type),
                              ", but that of the network to start from ", to_string(from->type)),
                          where, "start from a network of the same model and data");
    p.values = from->values;
    found_any = true;
  }
  if (!found_any)
    throw ScheduleError("the network to start from has none of the parameters", where,
                        "start from a network of the same model");
}

void start_from_row(Contender& contender, const std::vector<Contender>& contenders,
                    const Comparison& comparison) {
  if (contender.start.empty()) return;
  for (const Contender& other : contenders) {
    if (&other == &contender) break;
    if (other.name != contender.start || !other.network || !contender.network ||
        other.network->layers() != contender.network->layers())
      continue;
    for (const ComparedContender& row : comparison.rows)
      if (row.name == other.name && row.layers == other.network->layers() && !row.failure.empty())
        throw NumericalError(cat("the row '", other.name, "' that it starts from was left out"));
    start_from(*contender.network, other.network->parameters(), other.network->layers(), "");
    return;
  }
  throw ModelError(cat("contender '", contender.name, "' starts from '", contender.start,
                       "', and there is no such row before it"),
                   "", "set Contender::start to the name of a row above, of as many layers");
}

}  // namespace unfurl::app
