// Products with matrices that samples share, and with those that they do not; inverses, equations and determinants, whose steps
// are written out one after the other.
#include <limits>

#include "backend/onnx/writers/writers.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/at.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/batch_matrices.hpp"

namespace unfurl::onnx {

namespace {

Name matmul(const Site& s) {
  const auto [axis, transpose] = s.attributes.as<ir::MatrixProduct>();
  const std::vector<double>* m = s.constants[0];
  detail::check(m != nullptr, "matrices of products are the same for all samples");
  const bool rows = axis == ir::Axis::rows;
  const int planes = s.types[0].planes, columns = s.types[0].rows;
  if (rows == transpose)
    return s.nodes.add("MatMul", rows ? std::vector<Name>{s.in[1], s.nodes.numbers(*m, {planes, columns})}
                                      : std::vector<Name>{s.nodes.numbers(*m, {planes, columns}), s.in[1]});
  std::vector<double> turned;
  for (int j = 0; j < columns; ++j)
    for (int i = 0; i < planes; ++i) turned.push_back((*m)[at(i * columns + j)]);
  const Name matrix = s.nodes.numbers(turned, {columns, planes});
  return s.nodes.add("MatMul",
                     rows ? std::vector<Name>{s.in[1], matrix} : std::vector<Name>{matrix, s.in[1]});
}

Name turned(Nodes& n, const Name& a, bool wanted) {
  return wanted ? n.add("Transpose", {a}, {{"perm", Integers{0, 2, 1}}}) : a;
}

Name batch_matmul(const Site& s) {
  const auto [left, right] = s.attributes.as<ir::BatchProduct>();
  return s.nodes.add("MatMul", {turned(s.nodes, s.in[0], left), turned(s.nodes, s.in[1], right)});
}

/// 1 at entry k of `count` and 0 elsewhere, along an axis.
Name unit(Nodes& n, int k, int count, int axis) {
  std::vector<double> values(static_cast<std::size_t>(count), 0.0);
  values[static_cast<std::size_t>(k)] = 1;
  return n.numbers(values, axis == 1 ? Integers{1, count, 1} : Integers{1, 1, count});
}
Name is_one(Nodes& n, const Name& a) { return n.add("Equal", {a, n.number(1)}); }

/// Gauss-Jordan elimination in place; NaN where a pivot is not positive.
Name inverse(const Site& s) {
  Nodes& n = s.nodes;
  const int size = s.out.planes;
  const Name nan = n.number(std::numeric_limits<double>::quiet_NaN()), zero = n.number(0), one = n.number(1);
  Name a = s.in[0];
  for (int k = 0; k < size; ++k) {
    const Name in_row = is_one(n, unit(n, k, size, 1)), in_column = is_one(n, unit(n, k, size, 2));
    const Name row = n.slice(a, 1, k, k + 1), factors = n.slice(a, 2, k, k + 1);
    const Name pivot = n.slice(row, 2, k, k + 1);
    const Name inverted = n.choose(n.add("Greater", {pivot, zero}), n.over(one, pivot), nan);
    const Name pivots = n.times(n.choose(in_column, one, row), inverted);
    const Name rest = n.minus(n.choose(in_column, zero, a), n.times(factors, pivots));
    a = n.choose(in_row, pivots, rest);
  }
  return a;
}

/// Makes the first `size` columns triangular, with exchanges of rows; `of_pivots` gets the pivots.
Name eliminate(Nodes& n, Name a, int size, std::vector<Name>& of_pivots) {
  const Name zero = n.number(0), nowhere = n.number(-1);
  for (int k = 0; k < size; ++k) {
    std::vector<double> later(static_cast<std::size_t>(size), 0.0), numbers;
    for (int i = 0; i < size; ++i) {
      numbers.push_back(i);
      if (i > k) later[static_cast<std::size_t>(i)] = 1;
    }
    const Name is_later = is_one(n, n.numbers(later, {1, size, 1}));
    const Name is_row = is_one(n, unit(n, k, size, 1));
    const Name candidates =
        n.choose(n.add("Or", {is_later, is_row}), n.add("Abs", {n.slice(a, 2, k, k + 1)}), nowhere);
    const Name best = n.add("ArgMax", {candidates}, {{"axis", 1}, {"keepdims", 1}});
    const Name place = n.add("Cast", {best}, {{"to", n.doubles() ? 11 : 1}});
    const Name is_best = n.add("Equal", {n.numbers(numbers, {1, size, 1}), place});
    const Name row = n.slice(a, 1, k, k + 1), pivots = n.sum(n.choose(is_best, a, zero), 1);
    a = n.choose(is_row, pivots, n.choose(is_best, row, a));
    const Name pivot = n.slice(pivots, 2, k, k + 1);
    of_pivots.push_back(pivot);
    const Name factors = n.over(n.slice(a, 2, k, k + 1), pivot);
    a = n.choose(is_later, n.minus(a, n.times(factors, pivots)), a);
  }
  return a;
}

Name batch_solve(const Site& s) {
  Nodes& n = s.nodes;
  const bool transpose = s.attributes.as<ir::BatchSolve>().transpose;
  const int size = s.out.planes, width = size + s.out.rows;
  const Name matrix = turned(n, s.in[0], transpose);
  std::vector<Name> sides = {s.types[0].lanes ? matrix : n.for_all_samples(matrix, s.types[0]),
                             s.types[1].lanes ? s.in[1] : n.for_all_samples(s.in[1], s.types[1])};
  std::vector<Name> pivots;
  const Name a = eliminate(n, n.add("Concat", sides, {{"axis", 2}}), size, pivots);
  std::vector<Name> solution(static_cast<std::size_t>(size));
  for (int k = size - 1; k >= 0; --k) {
    const auto at = static_cast<std::size_t>(k);
    const Name row = n.slice(a, 1, k, k + 1);
    Name right = n.slice(row, 2, size, width);
    for (int j = k + 1; j < size; ++j)
      right = n.minus(right, n.times(n.slice(row, 2, j, j + 1), solution[static_cast<std::size_t>(j)]));
    solution[at] = n.over(right, pivots[at]);
  }
  return size == 1 ? solution[0] : n.add("Concat", solution, {{"axis", 1}});
}

Name log_determinant(const Site& s) {
  Nodes& n = s.nodes;
  std::vector<Name> pivots;
  (void)eliminate(n, s.in[0], s.types[0].planes, pivots);
  Name sum;
  for (const Name& pivot : pivots) {
    const Name log = n.add("Log", {n.add("Abs", {pivot})});
    sum = sum.empty() ? log : n.plus(sum, log);
  }
  return sum;
}

}  // namespace

const Writers& matrix_writers() {
  static const Writers table = {
      {&ir::ops::matmul, matmul},
      {&ir::ops::batch_matmul, batch_matmul},
      {&ir::ops::inverse, inverse},
      {&ir::ops::batch_solve, batch_solve},
      {&ir::ops::batch_log_determinant, log_determinant},
  };
  return table;
}

}  // namespace unfurl::onnx
