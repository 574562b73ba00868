#include "model/states.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

#include "program/attributes.hpp"
#include "unfurl/extend/operation.hpp"

namespace unfurl {

using ir::Value;

// As large as the table, and asked for by every message of it: so one serves all that live at a time.
ir::Index state_of(const Edges& edges, std::size_t slot) {
  static std::mutex mutex;
  static std::map<std::vector<int>, std::weak_ptr<const ir::IndexTable>> known;
  int inner = 1, outer = 1;
  for (std::size_t k = slot + 1; k < edges.groups.size(); ++k) inner *= edges.groups[k].states;
  for (std::size_t k = 0; k < slot; ++k) outer *= edges.groups[k].states;
  const std::lock_guard lock(mutex);
  auto& shared = known[{outer, edges.groups[slot].states, inner}];
  if (ir::Index index = shared.lock()) return index;
  std::vector<int> map(static_cast<std::size_t>(edges.table_size()));
  for (std::size_t i = 0; i < map.size(); ++i)
    map[i] = static_cast<int>(i) / inner % edges.groups[slot].states;
  ir::Index index = ir::make_index(std::move(map), edges.groups[slot].states);
  shared = index;
  return index;
}

Value two_planes(ir::Builder& b, Value zero, Value one) {
  const ir::Type x = b.type(zero), y = b.type(one);
  const auto wide = [&](Value v) {
    const Domain domain = b.type(v).domain;
    return b.broadcast(v, {1, std::max(x.rows, y.rows), x.lanes || y.lanes, domain});
  };
  return b.concat_planes({wide(zero), wide(one)});
}

Value log_ratio(ir::Builder& b, Value two) { return b.sub(b.plane(two, 1), b.plane(two, 0)); }

Value both_states(ir::Builder& b, Value ratio) {
  const Value positive = b.greater(ratio, 0);
  const Value for_one = b.where(ratio, b.one_minus(positive)), for_zero = b.neg(b.where(ratio, positive));
  return two_planes(b, for_zero, for_one);
}

Value both_probabilities(ir::Builder& b, Value ratio) {
  return two_planes(b, b.sigmoid(b.neg(ratio)), b.sigmoid(ratio));
}

Value possible(ir::Builder& b, Value log_potential) {
  return b.greater(log_potential, -std::numeric_limits<double>::infinity());
}

bool may_be_impossible(const ir::Graph& graph, Value v) {
  const auto impossible = [](const ir::Constant& c) {
    return c.data ? std::any_of(c.data->begin(), c.data->end(), [](double x) { return std::isinf(x); })
                  : std::isinf(c.value);
  };
  std::set<int> seen;
  for (std::vector<Value> open = {v}; !open.empty();) {
    const Value next = open.back();
    open.pop_back();
    if (!seen.insert(next.id).second) continue;
    const ir::Node& node = graph[next];
    if (node.is_constant() ? impossible(node.attributes.as<ir::Constant>()) : !node.op->keeps_finite)
      return true;
    open.insert(open.end(), node.args.begin(), node.args.end());
  }
  return false;
}

}  // namespace unfurl
