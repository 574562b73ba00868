// Wiener-style shares and squared differences: macro operations whose split gradients are the paper's [Hershey14].
#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

template <class T>
void run_share(const Call<T>& c) {
  map_pair(c, [](T a, T b) { return a / (a + b); });
}
template <class T>
void run_squared_difference(const Call<T>& c) {
  map_pair(c, [](T a, T b) { return (a - b) * (a - b); });
}

// d/da a/(a+b) = b/(a+b)^2, d/db = -a/(a+b)^2: one sign each, nothing to cancel.
Value vjp_share(Builder& b, Value out, int arg, Value g) {
  const Value x = b.graph()[out].args[0], y = b.graph()[out].args[1];
  const Value per_total = b.div(g, b.add(x, y));
  return arg == 0 ? b.mul(per_total, b.emit("one_minus", {out})) : b.neg(b.mul(per_total, out));
}
Sign sign_share(const std::vector<Type>&, const Attributes&, int arg) {
  return arg == 0 ? Sign::plus : Sign::minus;
}
Value expand_share(Builder& b, const std::vector<Value>& a, const Attributes&) {
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

const OpDef share{.name = "share",
                  .arity = 2,
                  .elementwise = true,
                  .infer = infer_domain<Domain::nonneg>,
                  .vjp = vjp_share,
                  .sign = sign_share,
                  .expand = expand_share,
                  UNFURL_KERNELS(run_share)};
const OpDef squared_difference{.name = "squared_difference",
                               .arity = 2,
                               .elementwise = true,
                               .infer = infer_domain<Domain::nonneg>,
                               .vjp = vjp_squared_difference,
                               .sign = sign_mixed,
                               .split = split_squared_difference,
                               .expand = expand_squared_difference,
                               UNFURL_KERNELS(run_squared_difference)};

}  // namespace unfurl::ir::ops
