// Powers, and the integrals of those whose exponent is a value: what beta divergences are made of.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

double exponent_of(const Attributes& a) { return a.as<Exponent>().exponent; }

Type infer_pow(const std::vector<Type>& t, const Attributes&) {
  if (t.size() != 1 && t.size() != 2)
    throw InternalError(
        detail::cat("a power takes its base, and its exponent or none, not ", t.size(), " operands"));
  return broadcast_type(t, Domain::nonneg);
}

Value vjp_pow(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value x = node.args[0];
  if (node.args.size() == 1) {
    const double e = exponent_of(node.attributes);
    if (e < 0)
      return b.neg(b.scale(b.mul(b.div(g, x), out), -e));  // x^(e - 1) alone may be beyond all floats
    return b.scale(b.mul(g, b.pow(x, e - 1)), e);
  }
  const Value e = node.args[1];
  if (arg == 0) return b.mul(g, b.mul(e, b.pow(x, b.sub(e, b.constant(1)))));
  return b.mul(g, b.mul(out, b.zero_if_infinite(b.log(x))));  // x^e log x is 0 at x = 0
}

Sign sign_pow(const std::vector<Type>& t, const Attributes& a, int arg) {
  if (t.size() == 1) return exponent_of(a) < 0 ? Sign::minus : Sign::plus;
  return arg == 0 && t[1].domain != Domain::real ? Sign::plus : Sign::mixed;
}

int order(const Attributes& a) { return a.as<Derivative>().order; }

// Every derivative in the exponent is of the same kind, with one more logarithm in the integral.
Value vjp_box_cox(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value x = node.args[0], e = node.args[1];
  const int n = order(node.attributes);
  if (arg == 1) return b.mul(g, b.box_cox(x, e, n + 1));
  Value slope = b.pow(x, b.sub(e, b.constant(1)));
  for (int k = n; k > 1; k -= 2) slope = b.mul(slope, b.square(b.log(x)));
  if (n % 2 == 1) slope = b.mul(slope, b.log(x));
  return b.mul(g, slope);
}

// An odd power of the logarithm has the sign of x - 1, and so has the direction of the integral.
Type infer_box_cox(const std::vector<Type>& t, const Attributes& a) {
  return broadcast_type(t, order(a) % 2 == 1 ? Domain::nonneg : Domain::real);
}

Sign sign_box_cox(const std::vector<Type>&, const Attributes& a, int) {
  return order(a) % 2 == 1 ? Sign::mixed : Sign::plus;
}

}  // namespace

/// The exponent is the second operand or, without one, an attribute.
const Operation pow{.name = "pow",
                    .arity = -1,
                    .attributes = Exponent{},
                    .elementwise = true,
                    .infer = infer_pow,
                    .vjp = vjp_pow,
                    .sign = sign_pow};
const Operation box_cox{.name = "box_cox",
                        .arity = 2,
                        .attributes = Derivative{},
                        .elementwise = true,
                        .infer = infer_box_cox,
                        .vjp = vjp_box_cox,
                        .sign = sign_box_cox};

}  // namespace unfurl::ir::ops
