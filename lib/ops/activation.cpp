// Non-linearities of layers, and what selects entries in their gradients.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

Value first(Builder& b, Value out) { return b.graph()[out].args[0]; }

Value vjp_relu(Builder& b, Value out, int, Value g) { return b.where(g, out); }

// Not from results: differences of 1 and those would be 0 long before the slopes are.
Value vjp_sigmoid(Builder& b, Value out, int, Value g) { return b.mul(g, b.sigmoid_slope(first(b, out))); }

Value vjp_sigmoid_slope(Builder& b, Value out, int, Value g) {
  return b.neg(b.mul(g, b.mul(out, b.sigmoid_difference(first(b, out)))));
}

Value vjp_sigmoid_difference(Builder& b, Value out, int, Value g) {
  return b.mul(g, b.scale(b.sigmoid_slope(first(b, out)), 2));
}

Value vjp_tanh(Builder& b, Value out, int, Value g) {
  return b.mul(g, b.scale(b.sigmoid_slope(b.scale(first(b, out), 2)), 4));
}

Value expand_sigmoid_slope(Builder& b, const std::vector<Value>& v, const Attributes&) {
  return b.mul(b.sigmoid(v[0]), b.sigmoid(b.neg(v[0])));
}

Value expand_sigmoid_difference(Builder& b, const std::vector<Value>& v, const Attributes&) {
  return b.sub(b.sigmoid(v[0]), b.sigmoid(b.neg(v[0])));
}

Value vjp_softplus(Builder& b, Value out, int, Value g) { return b.mul(g, b.sigmoid(first(b, out))); }

Value vjp_log_cosh(Builder& b, Value out, int, Value g) { return b.mul(g, b.tanh(first(b, out))); }

Value vjp_where(Builder& b, Value out, int arg, Value g) {
  return arg == 0 ? b.where(g, b.graph()[out].args[1]) : Value{};
}

Value vjp_soft_threshold(Builder& b, Value out, int arg, Value g) {
  return arg == 0 ? b.where(g, out) : b.neg(b.mul(g, b.sign(out)));
}

Value vjp_one_minus(Builder& b, Value, int, Value g) { return b.neg(g); }

Sign sign_minus(const std::vector<Type>&, const Attributes&, int) { return Sign::minus; }

Type infer_first(const std::vector<Type>& t, const Attributes&) { return broadcast_type(t, t[0].domain); }

Sign sign_soft_threshold(const std::vector<Type>& t, const Attributes&, int arg) {
  if (arg == 0) return Sign::plus;
  return t[0].domain == Domain::real ? Sign::mixed : Sign::minus;
}

}  // namespace

const Operation relu{.name = "relu",
                     .elementwise = true,
                     .keeps_finite = true,
                     .infer = infer_domain<Domain::nonneg>,
                     .vjp = vjp_relu,
                     .sign = sign_plus};
const Operation sigmoid{.name = "sigmoid",
                        .elementwise = true,
                        .keeps_finite = true,
                        .infer = infer_domain<Domain::nonneg>,
                        .vjp = vjp_sigmoid,
                        .sign = sign_plus};
const Operation sigmoid_slope{.name = "sigmoid_slope",
                              .elementwise = true,
                              .keeps_finite = true,
                              .infer = infer_domain<Domain::nonneg>,
                              .vjp = vjp_sigmoid_slope,
                              .sign = sign_mixed,
                              .expand = expand_sigmoid_slope};
const Operation sigmoid_difference{.name = "sigmoid_difference",
                                   .elementwise = true,
                                   .keeps_finite = true,
                                   .infer = infer_joint,
                                   .vjp = vjp_sigmoid_difference,
                                   .sign = sign_plus,
                                   .expand = expand_sigmoid_difference};
const Operation tanh{.name = "tanh",
                     .elementwise = true,
                     .keeps_finite = true,
                     .infer = infer_joint,
                     .vjp = vjp_tanh,
                     .sign = sign_plus};
const Operation softplus{.name = "softplus",
                         .elementwise = true,
                         .keeps_finite = true,
                         .infer = infer_domain<Domain::nonneg>,
                         .vjp = vjp_softplus,
                         .sign = sign_plus};
const Operation log_cosh{.name = "log_cosh",
                         .elementwise = true,
                         .infer = infer_domain<Domain::nonneg>,
                         .vjp = vjp_log_cosh,
                         .sign = sign_plus_if_nonneg};
/// 1 - a for a in [0, 1], the probability of the other event.
const Operation one_minus{.name = "one_minus",
                          .elementwise = true,
                          .keeps_finite = true,
                          .infer = infer_domain<Domain::nonneg>,
                          .vjp = vjp_one_minus,
                          .sign = sign_minus};
const Operation where{.name = "where",
                      .arity = 2,
                      .elementwise = true,
                      .keeps_finite = true,
                      .infer = infer_first,
                      .vjp = vjp_where,
                      .sign = sign_plus};
const Operation soft_threshold{.name = "soft_threshold",
                               .arity = 2,
                               .elementwise = true,
                               .infer = infer_first,
                               .vjp = vjp_soft_threshold,
                               .sign = sign_soft_threshold};

}  // namespace unfurl::ir::ops
