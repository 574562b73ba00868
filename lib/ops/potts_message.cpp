// Belief propagation through factors that know only whether two states agree: linear in the number of states.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type infer_potts_message(const std::vector<Type>& t, const Attributes&) {
  const Type &coupling = t[0], &message = t[1];
  if (coupling.planes != 1 || (coupling.rows != 1 && coupling.rows != message.rows))
    throw InternalError(cat("no message ", to_string(message), " through couplings ", to_string(coupling)));
  return {message.planes, message.rows, coupling.lanes || message.lanes, Domain::real};
}

// The sums over states of both gradients are again such messages, of logarithms of the magnitudes of either sign.
Value vjp_potts_message(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value coupling = node.args[0], m = node.args[1], finite = b.zero_if_infinite(out);
  if (arg == 0) return b.mul(g, b.exp(b.sub(b.add(coupling, m), finite)));
  const Value possible = b.greater(out, -std::numeric_limits<double>::infinity());  // others pass no gradient
  const auto half = [&](Value magnitude) {
    const Value log_g = b.sub(b.log(b.where(magnitude, possible)), finite);
    return b.exp(b.add(m, b.potts_message(coupling, log_g)));
  };
  if (b.type(g).domain == Domain::nonneg) return half(g);
  return b.sub(half(b.relu(g)), half(b.relu(b.neg(g))));
}

}  // namespace

/// out(s) = log( sum_{t != s} exp(m(t)) + exp(J + m(s)) ), from J [1, rows or 1] and m [states, rows].
const Operation potts_message{.name = "potts_message",
                              .arity = 2,
                              .infer = infer_potts_message,
                              .vjp = vjp_potts_message,
                              .sign = sign_plus};

}  // namespace unfurl::ir::ops
