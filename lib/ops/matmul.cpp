// Matrix products: the only GEMM.
#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

template <class T>
using MatrixMap = Eigen::Map<Matrix<T>>;
template <class T>
using ConstMatrixMap = Eigen::Map<const Matrix<T>>;

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

template <class T, class M>
void multiply(const Call<T>& c, const M& m) {
  const auto& x = c.in[1];
  if (c.attributes->axis == Axis::planes) {
    const Eigen::Index columns = Eigen::Index(x.rows) * x.lanes;
    MatrixMap<T>(c.out.data, c.out.planes, columns).noalias() =
        m * ConstMatrixMap<T>(x.data, x.planes, columns);
    return;
  }
  for (int p = 0; p < x.planes; ++p)
    MatrixMap<T>(c.out.row(p, 0), c.out.rows, c.out.lanes).noalias() =
        m * ConstMatrixMap<T>(x.row(p, 0), x.rows, x.lanes);
}

template <class T>
void run_matmul(const Call<T>& c) {
  const ConstMatrixMap<T> m(c.in[0].data, c.in[0].planes, c.in[0].rows);
  if (c.attributes->transpose)
    multiply(c, m.transpose());
  else
    multiply(c, m);
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
  MatrixMap<T> out(c.out.data, c.out.planes, c.out.rows);
  if (!c.accumulate) out.setZero();
  const auto add = [&](const ConstMatrixMap<T>& a, const ConstMatrixMap<T>& b) {
    if (c.accumulate < 0)
      out.noalias() -= a * b.transpose();
    else
      out.noalias() += a * b.transpose();
  };
  if (c.attributes->axis == Axis::planes) {
    const Eigen::Index columns = Eigen::Index(x.rows) * x.lanes;
    add({x.data, x.planes, columns}, {y.data, y.planes, columns});
    return;
  }
  for (int p = 0; p < x.planes; ++p) add({x.row(p, 0), x.rows, x.lanes}, {y.row(p, 0), y.rows, y.lanes});
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
