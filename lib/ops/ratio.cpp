// Ratio masks, what two resistances in parallel amount to, and squared differences: macro operations whose gradients hold
// nothing that cancels, so that the split ones are the paper's [Hershey14].
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

// d/da a/(a+b) = b/(a+b)^2, d/db = -a/(a+b)^2: one sign each, nothing to cancel; 1 - a/(a+b) would.
Value vjp_ratio_mask(Builder& b, Value out, int arg, Value g) {
  const Value x = b.graph()[out].args[0], y = b.graph()[out].args[1];
  const Value per_total = b.div(g, b.add(x, y));
  return arg == 0 ? b.mul(per_total, b.ratio_mask(y, x)) : b.neg(b.mul(per_total, out));
}

Sign sign_ratio_mask(const std::vector<Type>& t, const Attributes&, int arg) {
  if (t[0].domain == Domain::real || t[1].domain == Domain::real) return Sign::mixed;
  return arg == 0 ? Sign::plus : Sign::minus;
}

// d/da ab/(a+b) = (b/(a+b))^2: written so, whatever the sizes of the two.
Value vjp_parallel(Builder& b, Value out, int arg, Value g) {
  const Value x = b.graph()[out].args[0], y = b.graph()[out].args[1];
  return b.mul(g, b.square(arg == 0 ? b.ratio_mask(y, x) : b.ratio_mask(x, y)));
}

Value expand_parallel(Builder& b, const std::vector<Value>& a, const Attributes&) {
  return b.div(b.mul(a[0], a[1]), b.add(a[0], a[1]));
}

Value expand_ratio_mask(Builder& b, const std::vector<Value>& a, const Attributes&) {
  return b.div(a[0], b.add(a[0], a[1]));
}

Value vjp_squared_difference(Builder& b, Value out, int arg, Value g) {
  const Value x = b.graph()[out].args[0], y = b.graph()[out].args[1];
  return b.mul(g, b.scale(arg == 0 ? b.sub(x, y) : b.sub(y, x), 2));
}

Split split_squared_difference(Builder& b, Value out, int arg, Split g) {
  const Node node = b.graph()[out];
  const Value self = node.args[arg == 0 ? 0 : 1], other = node.args[arg == 0 ? 1 : 0];
  const auto parts = [&](Value v) {  // v = plus - minus, both non-negative
    if (b.type(v).domain != Domain::real) return Split{v, Value{}};
    return Split{b.relu(v), b.relu(b.neg(v))};
  };
  Split result;
  const auto put = [&](Value& half, Value grad, Value factor) {
    if (!grad || !factor) return;
    const Value term = b.mul(grad, b.scale(factor, 2));
    half = half ? b.add(half, term) : term;
  };
  const Split s = parts(self), o = parts(other);
  put(result.plus, g.plus, s.plus), put(result.plus, g.plus, o.minus);
  put(result.plus, g.minus, s.minus), put(result.plus, g.minus, o.plus);
  put(result.minus, g.plus, s.minus), put(result.minus, g.plus, o.plus);
  put(result.minus, g.minus, s.plus), put(result.minus, g.minus, o.minus);
  return result;
}

Value expand_squared_difference(Builder& b, const std::vector<Value>& a, const Attributes&) {
  return b.square(b.sub(a[0], a[1]));
}

}  // namespace

const Operation ratio_mask{.name = "ratio_mask",
                           .arity = 2,
                           .elementwise = true,
                           .infer = infer_joint,
                           .vjp = vjp_ratio_mask,
                           .sign = sign_ratio_mask,
                           .expand = expand_ratio_mask};
/// a b / (a + b), the precision that is left of two in a row; NaN where the sum is not positive.
const Operation parallel{.name = "parallel",
                         .arity = 2,
                         .elementwise = true,
                         .infer = infer_joint,
                         .vjp = vjp_parallel,
                         .sign = sign_plus,
                         .expand = expand_parallel};
const Operation squared_difference{.name = "squared_difference",
                                   .arity = 2,
                                   .elementwise = true,
                                   .infer = infer_domain<Domain::nonneg>,
                                   .vjp = vjp_squared_difference,
                                   .sign = sign_mixed,
                                   .split = split_squared_difference,
                                   .expand = expand_squared_difference};

}  // namespace unfurl::ir::ops
