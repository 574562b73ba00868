// Formulas over whole matrices and vectors: parts, sums and normal forms.
#include "core/floors.hpp"
#include "model/expr.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl {

using namespace formula_words;

namespace {

void need_matrix(const Expr& a, const char* name, bool square, const Where& where) {
  const Type t = type_of(a, where);
  if (t.lanes || (square && t.planes != t.rows))
    throw ModelError(cat("'", a.node().text, "' of shape ", to_string(t), " is no ", square ? "square " : "",
                         "matrix of parameters, which ", name, " needs"),
                     where, "apply it to a parameter of matrix(rows, columns)");
}

void need_range(const Expr& a, const char* name, int first, int count, int extent, const Where& where) {
  if (first < 0 || count < 1 || first > extent - count)
    throw ModelError(cat(name, "('", a.node().text, "', ", first, ", ", count, ") reaches outside of its ",
                         extent, " entries"),
                     where, cat("they count from 0 to ", extent - 1));
}

}  // namespace

Expr unit_columns(Expr a, Where where) {
  need_matrix(a, "unit_columns", false, where);
  if (is_vector(a.type()))
    throw ModelError(
        cat("'", a.node().text, "' of shape ", to_string(a.type()),
            " is a vector: its columns are single numbers, which unit_columns would make 1 or -1"),
        where, "apply it to a parameter of matrix(rows, columns)");
  return Expr(operation("unit_columns", {a}, a.type(), where, [](Builder& w, const Values& v) {
    const Type column{1, w.type(v[0]).rows, false};
    const Value norm = w.sqrt(w.add(w.sum_to(w.square(v[0]), column), w.constant(floors::smallest)));
    return w.div(v[0], norm);
  }));
}

Expr slice(Expr a, int first, int count, Where where) {
  Type t = type_of(a, where);
  need_range(a, "slice", first, count, t.rows, where);
  t.rows = count;
  return Expr(operation("slice", {a}, t, where, [first, count](Builder& w, const Values& v) {
    return w.slice_rows(v[0], first, count);
  }));
}

Expr rows_of(Expr a, int first, int count, Where where) {
  need_matrix(a, "rows_of", false, where);
  Type t = a.type();
  need_range(a, "rows_of", first, count, t.planes, where);
  if (count == t.planes) return a;
  std::vector<int> planes;
  for (int p = 0; p < count; ++p) planes.push_back(first + p);
  const ir::Index index = ir::make_index(std::move(planes), t.planes);
  t.planes = count;
  return Expr(operation("rows_of", {a}, t, where,
                        [index](Builder& w, const Values& v) { return w.gather_planes(v[0], index); }));
}

Expr mean(Expr a, Where where) {
  need_entries(a, where);
  const Type t = a.type();
  auto n = operation("mean", {a}, {1, 1, t.lanes, t.domain}, where, [t](Builder& w, const Values& v) {
    return w.scale(w.sum_to(v[0], {1, 1, t.lanes}), 1.0 / static_cast<double>(t.size()));
  });
  n->scalar = true;
  return Expr(std::move(n));
}

Expr symmetric(Expr a, Where where) {
  need_matrix(a, "symmetric", true, where);
  return Expr(operation("symmetric", {a}, a.type(), where, [](Builder& w, const Values& v) {
    const int n = w.type(v[0]).rows;
    const auto size = static_cast<std::size_t>(n);
    std::vector<double> identity(size * size, 0), half(size * size, 0.5);
    for (std::size_t i = 0; i < size; ++i) identity[i * size + i] = 1, half[i * size + i] = 0;
    const Type square{n, n, false, Domain::nonneg};
    // W^T = op(W) I: the product with the identity is exact.
    const Value transposed = w.matmul(v[0], w.constant(identity, square), true, ir::Axis::planes);
    return w.mul(w.add(v[0], transposed), w.constant(half, square));
  }));
}

Expr at_rows(const Expr& a, const std::vector<int>& rows, const Where& where) {
  Type t = a.type();
  const ir::Index index = ir::make_index(rows, t.rows);
  t.rows = static_cast<int>(rows.size());
  return Expr(operation("rows", {a}, t, where,
                        [index](Builder& w, const Values& v) { return w.gather_rows(v[0], index); }));
}

}  // namespace unfurl
