// Moving and adding rows, and sums over planes and rows.
#include <algorithm>

#include "backend/onnx/writers/writers.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::onnx {

namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

Integers as_integers(const std::vector<int>& from) { return {from.begin(), from.end()}; }

bool counts_up(const Integers& from) {
  for (std::size_t i = 0; i < from.size(); ++i)
    if (from[i] != static_cast<std::int64_t>(i)) return false;
  return true;
}

Name filled(Nodes& n, std::int64_t axis, const ir::Type& type, int count, double value) {
  ir::Type shape{axis == 1 ? count : type.planes, axis == 1 ? type.rows : count, false};
  const Name one = n.numbers(std::vector<double>(shape.size(), value), {1, shape.planes, shape.rows});
  return type.lanes ? n.for_all_samples(one, shape) : one;
}

}  // namespace

// Segments of as many members each go together, so that nothing is padded, however uneven they are.
Name by_segment(Nodes& n, const Name& x, std::int64_t axis, const ir::Type& type, const ir::IndexTable& index,
                Reduction reduction, double empty) {
  std::map<int, std::vector<int>> by_size;
  for (int t = 0; t < index.count; ++t) by_size[index.offsets[at(t + 1)] - index.offsets[at(t)]].push_back(t);
  std::vector<Name> parts;
  Integers place(at(index.count));
  std::int64_t next = 0;
  for (const auto& [size, segments] : by_size) {
    Integers from;
    for (const int t : segments) {
      place[at(t)] = next++;
      for (int i = index.offsets[at(t)]; i < index.offsets[at(t + 1)]; ++i)
        from.push_back(index.members[at(i)]);
    }
    const auto count = static_cast<std::int64_t>(segments.size());
    if (size == 0) {
      parts.push_back(filled(n, axis, type, static_cast<int>(count), empty));
      continue;
    }
    const Name members =
        counts_up(from) && static_cast<int>(from.size()) == (axis == 1 ? type.planes : type.rows)
            ? x
            : n.gather(x, from, axis);
    const Integers shape =
        axis == 1 ? Integers{0, count, size, type.rows} : Integers{0, type.planes, count, size};
    parts.push_back(reduction(n, n.reshape(members, shape), axis + 1));
  }
  const Name all = parts.size() == 1 ? parts[0] : n.add("Concat", parts, {{"axis", axis}});
  return counts_up(place) ? all : n.gather(all, place, axis);
}

namespace {

const ir::IndexTable& index_of(const Site& s) { return *s.attributes.as<ir::Indexed>().index; }

Name gather_rows(const Site& s) { return s.nodes.gather(s.in[0], as_integers(index_of(s).target), 2); }

Name summed(Nodes& n, const Name& a, std::int64_t axis) { return n.sum(a, axis, false); }

Name segment_sum(const Site& s) {
  return by_segment(s.nodes, s.in[0], 2, s.types[0], index_of(s), summed, 0);
}

Name slice_rows(const Site& s) {
  const auto& [begin, count] = s.attributes.as<ir::Rows>();
  return s.nodes.slice(s.in[0], 2, begin, begin + count);
}

Name pad_rows(const Site& s) {
  const int begin = s.attributes.as<ir::Rows>().begin;
  Nodes& n = s.nodes;
  const Name zero = n.numbers({0}, {});
  return n.add("Pad", {s.in[0], n.integers({0, 0, begin, 0, 0, s.out.rows - begin - s.types[0].rows}), zero});
}

Name concat_rows(const Site& s) {
  std::vector<Name> parts;
  for (std::size_t i = 0; i < s.in.size(); ++i)
    parts.push_back(s.out.lanes ? s.nodes.for_all_samples(s.in[i], s.types[i]) : s.in[i]);
  return s.nodes.add("Concat", parts, {{"axis", 2}});
}

Name reshape(const Site& s) { return s.nodes.reshape(s.in[0], {0, s.out.planes, s.out.rows}); }

Name sum_to(const Site& s) {
  Name sum = s.in[0];
  if (s.out.planes == 1 && s.types[0].planes > 1) sum = s.nodes.sum(sum, 1);
  if (s.out.rows == 1 && s.types[0].rows > 1) sum = s.nodes.sum(sum, 2);
  return sum;
}

/// Sums over all other messages to the same variable: of few each by itself, of many from both sides, never "total minus own".
Name of_others(Nodes& n, const Name& a, std::int64_t axis) {
  const Name place = n.add("Squeeze", {n.integers({axis})});
  const Name before = n.add("CumSum", {a, place}, {{"exclusive", 1}});
  return n.plus(before, n.add("CumSum", {a, place}, {{"exclusive", 1}, {"reverse", 1}}));
}

Name exclusive_sum(const Site& s) {
  Nodes& n = s.nodes;
  const ir::IndexTable& index = index_of(s);
  const ir::Type messages = s.types[1];
  std::map<int, std::vector<int>> by_size;
  for (int v = 0; v < index.count; ++v)
    if (const int size = index.offsets[at(v + 1)] - index.offsets[at(v)]; size > 0)
      by_size[size].push_back(v);
  std::vector<Name> parts;
  Integers place(index.target.size());
  std::int64_t next = 0;
  for (const auto& [size, variables] : by_size) {
    Integers from;
    for (const int v : variables)
      for (int i = index.offsets[at(v)]; i < index.offsets[at(v + 1)]; ++i) {
        from.push_back(index.members[at(i)]);
        place[at(index.members[at(i)])] = next++;
      }
    const auto count = static_cast<std::int64_t>(variables.size());
    const Name own = n.gather(s.in[1], from, 2);
    const Name sums = of_others(n, n.reshape(own, {0, messages.planes, count, size}), 3);
    parts.push_back(n.reshape(sums, {0, messages.planes, count * size}));
  }
  const Name all = parts.size() == 1 ? parts[0] : n.add("Concat", parts, {{"axis", 2}});
  const Name sums = counts_up(place) ? all : n.gather(all, place, 2);
  return n.plus(n.gather(s.in[0], as_integers(index.target), 2), sums);
}

}  // namespace

const Writers& row_writers() {
  using namespace ir;
  static const Writers table = {
      {&ops::gather_rows, gather_rows}, {&ops::segment_sum_rows, segment_sum}, {&ops::slice_rows, slice_rows},
      {&ops::pad_rows, pad_rows},       {&ops::concat_rows, concat_rows},      {&ops::reshape, reshape},
      {&ops::sum_to, sum_to},           {&ops::exclusive_sum, exclusive_sum},
  };
  return table;
}

}  // namespace unfurl::onnx
