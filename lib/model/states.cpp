#include "model/states.hpp"

namespace unfurl {

using ir::Value;

ir::Index state_of(const Edges& edges, std::size_t slot) {
  int inner = 1;
  for (std::size_t k = slot + 1; k < edges.groups.size(); ++k) inner *= edges.groups[k].states;
  std::vector<int> map(static_cast<std::size_t>(edges.table_size()));
  for (std::size_t i = 0; i < map.size(); ++i)
    map[i] = static_cast<int>(i) / inner % edges.groups[slot].states;
  return ir::make_index(std::move(map), edges.groups[slot].states);
}

Value two_planes(ir::Builder& b, Value zero, Value one) {
  return b.add(b.segment_sum_planes(one, ir::make_index({1}, 2)),
               b.segment_sum_planes(zero, ir::make_index({0}, 2)));
}

Value log_ratio(ir::Builder& b, Value two) { return b.sub(b.plane(two, 1), b.plane(two, 0)); }

Value both_states(ir::Builder& b, Value ratio) {
  const Value above = b.above(ratio, 0);
  const Value for_one = b.gate(ratio, b.emit("one_minus", {above})), for_zero = b.neg(b.gate(ratio, above));
  return two_planes(b, for_zero, for_one);
}

Value both_probabilities(ir::Builder& b, Value one) { return two_planes(b, b.emit("one_minus", {one}), one); }

}  // namespace unfurl
