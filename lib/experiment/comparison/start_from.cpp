#include "experiment/comparison/start_from.hpp"

#include <algorithm>

namespace unfurl::app {

using detail::cat;

void start_from(Network& network, std::span<const Parameter> others, const std::string& where) {
  bool found_any = false;
  for (Parameter& p : network.parameters()) {
    const auto same = [&](const std::string Parameter::*which) {
      return std::find_if(others.begin(), others.end(),
                          [&](const Parameter& q) { return q.*which == p.*which; });
    };
    const auto of_name = same(&Parameter::name);
    const auto from = of_name != others.end() ? of_name : same(&Parameter::base);
    if (from == others.end()) continue;
    const auto copies =
        std::count_if(others.begin(), others.end(), [&](const Parameter& q) { return q.base == p.base; });
    if (of_name == others.end() && copies > 1)
      throw ScheduleError(cat("the network to start from has ", copies, " copies of parameter '", p.base,
                              "', and none named '", p.name, "'"),
                          where, "start from a tied network, or from one of the same tying and layers");
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
    start_from(*contender.network, other.network->parameters(), "");
    return;
  }
  throw ModelError(cat("contender '", contender.name, "' starts from '", contender.start,
                       "', and there is no such row before it"),
                   "", "set Contender::start to the name of a row above, of as many layers");
}

}  // namespace unfurl::app
