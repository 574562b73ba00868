#include "passes/combine.hpp"

#include <algorithm>
#include <map>

#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::ir {

namespace {

/// Reads values per sample and has none itself.
bool sums_samples(const Graph& g, Value v) {
  if (g[v].op == &ops::neg) return sums_samples(g, g[v].args[0]);
  if (g.type(v).lanes) return false;
  return std::any_of(g[v].args.begin(), g[v].args.end(), [&](Value a) { return g.type(a).lanes; });
}

/// Padded slices, in order, as arrays that lie next to each other: each array costs its rows once, however many slices it
/// is made of, and there are as many arrays as slices that overlap in one place.
void join_slices(Builder& b, std::vector<Value> slices, std::vector<Value>& to) {
  const Graph& g = b.graph();
  const auto begin = [&](Value v) { return g[v].attributes.as<Rows>().begin; };
  std::stable_sort(slices.begin(), slices.end(), [&](Value x, Value y) { return begin(x) < begin(y); });
  std::vector<std::vector<Value>> arrays;
  std::multimap<int, std::size_t> ends;  // row after the last one of every array
  for (Value v : slices) {
    auto fits = ends.upper_bound(begin(v));
    std::size_t array = arrays.size();
    if (fits == ends.begin()) {
      arrays.emplace_back();
    } else {
      array = (--fits)->second;
      ends.erase(fits);
    }
    arrays[array].push_back(v);
    ends.emplace(begin(v) + g.type(g[v].args[0]).rows, array);
  }
  for (const std::vector<Value>& array : arrays) {
    if (array.size() == 1) {
      to.push_back(array[0]);
      continue;
    }
    Type whole = g.type(array[0]);
    for (Value v : array) whole.lanes = whole.lanes || g.type(v).lanes;
    std::vector<Value> pieces;
    int end = 0;
    const auto put = [&](Value v, Domain domain) {
      pieces.push_back(b.broadcast(v, {whole.planes, g.type(v).rows, whole.lanes, domain}));
      end += g.type(v).rows;
    };
    const auto fill_to = [&](int row) {
      if (row > end) put(b.zeros({whole.planes, row - end, false}), Domain::nonneg);
    };
    for (Value v : array) {
      fill_to(begin(v));
      put(g[v].args[0], g.type(v).domain);
    }
    fill_to(whole.rows);
    to.push_back(b.concat_rows(std::move(pieces)));
  }
}

}  // namespace

void collect(Builder& b, std::vector<Value>& parts, Value part) {
  const auto is_summed = [&](Value v) { return b.type(v).lanes && b.graph()[v].op != &ops::pad_rows; };
  const auto sum = std::find_if(parts.begin(), parts.end(), is_summed);
  if (sum == parts.end() || !is_summed(part))
    parts.push_back(part);
  else
    *sum = b.add(*sum, part);
}

Value combine(Builder& b, const std::vector<Value>& parts) {
  const Graph& g = b.graph();
  std::vector<Value> slices, rest;
  for (Value v : parts) (g[v].op == &ops::pad_rows ? slices : rest).push_back(v);
  join_slices(b, std::move(slices), rest);
  // Sums over samples first: the plan keeps one accumulator for as many neighbours of these as there are.
  std::stable_partition(rest.begin(), rest.end(), [&](Value v) { return sums_samples(g, v); });
  Value sum = rest[0];
  for (std::size_t i = 1; i < rest.size(); ++i) sum = b.add(sum, rest[i]);
  return sum;
}

}  // namespace unfurl::ir
