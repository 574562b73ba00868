// Belief propagation through pairwise tables that the samples share: a product of matrices of exponentials instead of
// one exponential for every entry of the joint table.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type infer_table_message(const std::vector<Type>& t, const Attributes&) {
  const Type &table = t[0], &x = t[1];
  if (table.lanes || table.planes % x.planes != 0 || (table.rows != 1 && table.rows != x.rows))
    throw InternalError(cat("no message ", to_string(x), " through a table ", to_string(table)));
  return {table.planes / x.planes, x.rows, x.lanes, Domain::real};
}

Type infer_sum_exp_pairs(const std::vector<Type>& t, const Attributes&) {
  const Type &table = t[0], &x = t[1], &y = t[2];
  if (table.lanes || table.planes != x.planes * y.planes || x.rows != y.rows || x.lanes != y.lanes ||
      (table.rows != 1 && table.rows != x.rows))
    throw InternalError(
        cat("no sum over pairs of ", to_string(x), " and ", to_string(y), " in a table ", to_string(table)));
  return {table.planes, table.rows, false, Domain::nonneg};
}

// d/dx and d/dtable are sums of exp(table + x - out) times the gradient. Its two signs go their own ways, as logarithms,
// which may be any number: so nothing over- or underflows, and both are again messages and sums over pairs.
template <class Part>
Value over_signs(Builder& b, Value out, Value g, Part part) {
  const Value possible = b.greater(out, -std::numeric_limits<double>::infinity());  // others pass no gradient
  const auto half = [&](Value magnitude) {
    return part(b.sub(b.log(b.where(magnitude, possible)), b.zero_if_infinite(out)));
  };
  if (b.type(g).domain == Domain::nonneg) return half(g);
  return b.sub(half(b.relu(g)), half(b.relu(b.neg(g))));
}

Value vjp_table_message(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value table = node.args[0], x = node.args[1];
  const bool transpose = node.attributes.as<TableMessage>().transpose;
  return over_signs(b, out, g, [&](Value log_g) {
    if (arg == 0) return transpose ? b.sum_exp_pairs(table, x, log_g) : b.sum_exp_pairs(table, log_g, x);
    return b.exp(b.add(x, b.table_message(table, log_g, !transpose)));
  });
}

Value vjp_sum_exp_pairs(Builder& b, Value out, int arg, Value g) {
  if (arg == 0) return b.mul(out, g);
  const Node node = b.graph()[out];
  const Value x = node.args[static_cast<std::size_t>(arg)],
              other = node.args[static_cast<std::size_t>(3 - arg)];
  const auto half = [&](Value magnitude) {
    const Value weighted = b.add(node.args[0], b.log(magnitude));
    return b.exp(b.add(x, b.table_message(weighted, other, arg == 2)));
  };
  if (b.type(g).domain == Domain::nonneg) return half(g);
  return b.sub(half(b.relu(g)), half(b.relu(b.neg(g))));
}

/// Every entry of the table meets a message of every row.
double cost_of_table(const std::vector<Type>& t, const Attributes&, const Type&) {
  return static_cast<double>(t[0].planes) * t[1].rows;
}

}  // namespace

const Operation table_message{.name = "table_message",
                              .arity = 2,
                              .attributes = TableMessage{},
                              .multiply_adds = cost_of_table,
                              .infer = infer_table_message,
                              .vjp = vjp_table_message,
                              .sign = sign_plus};
const Operation sum_exp_pairs{.name = "sum_exp_pairs",
                              .arity = 3,
                              .multiply_adds = cost_of_table,
                              .infer = infer_sum_exp_pairs,
                              .vjp = vjp_sum_exp_pairs,
                              .sign = sign_plus};

}  // namespace unfurl::ir::ops
