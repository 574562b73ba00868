// Belief propagation through pairwise tables that the samples share: products of matrices of exponentials instead of one
// exponential for every entry of the joint table; and their gradients.
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

// The gradient by the message, and by the table, of a message `out` with the gradient g. Shares p_ij = exp(table_ij + x_j - out_i)
// are at most 1; where out_i is -inf nothing passes.
Type infer_table_pull(const std::vector<Type>& t, const Attributes&) {
  return t[1].with(t[3].domain == Domain::real ? Domain::real : Domain::nonneg);
}

Type infer_table_sums(const std::vector<Type>& t, const Attributes&) {
  return t[0].with(t[3].domain == Domain::real ? Domain::real : Domain::nonneg);
}

Value vjp_table_message(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  return b.emit(arg == 0 ? table_sums : table_pull, {node.args[0], node.args[1], out, g},
                node.attributes.as<TableMessage>());
}

/// Of what is linear in p_ij and g_i: entry by entry of the table, which is rarely wanted.
struct Shares {
  Builder& b;
  const Node node;
  Index of_message, of_result;  ///< of every entry of the table
  Value p;

  Shares(Builder& builder, Value out) : b(builder), node(builder.graph()[out]) {
    const bool transpose = node.attributes.as<TableMessage>().transpose;
    const int in = b.type(node.args[1]).planes, results = b.type(node.args[2]).planes;
    std::vector<int> j, i;
    for (int k = 0; k < in * results; ++k) {
      i.push_back(transpose ? k % results : k / in);
      j.push_back(transpose ? k / results : k % in);
    }
    of_message = make_index(j, in), of_result = make_index(i, results);
    const Value message = node.args[2];
    const Value possible = b.greater(message, -std::numeric_limits<double>::infinity());
    const Value log_p = b.sub(b.add(node.args[0], b.gather_planes(node.args[1], of_message)),
                              b.gather_planes(b.zero_if_infinite(message), of_result));
    p = b.where(b.exp(log_p), b.gather_planes(possible, of_result));
  }
  Value at_result(Value v) const { return b.gather_planes(v, of_result); }
  Value at_message(Value v) const { return b.gather_planes(v, of_message); }
  /// With h, which says how the loss rises with every p_ij g_i.
  Value gradient(int arg, Value h) const {
    const Value ph = b.mul(p, h), all = b.mul(ph, at_result(node.args[3]));
    switch (arg) {
      case 0:
        return all;
      case 1:
        return b.segment_sum_planes(all, of_message);
      case 2:
        return b.neg(b.segment_sum_planes(all, of_result));
      default:
        return b.segment_sum_planes(ph, of_result);
    }
  }
};

Value vjp_table_pull(Builder& b, Value out, int arg, Value g) {
  const Shares shares(b, out);
  return shares.gradient(arg, shares.at_message(g));
}

Value vjp_table_sums(Builder& b, Value out, int arg, Value g) { return Shares(b, out).gradient(arg, g); }

Sign sign_of_shares(const std::vector<Type>&, const Attributes&, int arg) {
  return arg == 3 ? Sign::plus : Sign::mixed;
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
/// out(j) = sum_i exp(table(i, j) + x(j) - message(i)) g(i): of x and its message, as table_message has them.
const Operation table_pull{.name = "table_pull",
                           .arity = 4,
                           .attributes = TableMessage{},
                           .multiply_adds = cost_of_table,
                           .infer = infer_table_pull,
                           .vjp = vjp_table_pull,
                           .sign = sign_of_shares,
                           .split = split_together};
/// out(i, j) = sum over samples (and over rows, for a table of one) of exp(table(i, j) + x(j) - message(i)) g(i).
const Operation table_sums{.name = "table_sums",
                           .arity = 4,
                           .attributes = TableMessage{},
                           .multiply_adds = cost_of_table,
                           .infer = infer_table_sums,
                           .vjp = vjp_table_sums,
                           .sign = sign_of_shares,
                           .split = split_together};

}  // namespace unfurl::ir::ops
