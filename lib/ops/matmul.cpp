// Matrix products with a matrix that all samples share, and their gradients.
#include <utility>

#include "ops/kernels.hpp"
#include "ops/ops.hpp"
#include "ops/product.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type infer_matmul(const std::vector<Type>& t, const Attributes& a) {
  const Type &m = t[0], &x = t[1];
  if (m.lanes) throw InternalError("a matrix that differs from sample to sample cannot be multiplied");
  const int in = a.transpose ? m.planes : m.rows, out = a.transpose ? m.rows : m.planes;
  const int contracted = a.axis == Axis::rows ? x.rows : x.planes;
  if (in != contracted)
    throw InternalError(cat("a matrix of shape ", to_string(m), a.transpose ? " (transposed)" : "",
                            " cannot multiply ", to_string(x)));
  Type result = x;
  (a.axis == Axis::rows ? result.rows : result.planes) = out;
  return result.with(all_nonneg(t) ? Domain::nonneg : Domain::real);
}

template <class T>
void run_matmul(const Call<T>& c) {
  const auto &m = c.in[0], &x = c.in[1];
  Strided<T> matrix{m.data, m.rows, 1};
  if (c.attributes->transpose) std::swap(matrix.row_step, matrix.column_step);
  if (c.attributes->axis == Axis::planes) {
    const std::ptrdiff_t columns = std::ptrdiff_t{x.rows} * x.lanes;
    product<T>(matrix, {x.data, columns, 1}, c.out.planes, x.planes, columns, 0, c.out.data, columns);
    return;
  }
  for (int p = 0; p < x.planes; ++p)
    product<T>(matrix, {x.row(p, 0), x.lanes, 1}, c.out.rows, x.rows, x.lanes, 0, c.out.row(p, 0), x.lanes);
}

Value vjp_matmul(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Attributes& a = node.attributes;
  if (arg == 1) return b.matmul(node.args[0], g, !a.transpose, a.axis);
  return a.transpose ? b.outer(node.args[1], g, a.axis) : b.outer(g, node.args[1], a.axis);
}

Sign sign_product(const std::vector<Type>& t, const Attributes&, int arg) {
  return t[arg == 0 ? 1 : 0].domain == Domain::real ? Sign::mixed : Sign::plus;
}

Value negative_part(Builder& b, Value v) { return b.relu(b.neg(v)); }

/// Both products are linear in either operand; a real other operand is cut into its parts.
template <Value (*Product)(Builder&, const Node&, int, Value other, Value g)>
Split split_bilinear(Builder& b, Value out, int arg, Split g) {
  const Node node = b.graph()[out];
  const Value other = node.args[arg == 0 ? 1 : 0];
  const Value up = b.relu(other), down = negative_part(b, other);
  Split s;
  const auto put = [&](Value& half, Value factor, Value grad) {
    if (!grad) return;
    const Value term = Product(b, node, arg, factor, grad);
    half = half ? b.add(half, term) : term;
  };
  put(s.plus, up, g.plus), put(s.plus, down, g.minus);
  put(s.minus, down, g.plus), put(s.minus, up, g.minus);
  return s;
}

Value matmul_gradient(Builder& b, const Node& node, int arg, Value other, Value g) {
  const Attributes& a = node.attributes;
  if (arg == 1) return b.matmul(other, g, !a.transpose, a.axis);
  return a.transpose ? b.outer(other, g, a.axis) : b.outer(g, other, a.axis);
}

Type infer_outer(const std::vector<Type>& t, const Attributes& a) {
  const bool rows = a.axis == Axis::rows;
  if (t[0].lanes != t[1].lanes || (rows ? t[0].planes != t[1].planes : t[0].rows != t[1].rows))
    throw InternalError(cat("no outer product of ", to_string(t[0]), " and ", to_string(t[1])));
  return {rows ? t[0].rows : t[0].planes, rows ? t[1].rows : t[1].planes, false,
          all_nonneg(t) ? Domain::nonneg : Domain::real};
}

template <class T>
void run_outer(const Call<T>& c) {
  const auto &x = c.in[0], &y = c.in[1];
  const auto add = [&](const T* a, const T* b, std::ptrdiff_t contracted, int accumulate) {
    product<T>({a, contracted, 1}, {b, 1, contracted}, c.out.planes, static_cast<int>(contracted), c.out.rows,
               accumulate, c.out.data, c.out.rows);
  };
  if (c.attributes->axis == Axis::planes) {
    add(x.data, y.data, std::ptrdiff_t{x.rows} * x.lanes, c.accumulate);
    return;
  }
  for (int p = 0; p < x.planes; ++p)
    add(x.row(p, 0), y.row(p, 0), x.lanes, p == 0 || c.accumulate ? c.accumulate : 1);
}

Value vjp_outer(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Axis axis = node.attributes.axis;
  return arg == 0 ? b.matmul(g, node.args[1], false, axis) : b.matmul(g, node.args[0], true, axis);
}
Value outer_gradient(Builder& b, const Node& node, int arg, Value other, Value g) {
  return b.matmul(g, other, arg == 1, node.attributes.axis);
}

}  // namespace

const OpDef matmul{.name = "matmul",
                   .arity = 2,
                   .infer = infer_matmul,
                   .vjp = vjp_matmul,
                   .sign = sign_product,
                   .split = split_bilinear<matmul_gradient>,
                   UNFURL_KERNELS(run_matmul)};
const OpDef outer{.name = "outer",
                  .arity = 2,
                  .infer = infer_outer,
                  .vjp = vjp_outer,
                  .sign = sign_product,
                  .split = split_bilinear<outer_gradient>,
                  UNFURL_KERNELS(run_outer)};

}  // namespace unfurl::ir::ops
