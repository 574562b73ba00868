// The largest entries.
#include "backend/onnx/writers/writers.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::onnx {

namespace {

/// In falling order, the earlier of equals first, entry i gets what is left of the count, between 0 and 1; and back to its place.
Name top_k(const Site& s) {
  Nodes& n = s.nodes;
  const int rows = s.out.rows;
  std::vector<double> before;
  for (int i = 0; i < rows; ++i) before.push_back(i);
  Name count = s.in[1];
  if (s.attributes.as<ir::Selection>().whole) count = n.add("Floor", {n.plus(count, n.number(0.5))});
  const Name values = n.for_all_samples(s.in[0], s.types[0]);
  const Name order = n.add("TopK", {values, n.integers({rows})}, {{"axis", 2}}, 2) + ".1";
  const Name left = n.minus(count, n.numbers(before, {1, 1, rows}));
  const Name share = n.smaller(n.larger(left, n.number(0)), n.number(1));
  const Name zeros = n.times(n.number(0), n.add("Cast", {order}, {{"to", n.doubles() ? 11 : 1}}));
  return n.add("ScatterElements", {zeros, order, n.plus(zeros, share)}, {{"axis", 2}});
}

}  // namespace

const Writers& selection_writers() {
  static const Writers table = {{&ir::ops::top_k, top_k}};
  return table;
}

}  // namespace unfurl::onnx
