// Messages through tables that the samples share, with the normalisation that follows; and their gradients.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

Value expand_message(Builder& b, const std::vector<Value>& v, const Attributes& attributes) {
  return b.normalize_planes(b.emit(table_message, v, attributes));
}

/// From table, message, normalised result y and the gradient g of that. With the normalised n of the table and the message, which is y,
/// g_i exp(n_i - y_i) - exp(n_i) sum of g goes to result i before it is normalised.
Value expand_gradient(Builder& b, const Operation& op, const std::vector<Value>& v,
                      const Attributes& attributes) {
  const Value message = b.emit(table_message, {v[0], v[1]}, attributes), n = b.normalize_planes(message);
  const Type total{1, b.type(v[3]).rows, b.type(v[3]).lanes};
  const Value kept = b.exp(b.sub(b.zero_if_infinite(n), b.zero_if_infinite(v[2])));
  const Value to_result = b.sub(b.mul(v[3], kept), b.mul(b.exp(n), b.sum_to(v[3], total)));
  return b.emit(op, {v[0], v[1], message, to_result}, attributes);
}
Value expand_pull(Builder& b, const std::vector<Value>& v, const Attributes& attributes) {
  return expand_gradient(b, table_pull, v, attributes);
}
Value expand_sums(Builder& b, const std::vector<Value>& v, const Attributes& attributes) {
  return expand_gradient(b, table_sums, v, attributes);
}

Type infer_message(const std::vector<Type>& t, const Attributes& attributes) {
  return table_message.infer(t, attributes);
}
Type infer_pull(const std::vector<Type>& t, const Attributes&) { return t[1].with(Domain::real); }
Type infer_sums(const std::vector<Type>& t, const Attributes&) { return t[0].with(Domain::real); }

/// As of the messages before they are normalised.
double cost(const std::vector<Type>& t, const Attributes& attributes, const Type& out) {
  return table_message.multiply_adds(t, attributes, out);
}

}  // namespace

/// log-probabilities: table_message less the logarithm of the sum of its exponentials.
const Operation normalized_table_message{.name = "normalized_table_message",
                                         .arity = 2,
                                         .attributes = TableMessage{},
                                         .multiply_adds = cost,
                                         .infer = infer_message,
                                         .sign = sign_mixed,
                                         .split = split_together,
                                         .expand = expand_message};
/// Of table, message, normalised result y and its gradient: the message's.
const Operation normalized_table_pull{.name = "normalized_table_pull",
                                      .arity = 4,
                                      .attributes = TableMessage{},
                                      .multiply_adds = cost,
                                      .infer = infer_pull,
                                      .sign = sign_mixed,
                                      .split = split_together,
                                      .expand = expand_pull};
/// The table's, summed over samples (and over rows, for a table of one).
const Operation normalized_table_sums{.name = "normalized_table_sums",
                                      .arity = 4,
                                      .attributes = TableMessage{},
                                      .multiply_adds = cost,
                                      .infer = infer_sums,
                                      .sign = sign_mixed,
                                      .split = split_together,
                                      .expand = expand_sums};

}  // namespace unfurl::ir::ops
