// Arithmetic, entry by entry.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

const std::vector<Value>& args(Builder& b, Value out) { return b.graph()[out].args; }

Value vjp_add(Builder&, Value, int, Value g) { return g; }

Value vjp_sub(Builder& b, Value, int arg, Value g) { return arg == 0 ? g : b.neg(g); }

Value vjp_mul(Builder& b, Value out, int arg, Value g) { return b.mul(g, args(b, out)[arg == 0 ? 1 : 0]); }

Value vjp_div(Builder& b, Value out, int arg, Value g) {
  const Value denominator = args(b, out)[1];
  const Value quotient = b.div(g, denominator);
  return arg == 0 ? quotient : b.neg(b.mul(quotient, out));
}

Value vjp_neg(Builder& b, Value, int, Value g) { return b.neg(g); }

Value vjp_exp(Builder& b, Value out, int, Value g) { return b.mul(g, out); }

Value vjp_log(Builder& b, Value out, int, Value g) {  // an impossible entry (log 0) is not learned
  const Value x = args(b, out)[0];
  return b.where(b.div(g, x), x);
}

Value vjp_sqrt(Builder& b, Value out, int, Value g) { return b.div(b.scale(g, 0.5), out); }

Value vjp_square(Builder& b, Value out, int, Value g) { return b.mul(g, b.scale(args(b, out)[0], 2)); }

Value vjp_abs(Builder& b, Value out, int, Value g) { return b.mul(g, b.sign(args(b, out)[0])); }

Value vjp_maximum(Builder& b, Value out, int, Value g) {
  const Value x = args(b, out)[0];
  return b.mul(g, b.greater(x, b.graph()[out].attributes.as<Threshold>().threshold));
}

Sign sign_sub(const std::vector<Type>&, const Attributes&, int arg) {
  return arg == 0 ? Sign::plus : Sign::minus;
}

Sign sign_neg(const std::vector<Type>&, const Attributes&, int) { return Sign::minus; }

Sign sign_mul(const std::vector<Type>& t, const Attributes&, int arg) {
  return t[arg == 0 ? 1 : 0].domain == Domain::real ? Sign::mixed : Sign::plus;
}

Sign sign_div(const std::vector<Type>& t, const Attributes&, int arg) {
  if (arg == 0) return t[1].domain == Domain::real ? Sign::mixed : Sign::plus;
  return t[0].domain == Domain::real ? Sign::mixed : Sign::minus;  // d(a/b)/db = -a/b^2
}

Type infer_maximum(const std::vector<Type>& t, const Attributes& a) {
  return t[0].with(a.as<Threshold>().threshold >= 0 || t[0].domain != Domain::real ? Domain::nonneg
                                                                                   : Domain::real);
}

}  // namespace

const Operation add{.name = "add",
                    .arity = 2,
                    .elementwise = true,
                    .keeps_finite = true,
                    .additive_sign = [](int) { return 1; },
                    .infer = infer_joint,
                    .vjp = vjp_add,
                    .sign = sign_plus};
const Operation sub{.name = "sub",
                    .arity = 2,
                    .elementwise = true,
                    .keeps_finite = true,
                    .additive_sign = [](int arg) { return arg == 0 ? 1 : -1; },
                    .infer = infer_domain<Domain::real>,
                    .vjp = vjp_sub,
                    .sign = sign_sub};
const Operation mul{.name = "mul",
                    .arity = 2,
                    .elementwise = true,
                    .keeps_finite = true,
                    .infer = infer_joint,
                    .vjp = vjp_mul,
                    .sign = sign_mul};
const Operation div{
    .name = "div", .arity = 2, .elementwise = true, .infer = infer_joint, .vjp = vjp_div, .sign = sign_div};
const Operation neg{.name = "neg",
                    .elementwise = true,
                    .keeps_finite = true,
                    .additive_sign = [](int) { return -1; },
                    .infer = infer_domain<Domain::real>,
                    .vjp = vjp_neg,
                    .sign = sign_neg};
const Operation exp{.name = "exp",
                    .elementwise = true,
                    .infer = infer_domain<Domain::nonneg>,
                    .vjp = vjp_exp,
                    .sign = sign_plus};
const Operation log{.name = "log",
                    .elementwise = true,
                    .infer = infer_domain<Domain::real>,
                    .vjp = vjp_log,
                    .sign = sign_plus};
const Operation sqrt{.name = "sqrt",
                     .elementwise = true,
                     .infer = infer_domain<Domain::nonneg>,
                     .vjp = vjp_sqrt,
                     .sign = sign_plus};
const Operation square{.name = "square",
                       .elementwise = true,
                       .keeps_finite = true,
                       .infer = infer_domain<Domain::nonneg>,
                       .vjp = vjp_square,
                       .sign = sign_plus_if_nonneg};
const Operation abs{.name = "abs",
                    .elementwise = true,
                    .keeps_finite = true,
                    .infer = infer_domain<Domain::nonneg>,
                    .vjp = vjp_abs,
                    .sign = sign_plus_if_nonneg};
const Operation sign{.name = "sign", .elementwise = true, .infer = infer_joint};
const Operation maximum{.name = "maximum",
                        .attributes = Threshold{},
                        .elementwise = true,
                        .infer = infer_maximum,
                        .vjp = vjp_maximum,
                        .sign = sign_plus};
const Operation greater{
    .name = "greater", .attributes = Threshold{}, .elementwise = true, .infer = infer_domain<Domain::nonneg>};

}  // namespace unfurl::ir::ops
