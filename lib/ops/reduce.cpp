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
const Operation broadcast{.name = "broadcast",
                          .attributes = Shape{},
                          .keeps_finite = true,
                          .infer = infer_broadcast,
                          .vjp = vjp_broadcast,
                          .sign = sign_plus};

}  // namespace unfurl::ir::ops
