// Matrix products with a matrix that all samples share, and their gradients.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type infer_matmul(const std::vector<Type>& t, const Attributes& a) {
  const Type &m = t[0], &x = t[1];
  const auto [axis, transpose] = a.as<MatrixProduct>();
  if (m.lanes) throw InternalError("a matrix that differs from sample to sample cannot be multiplied");
  const int in = transpose ? m.planes : m.rows, out = transpose ? m.rows : m.planes;
  const int contracted = axis == Axis::rows ? x.rows : x.planes;
  if (in != contracted)
    throw InternalError(cat("a matrix of shape ", to_string(m), transpose ? " (transposed)" : "",
                            " cannot multiply ", to_string(x)));
  Type result = x;
  (axis == Axis::rows ? result.rows : result.planes) = out;
  return result.with(all_nonneg(t) ? Domain::nonneg : Domain::real);
}

Value matmul_gradient(Builder& b, const Node& node, int arg, Value other, Value g) {
  const auto [axis, transpose] = node.attributes.as<MatrixProduct>();
  if (arg == 1) return b.matmul(other, g, !transpose, axis);
  return transpose ? b.outer(other, g, axis) : b.outer(g, other, axis);
}

Value vjp_matmul(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  return matmul_gradient(b, node, arg, node.args[arg == 0 ? 1 : 0], g);
}

Type infer_outer(const std::vector<Type>& t, const Attributes& a) {
  const bool rows = a.as<OuterProduct>().axis == Axis::rows;
  if (t[0].lanes != t[1].lanes || (rows ? t[0].planes != t[1].planes : t[0].rows != t[1].rows))
    throw InternalError(cat("no outer product of ", to_string(t[0]), " and ", to_string(t[1])));
  return {rows ? t[0].rows : t[0].planes, rows ? t[1].rows : t[1].planes, false,
          all_nonneg(t) ? Domain::nonneg : Domain::real};
}

Value outer_gradient(Builder& b, const Node& node, int arg, Value other, Value g) {
  return b.matmul(g, other, arg == 1, node.attributes.as<OuterProduct>().axis);
}

Value vjp_outer(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  return outer_gradient(b, node, arg, node.args[arg == 0 ? 1 : 0], g);
}

double cost_of_matmul(const std::vector<Type>& t, const Attributes& a, const Type& out) {
  return static_cast<double>(out.size()) * (a.as<MatrixProduct>().transpose ? t[0].planes : t[0].rows);
}
double cost_of_outer(const std::vector<Type>& t, const Attributes& a, const Type& out) {
  return static_cast<double>(out.size()) *
         (a.as<OuterProduct>().axis == Axis::rows ? t[0].planes : t[0].rows);
}

}  // namespace

const Operation matmul{.name = "matmul",
                       .arity = 2,
                       .attributes = MatrixProduct{},
                       .keeps_finite = true,
                       .multiply_adds = cost_of_matmul,
                       .infer = infer_matmul,
                       .vjp = vjp_matmul,
                       .sign = sign_product,
                       .split = split_bilinear<matmul_gradient>};
const Operation outer{.name = "outer",
                      .arity = 2,
                      .attributes = OuterProduct{},
                      .multiply_adds = cost_of_outer,
                      .infer = infer_outer,
                      .vjp = vjp_outer,
                      .sign = sign_product,
                      .split = split_bilinear<outer_gradient>};

}  // namespace unfurl::ir::ops
