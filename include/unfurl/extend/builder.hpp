/// The functions that write programs.
#pragma once

#include "unfurl/extend/operation.hpp"
#include "unfurl/extend/program.hpp"

namespace unfurl::ir {

/// Writes a Graph. Every function checks its operands (InternalError).
class Builder {
 public:
  explicit Builder(Graph& graph) : graph_(&graph) {}
  Graph& graph() const { return *graph_; }
  const Type& type(Value v) const { return graph_->type(v); }

  int layer = -1;      ///< stamped on new nodes
  std::string origin;  ///< stamped on new nodes

  /// Any operation, those of others too.
  Value emit(const Operation& op, std::vector<Value> args, Attributes attributes = {});

  Value input(const std::string& name, Type type);
  Value param(const std::string& name, Type type);
  Value constant(double number);
  Value constant(std::vector<double> data, Type type);
  Value zeros(Type type);

  Value add(Value a, Value b);
  Value sub(Value a, Value b);
  Value mul(Value a, Value b);
  Value div(Value a, Value b);
  Value scale(Value a, double factor);
  Value neg(Value a);
  Value exp(Value a);
  Value log(Value a);
  Value sqrt(Value a);
  Value square(Value a);
  Value abs(Value a);
  Value sign(Value a);                       ///< -1, 0 or 1; no gradient
  Value pow(Value a, double exponent);       ///< a >= 0
  Value pow(Value a, Value exponent);        ///< a >= 0; 0^0 is 1; gradients need a > 0
  Value maximum(Value a, double least);      ///< max(a, least)
  Value greater(Value a, double threshold);  ///< 1 where a > threshold, else 0; no gradient
  Value one_minus(Value a);                  ///< of probabilities: that of the other event
  Value relu(Value a);
  Value sigmoid(Value a);
  Value sigmoid_slope(Value a);       ///< sigmoid(a) sigmoid(-a)
  Value sigmoid_difference(Value a);  ///< sigmoid(a) - sigmoid(-a), which is tanh(a / 2)
  Value tanh(Value a);
  Value softplus(Value a);
  Value log_cosh(Value a);
  Value where(Value a, Value condition);         ///< a where the condition is not 0, else 0
  Value zero_if_infinite(Value a);               ///< a where it is finite (or NaN), else 0
  Value multiply_no_nan(Value a, Value factor);  ///< a * factor; 0 where the factor is 0, of infinities too
  Value positive_only(Value a);  ///< a where it is positive, else NaN: no silent wrong numbers
  Value stop_gradient(Value a);  ///< a, through which no gradient flows
  Value soft_threshold(Value a, Value threshold);  ///< sign(a) max(|a| - threshold, 0)
  Value ratio_mask(Value a, Value b);              ///< a / (a + b) for non-negative a, b
  Value parallel(Value a, Value b);                ///< a b / (a + b); NaN where the sum is not positive
  Value squared_difference(Value a, Value b);      ///< (a - b)^2
  /// (a^exponent - 1) / exponent, and log a where the exponent is 0 [Box64], differentiated `order` times in the exponent.
  /// Rises in a, with slope a^(exponent - 1), and in the exponent, whatever its sign.
  Value box_cox(Value a, Value exponent, int order = 0);

  /// op(M) X, contracting X's rows (per plane) or planes (per row); M has no lanes.
  Value matmul(Value m, Value x, bool transpose = false, Axis axis = Axis::rows);
  /// sum over lanes and the extent that is not contracted of a b^T.
  Value outer(Value a, Value b, Axis axis = Axis::rows);

  Value sum_to(Value a, Type shape);  ///< sums planes, rows or lanes away
  Value sum_all(Value a);             ///< to a scalar, over the samples too
  Value broadcast(Value a, Type shape);

