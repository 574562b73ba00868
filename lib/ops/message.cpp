// Belief propagation in the log domain: exclusive sums at variables, binary pairwise messages at factors, and their powers.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type infer_exclusive_sum(const std::vector<Type>& t, const Attributes& a) {
  const Type &unary = t[0], &messages = t[1];
  const Index& table = a.as<Indexed>().index;
  if (!table || table->count != unary.rows || static_cast<int>(table->target.size()) != messages.rows ||
      unary.planes != messages.planes)
    throw InternalError(
        cat("beliefs ", to_string(unary), " and messages ", to_string(messages), " do not fit"));
  return {messages.planes, messages.rows, unary.lanes || messages.lanes,
          all_nonneg(t) ? Domain::nonneg : Domain::real};
}

Value vjp_exclusive_sum(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Index index = index_of(b, out);
  if (arg == 0) return b.segment_sum_rows(g, index);
  return b.exclusive_sum(b.zeros(b.type(node.args[0]).with(Domain::nonneg)), g, index);  // its own adjoint
}

Value expand_ising_message(Builder& b, const std::vector<Value>& a, const Attributes&) {
  const Value half = b.scale(a[1], 0.5);
  return b.sub(b.log_cosh(b.add(a[0], half)), b.log_cosh(b.sub(a[0], half)));
}

// It is parity_message(2 J, m).
Value vjp_ising_message(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value twice = b.scale(node.args[0], 2), message = node.args[1];
  if (arg == 0) return b.mul(g, b.scale(b.parity_slope(twice, message), 2));
  return b.mul(g, b.parity_slope(message, twice));
}

Value expand_ising_max_message(Builder& b, const std::vector<Value>& a, const Attributes&) {
  const Value half = b.scale(a[1], 0.5);
  return b.sub(b.abs(b.add(a[0], half)), b.abs(b.sub(a[0], half)));
}

Value vjp_ising_max_message(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value half = b.scale(node.args[1], 0.5);
  const Value up = b.sign(b.add(node.args[0], half)), down = b.sign(b.sub(node.args[0], half));
  return arg == 0 ? b.mul(g, b.sub(up, down)) : b.mul(g, b.scale(b.add(up, down), 0.5));
}

}  // namespace

const Operation exclusive_sum{.name = "exclusive_sum",
                              .arity = 2,
                              .attributes = Indexed{},
                              .infer = infer_exclusive_sum,
                              .vjp = vjp_exclusive_sum,
                              .sign = sign_plus};
const Operation ising_message{.name = "ising_message",
                              .arity = 2,
                              .elementwise = true,
                              .infer = infer_domain<Domain::real>,
                              .vjp = vjp_ising_message,
                              .sign = sign_mixed,
                              .expand = expand_ising_message};

const Operation ising_max_message{.name = "ising_max_message",
                                  .arity = 2,
                                  .elementwise = true,
                                  .infer = infer_domain<Domain::real>,
                                  .vjp = vjp_ising_max_message,
                                  .sign = sign_mixed,
                                  .expand = expand_ising_max_message};

}  // namespace unfurl::ir::ops
