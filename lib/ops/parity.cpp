// The check-node rule of binary codes, for two variables at a time.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

Value expand_parity_message(Builder& b, const std::vector<Value>& a, const Attributes&) {
  return b.sub(b.log_cosh(b.scale(b.add(a[0], a[1]), 0.5)), b.log_cosh(b.scale(b.sub(a[0], a[1]), 0.5)));
}

Value vjp_parity_message(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const auto slope = [&](int of, int by) {
    return b.parity_slope(node.args[static_cast<std::size_t>(of)], node.args[static_cast<std::size_t>(by)]);
  };
  return b.mul(g, arg == 0 ? slope(0, 1) : slope(1, 0));
}

Value expand_parity_slope(Builder& b, const std::vector<Value>& a, const Attributes&) {
  const Value up = b.tanh(b.scale(b.add(a[0], a[1]), 0.5)), down = b.tanh(b.scale(b.sub(a[0], a[1]), 0.5));
  return b.scale(b.sub(up, down), 0.5);
}

// With the slope s(b, a) of the other operand: d/da = -s(a, b) s(b, a), d/db = (1 - s(a, b)^2 - s(b, a)^2) / 2.
Value vjp_parity_slope(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value other = b.parity_slope(node.args[1], node.args[0]);
  if (arg == 0) return b.neg(b.mul(g, b.mul(out, other)));
  return b.mul(g, b.scale(b.sub(b.constant(1), b.add(b.square(out), b.square(other))), 0.5));
}

}  // namespace

const Operation parity_message{.name = "parity_message",
                               .arity = 2,
                               .elementwise = true,
                               .infer = infer_domain<Domain::real>,
                               .vjp = vjp_parity_message,
                               .sign = sign_mixed,
                               .expand = expand_parity_message};
/// d/da of parity_message(a, b).
const Operation parity_slope{.name = "parity_slope",
                             .arity = 2,
                             .elementwise = true,
                             .infer = infer_domain<Domain::real>,
                             .vjp = vjp_parity_slope,
                             .sign = sign_mixed,
                             .expand = expand_parity_slope};

}  // namespace unfurl::ir::ops