  Value gather_rows(Value a, Index index);  ///< out row i = a row target[i]
  Value segment_sum_rows(Value a, Index index);
  Value slice_rows(Value a, int begin, int count);
  Value pad_rows(Value a, int begin, int count);  ///< zeros around a
  Value concat_rows(std::vector<Value> parts);
  /// out row to[e] += a row from[e], over all e.
  Value neighbour_sum(Value a, Index from, Index to);
  Value gather_planes(Value a, Index index);
  Value concat_planes(std::vector<Value> parts);
  Value segment_sum_planes(Value a, Index index);
  Value segment_log_sum_exp_planes(Value a, Index index);
  Value segment_max_planes(Value a, Index index);
  /// The largest entries of each segment share 1 equally, others get 0; no gradient.
  Value segment_largest_planes(Value a, Index index);
  Value log_sum_exp_planes(Value a);   ///< [S, n] -> [1, n]
  Value normalize_planes(Value a);     ///< a - log_sum_exp_planes(a): log-probabilities of states
  Value max_planes(Value a);           ///< [S, n] -> [1, n]
  Value near_largest_planes(Value a);  ///< 1 where largest over the planes, up to rounding of sums, else 0
  Value plane(Value a, int p);         ///< [S, n] -> [1, n]
  /// 1 for the `count` largest entries of each plane of [planes, rows], the earlier ones of equals, a fraction for the next
  /// one, 0 for the others: min(max(count - rank, 0), 1), count [1 or planes, 1]. With `whole`, counts are rounded,
  /// halves up, and get no gradient; entries never do.
  Value top_k(Value a, Value count, bool whole = false);
  /// argmin_x weight * sum |x[i + 1] - x[i]| + |x - a|^2 / 2 over the rows of [1, rows], exactly.
  Value total_variation(Value a, Value weight);
  Value mean_over_runs(Value a, Value pattern);  ///< means of rows over which the pattern is constant
  /// For matrices of `columns` columns, row by row in the rows of [1, rows]: U max(S - threshold, 0) V^T of U S V^T.
  Value shrink_singular_values(Value a, Value threshold, int columns);
  /// Its derivative at `a` in the direction g, which is linear in g and self-adjoint.
  Value shrink_singular_values_slope(Value a, Value threshold, Value g, int columns);
  Value polar_factor(Value a, int columns);  ///< U V^T over the positive singular values; no gradient

  Value one_hot(Value labels, int states);  ///< [1, n] -> [states, n]; no gradient

  /// out edge e = unary[target e] + sum of the messages of all other edges of that variable.
  Value exclusive_sum(Value unary, Value messages, Index edge_variable);
  /// Log-ratio sum-product message through exp(J s s'), s = -1, 1: log_cosh(J + m/2) - log_cosh(J - m/2).
  Value ising_message(Value coupling, Value message);
  /// The max-product message: sign(J) sign(m) min(2 |J|, |m|).
  Value ising_max_message(Value coupling, Value message);
  /// log( sum_{t != s} exp(m(t)) + exp(J + m(s)) ), from J [1, rows or 1] and m [states, rows].
  Value potts_message(Value coupling, Value message);
  /// Log-ratio (of state 0 to state 1) of the exclusive or of two variables: 2 atanh( tanh(a/2) tanh(b/2) ) =
  /// log_cosh((a + b)/2) - log_cosh((a - b)/2), the check-node rule. Certain operands (infinite ones, too) stay exact.
  Value parity_message(Value a, Value b);
  Value parity_slope(Value a, Value b);  ///< d/da of parity_message(a, b)
  /// The same for factors of any number of slots: rows are slots [1, slots x factors], slot by slot, and out of every slot is
  /// what the other slots of its factor say of the parity. Exact for any numbers, infinite ones too.
  Value parity_messages(Value slots, int factors);
  /// Log-ratio that one of two binary variables hears from the other, whose log-ratio is `message`, through log-potentials
  /// [4, rows or 1]: summing over the other's states or, with `maximise`, taking the best. The first variable hears, or with
  /// `transpose` the second.
  Value pair_message(Value table, Value message, bool transpose = false, bool maximise = false);
  /// Of the table's entries, in their places: the share of each state of the other in that sum (or maximum).
  Value pair_shares(Value table, Value message, bool transpose = false, bool maximise = false);
  /// out(i) = log sum_j exp( table(i, j) + message(j) ), over the first variable with `transpose`: the sum-product message
  /// through log-potentials [S T, rows or 1] that all samples share, by a product of matrices. -inf stays exact.
  Value table_message(Value table, Value message, bool transpose = false);

 private:
  Graph* graph_;
};

}  // namespace unfurl::ir
