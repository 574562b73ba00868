// Products, sums, and what moves rows and planes.
#include <algorithm>
#include <cmath>
#include <limits>

#include "backend/reference/definitions.hpp"
#include "core/guards.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::reference {

namespace {

constexpr double nothing = -std::numeric_limits<double>::infinity();

double matmul(const Operands& x, int p, int r, int l) {
  const auto [axis, transpose] = x.attributes.as<ir::MatrixProduct>();
  const auto m = [&, t = transpose](int i, int j) { return t ? x(0, j, i, 0) : x(0, i, j, 0); };
  double sum = 0;
  for (int k = 0; k < (transpose ? x.type(0).planes : x.type(0).rows); ++k)
    sum += axis == ir::Axis::rows ? m(r, k) * x(1, p, k, l) : m(p, k) * x(1, k, r, l);
  return sum;
}

double outer(const Operands& x, int p, int r, int) {
  const bool rows = x.attributes.as<ir::OuterProduct>().axis == ir::Axis::rows;
  double sum = 0;
  for (int k = 0; k < (rows ? x.type(0).planes : x.type(0).rows); ++k)
    for (int l = 0; l < x.lanes(0); ++l)
      sum += rows ? x(0, k, p, l) * x(1, k, r, l) : x(0, p, k, l) * x(1, r, k, l);
  return sum;
}

double sum_to(const Operands& x, int p, int r, int l) {
  const ir::Type &from = x.type(0), &to = x.attributes.as<ir::Shape>().shape;
  double sum = 0;
  for (int i = 0; i < from.planes; ++i)
    for (int j = 0; j < from.rows; ++j)
      for (int k = 0; k < x.lanes(0); ++k)
        if ((to.planes == 1 || i == p) && (to.rows == 1 || j == r) && (!to.lanes || k == l))
          sum += x(0, i, j, k);
  return sum;
}

double product_sum(const Operands& x, int p, int r, int) {
  const ir::Type &a = x.type(0), &b = x.type(1), &to = x.attributes.as<ir::Shape>().shape;
  double sum = 0;
  for (int i = 0; i < std::max(a.planes, b.planes); ++i)
    for (int j = 0; j < std::max(a.rows, b.rows); ++j)
      for (int k = 0; k < std::max(x.lanes(0), x.lanes(1)); ++k)
        if ((to.planes == 1 || i == p) && (to.rows == 1 || j == r)) sum += x(0, i, j, k) * x(1, i, j, k);
  return sum;
}

double broadcast(const Operands& x, int p, int r, int l) { return x(0, p, r, l); }

const ir::IndexTable& index_of(const Operands& x) { return *x.attributes.as<ir::Indexed>().index; }
int target(const Operands& x, int i) { return index_of(x).target[static_cast<std::size_t>(i)]; }

/// Calls body(entry) for the entries of the index table that belong to `target`.
template <class Body>
void for_members(const Operands& x, int target, Body body) {
  const ir::IndexTable& index = index_of(x);
  const auto t = static_cast<std::size_t>(target);
  for (int i = index.offsets[t]; i < index.offsets[t + 1]; ++i)
    body(index.members[static_cast<std::size_t>(i)]);
}

double gather_rows(const Operands& x, int p, int r, int l) { return x(0, p, target(x, r), l); }
double gather_planes(const Operands& x, int p, int r, int l) { return x(0, target(x, p), r, l); }

double segment_sum_rows(const Operands& x, int p, int r, int l) {
  double sum = 0;
  for_members(x, r, [&](int i) { sum += x(0, p, i, l); });
  return sum;
}
double neighbour_sum(const Operands& x, int p, int r, int l) {
  const auto& [from, to] = x.attributes.as<ir::Neighbours>();
  double sum = 0;
  for (std::size_t e = 0; e < to->target.size(); ++e)
    if (to->target[e] == r) sum += x(0, p, from->target[e], l);
  return sum;
}
double segment_sum_planes(const Operands& x, int p, int r, int l) {
  double sum = 0;
  for_members(x, p, [&](int i) { sum += x(0, i, r, l); });
  return sum;
}
double segment_max_planes(const Operands& x, int p, int r, int l) {
  double most = nothing;
  for_members(x, p, [&](int i) { most = std::max(most, x(0, i, r, l)); });
  return most;
}
double segment_log_sum_exp_planes(const Operands& x, int p, int r, int l) {
  const double top = segment_max_planes(x, p, r, l);
  if (top == nothing) return nothing;
  double sum = 0;
  for_members(x, p, [&](int i) { sum += std::exp(x(0, i, r, l) - top); });
  return top + std::log(sum);
}
double normalize_planes(const Operands& x, int p, int r, int l) {
  double top = nothing, sum = 0;
  for (int i = 0; i < x.type(0).planes; ++i) top = std::max(top, x(0, i, r, l));
  for (int i = 0; i < x.type(0).planes; ++i) sum += std::exp(x(0, i, r, l) - top);
  return x(0, p, r, l) - top - std::log(sum);
}
double normalize_planes_pull(const Operands& x, int p, int r, int l) {
  double sum = 0;
  for (int i = 0; i < x.type(1).planes; ++i) sum += x(1, i, r, l);
  return x(1, p, r, l) - std::exp(x(0, p, r, l)) * sum;
}
double segment_largest_planes(const Operands& x, int p, int r, int l) {
  const double top = segment_max_planes(x, target(x, p), r, l);
  double ties = 0;
  for_members(x, target(x, p), [&](int i) { ties += x(0, i, r, l) == top ? 1 : 0; });
  return top != nothing && x(0, p, r, l) == top ? 1 / ties : 0;
}

double near_largest_planes(const Operands& x, int p, int r, int l) {
  double top = nothing;
  for (int q = 0; q < x.type(0).planes; ++q) top = std::max(top, x(0, q, r, l));
  const double slack = std::isinf(top) ? 0 : guards::rounding_of_sums<double> * std::abs(top);
  return x(0, p, r, l) >= top - slack ? 1 : 0;
}

double slice_rows(const Operands& x, int p, int r, int l) {
  return x(0, p, r + x.attributes.as<ir::Rows>().begin, l);
}
double pad_rows(const Operands& x, int p, int r, int l) {
  const int from = r - x.attributes.as<ir::Rows>().begin;
  return from >= 0 && from < x.type(0).rows ? x(0, p, from, l) : 0;
}
double concat_rows(const Operands& x, int p, int r, int l) {
  std::size_t part = 0;
  for (; r >= x.type(part).rows; ++part) r -= x.type(part).rows;
  return x(part, p, r, l);
}

double concat_planes(const Operands& x, int p, int r, int l) {
  std::size_t part = 0;
  for (; p >= x.type(part).planes; ++part) p -= x.type(part).planes;
  return x(part, p, r, l);
}

double one_hot(const Operands& x, int p, int r, int l) { return x(0, 0, r, l) == p ? 1 : 0; }

double exclusive_sum(const Operands& x, int p, int r, int l) {
  double sum = x(0, p, target(x, r), l);
  for_members(x, target(x, r), [&](int e) { sum += e == r ? 0 : x(1, p, e, l); });
  return sum;
}

}  // namespace

