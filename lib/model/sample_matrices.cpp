// Formulas over matrices of which every sample has its own.
#include "unfurl/sample_matrices.hpp"

#include "model/expr.hpp"
#include "unfurl/extend/batch_matrices.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl {

using namespace formula_words;

namespace {

Expr reshaped(const std::string& name, const Expr& a, int planes, int rows, const Where& where) {
  const Type t = type_of(a, where);
  auto n = operation(name, {a}, {planes, rows, t.lanes, t.domain}, where,
                     [=](Builder& b, const Values& v) { return ir::reshape(b, v[0], planes, rows); });
  if (planes == 1) n->dims = {rows};
  return Expr(std::move(n));
}

std::string text(const Expr& a, bool transpose) {
  return cat("'", a.node().text, "' of shape ", to_string(a.type()), transpose ? " (transposed)" : "");
}

void need_square(const Expr& a, const char* name, const Where& where) {
  if (const Type t = type_of(a, where); t.planes != t.rows || t.rows == 0)
    throw ModelError(cat(name, " of ", text(a, false)), where,
                     "a square matrix, [n, n]; as_matrix makes one");
}

}  // namespace

Expr as_matrix(Expr a, int rows, int columns, Where where) {
  const Type t = type_of(a, where);
  if (rows < 1 || columns < 1 || t.size() != Type{rows, columns}.size())
    throw ModelError(cat(text(a, false), " as a matrix of ", rows, " x ", columns), where,
                     cat("as many entries as it has, ", t.size()));
  return reshaped("as_matrix", a, rows, columns, where);
}

Expr as_vector(Expr matrix, Where where) {
  need_entries(matrix, where);
  const Type t = matrix.type();
  return reshaped("as_vector", matrix, 1, t.planes * t.rows, where);
}

Expr matrix_product(Expr a, Expr b, bool transpose_a, bool transpose_b, Where where) {
  need_entries(a, where), need_entries(b, where);
  const Type x = a.type(), y = b.type();
  if ((transpose_a ? x.planes : x.rows) != (transpose_b ? y.rows : y.planes))
    throw ModelError(cat(text(a, transpose_a), " cannot multiply ", text(b, transpose_b)), where,
                     "the left matrix has as many columns as the right one has rows");
  const bool nonneg = x.domain != Domain::real && y.domain != Domain::real;
  const Type t{transpose_a ? x.rows : x.planes, transpose_b ? y.planes : y.rows, x.lanes || y.lanes,
               nonneg ? Domain::nonneg : Domain::real};
  return Expr(operation("matrix_product", {a, b}, t, where, [=](Builder& w, const Values& v) {
    return ir::batch_matmul(w, v[0], v[1], {transpose_a, transpose_b});
  }));
}

Expr solve(Expr a, Expr b, Where where) {
  need_square(a, "solve", where), need_entries(b, where);
  const Type x = a.type(), y = b.type();
  if (x.planes != y.planes)
    throw ModelError(
        cat("equations with the matrix ", text(a, false), " and the right sides ", text(b, false)), where,
        "the right sides are the columns of a matrix with as many rows");
  return Expr(operation("solve", {a, b}, {y.planes, y.rows, x.lanes || y.lanes}, where,
                        [](Builder& w, const Values& v) { return ir::batch_solve(w, v[0], v[1]); }));
}

Expr log_determinant(Expr a, Where where) {
  need_square(a, "the determinant", where);
  auto n = operation("log_determinant", {a}, {1, 1, a.type().lanes}, where,
                     [](Builder& w, const Values& v) { return ir::batch_log_determinant(w, v[0]); });
  n->scalar = true;
  return Expr(std::move(n));
}

}  // namespace unfurl
