// Gathering, summing and log-sum-exp over planes: the states of variables and the entries of tables.
#include <limits>

#include "backend/onnx/writers/writers.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::onnx {

namespace {

constexpr double minus_infinity = -std::numeric_limits<double>::infinity();

const ir::IndexTable& segments_of(const Site& s) { return *s.attributes.as<ir::Indexed>().index; }

Integers targets_of(const Site& s) {
  const std::vector<int>& target = segments_of(s).target;
  return {target.begin(), target.end()};
}

Name sum_of(Nodes& n, const Name& a, std::int64_t axis) { return n.sum(a, axis, false); }
Name most_of(Nodes& n, const Name& a, std::int64_t axis) { return n.most(a, axis, false); }

/// Shifted by the largest entry; what is -inf only stays so.
Name log_sum_exp(Nodes& n, const Name& a, std::int64_t axis, bool keep) {
  const Name top = n.larger(n.most(a, axis), n.number(-n.largest()));
  const Name sum = n.sum(n.add("Exp", {n.minus(a, top)}), axis);
  const Name all = n.plus(top, n.add("Log", {sum}));
  return keep ? all : n.add("Squeeze", {all, n.integers({axis})});
}
Name log_sum_of(Nodes& n, const Name& a, std::int64_t axis) { return log_sum_exp(n, a, axis, false); }

Name gather_planes(const Site& s) { return s.nodes.gather(s.in[0], targets_of(s), 1); }

Name segment_sum_planes(const Site& s) {
  return by_segment(s.nodes, s.in[0], 1, s.types[0], segments_of(s), sum_of, 0);
}
Name segment_log_sum_exp(const Site& s) {
  return by_segment(s.nodes, s.in[0], 1, s.types[0], segments_of(s), log_sum_of, minus_infinity);
}
Name segment_max(const Site& s) {
  return by_segment(s.nodes, s.in[0], 1, s.types[0], segments_of(s), most_of, minus_infinity);
}

Name indicator(Nodes& n, const Name& condition) { return n.choose(condition, n.number(1), n.number(0)); }

/// The largest entries of a segment share equally.
Name segment_largest(const Site& s) {
  Nodes& n = s.nodes;
  const ir::IndexTable& index = segments_of(s);
  const Name top =
      n.gather(by_segment(n, s.in[0], 1, s.types[0], index, most_of, minus_infinity), targets_of(s), 1);
  const Name ties = indicator(n, n.add("Equal", {s.in[0], top}));
  const Name count = n.gather(by_segment(n, ties, 1, s.types[0], index, sum_of, 0), targets_of(s), 1);
  const Name possible = n.add("GreaterOrEqual", {top, n.number(-n.largest())});
  return n.choose(possible, n.over(ties, count), n.number(0));
}

// Rounding breaks no tie: see guards::rounding_of_sums.
Name near_largest(const Site& s) {
  Nodes& n = s.nodes;
  const double epsilon = n.doubles() ? std::numeric_limits<double>::epsilon()
                                     : static_cast<double>(std::numeric_limits<float>::epsilon());
  const Name top = n.most(s.in[0], 1), size = n.add("Abs", {top});
  const Name slack = n.minus(top, n.times(n.number(1024 * epsilon), size));
  const Name least = n.choose(n.add("Greater", {size, n.number(n.largest())}), top, slack);
  return indicator(n, n.add("GreaterOrEqual", {s.in[0], least}));
}

Name normalize(const Site& s) { return s.nodes.minus(s.in[0], log_sum_exp(s.nodes, s.in[0], 1, true)); }

Name concat_planes(const Site& s) {
  std::vector<Name> parts;
  for (std::size_t i = 0; i < s.in.size(); ++i)
    parts.push_back(s.out.lanes ? s.nodes.for_all_samples(s.in[i], s.types[i]) : s.in[i]);
  return s.nodes.add("Concat", parts, {{"axis", 1}});
}

Name one_hot(const Site& s) {
  std::vector<double> states;
  for (int p = 0; p < s.out.planes; ++p) states.push_back(p);
  const Name all = s.nodes.numbers(states, {1, s.out.planes, 1});
  return indicator(s.nodes, s.nodes.add("Equal", {s.in[0], all}));
}

}  // namespace

const Writers& plane_writers() {
  using namespace ir;
  static const Writers table = {
      {&ops::gather_planes, gather_planes},
      {&ops::segment_sum_planes, segment_sum_planes},
      {&ops::segment_log_sum_exp_planes, segment_log_sum_exp},
      {&ops::segment_max_planes, segment_max},
      {&ops::segment_largest_planes, segment_largest},
      {&ops::near_largest_planes, near_largest},
      {&ops::normalize_planes, normalize},
      {&ops::concat_planes, concat_planes},
      {&ops::one_hot, one_hot},
  };
  return table;
}

}  // namespace unfurl::onnx