const Definitions& array_definitions() {
  using namespace ir;
  static const Definitions table = {
      {&ops::matmul, matmul},
      {&ops::outer, outer},
      {&ops::sum_to, sum_to},
      {&ops::product_sum, product_sum},
      {&ops::broadcast, broadcast},
      {&ops::gather_rows, gather_rows},
      {&ops::gather_planes, gather_planes},
      {&ops::segment_sum_rows, segment_sum_rows},
      {&ops::neighbour_sum, neighbour_sum},
      {&ops::segment_sum_planes, segment_sum_planes},
      {&ops::segment_max_planes, segment_max_planes},
      {&ops::segment_log_sum_exp_planes, segment_log_sum_exp_planes},
      {&ops::normalize_planes, normalize_planes},
      {&ops::normalize_planes_pull, normalize_planes_pull},
      {&ops::segment_largest_planes, segment_largest_planes},
      {&ops::near_largest_planes, near_largest_planes},
      {&ops::slice_rows, slice_rows},
      {&ops::pad_rows, pad_rows},
      {&ops::concat_rows, concat_rows},
      {&ops::concat_planes, concat_planes},
      {&ops::one_hot, one_hot},
      {&ops::exclusive_sum, exclusive_sum},
  };
  return table;
}

}  // namespace unfurl::reference
