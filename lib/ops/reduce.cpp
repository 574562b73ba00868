// Sums over planes, rows and samples, and their adjoint.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

bool reduces_to(const Type& from, const Type& to) {
  return (to.planes == from.planes || to.planes == 1) && (to.rows == from.rows || to.rows == 1) &&
         (!to.lanes || from.lanes);
}

Type infer_sum_to(const std::vector<Type>& t, const Attributes& a) {
  const Type& shape = a.as<Shape>().shape;
  if (!reduces_to(t[0], shape))
    throw InternalError(cat("cannot sum ", to_string(t[0]), " to ", to_string(shape)));
  return shape.with(t[0].domain == Domain::real ? Domain::real : Domain::nonneg);
}

Value vjp_sum_to(Builder& b, Value out, int, Value g) {
  return b.broadcast(g, b.type(b.graph()[out].args[0]).with(b.type(g).domain));
}

Type infer_product_sum(const std::vector<Type>& t, const Attributes& a) {
  const Type& shape = a.as<Shape>().shape;
  if (shape.lanes) throw InternalError("a product_sum is over samples");
  return infer_sum_to({infer_joint(t, a)}, a);
}

Value pull_product_sum(Builder& b, const Node& node, int, Value other, Value g) {
  const Type product = broadcast_type({b.type(node.args[0]), b.type(node.args[1])}, b.type(g).domain);
  return b.mul(b.broadcast(g, product), other);
}

Value vjp_product_sum(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  return pull_product_sum(b, node, arg, node.args[arg == 0 ? 1 : 0], g);
}

Sign sign_product_sum(const std::vector<Type>& t, const Attributes& a, int arg) {
  return sign_plus_if_nonneg(t, a, 1 - arg);
}

Value expand_product_sum(Builder& b, const std::vector<Value>& v, const Attributes& a) {
  return b.sum_to(b.mul(v[0], v[1]), a.as<Shape>().shape);
}

Type infer_broadcast(const std::vector<Type>& t, const Attributes& a) {
  const Type& shape = a.as<Shape>().shape;
  if (!reduces_to(shape, t[0]))
    throw InternalError(cat("cannot spread ", to_string(t[0]), " over ", to_string(shape)));
  return shape.with(t[0].domain);
}

Value vjp_broadcast(Builder& b, Value out, int, Value g) {
  return b.sum_to(g, b.type(b.graph()[out].args[0]));
}

}  // namespace

const Operation sum_to{.name = "sum_to",
                       .attributes = Shape{},
                       .keeps_finite = true,
                       .infer = infer_sum_to,
                       .vjp = vjp_sum_to,
                       .sign = sign_plus};
/// Of the products of two operands, over samples and whatever else has one entry in the result.
const Operation product_sum{.name = "product_sum",
                            .arity = 2,
                            .attributes = Shape{},
                            .infer = infer_product_sum,
                            .vjp = vjp_product_sum,
                            .sign = sign_product_sum,
                            .split = split_bilinear<pull_product_sum>,
                            .expand = expand_product_sum};
const Operation broadcast{.name = "broadcast",
                          .attributes = Shape{},
                          .keeps_finite = true,
                          .infer = infer_broadcast,
                          .vjp = vjp_broadcast,
                          .sign = sign_plus};

}  // namespace unfurl::ir::ops
