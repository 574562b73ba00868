// The functions that write programs. They rewrite a little as they go: signs move outwards, factors of one and needless
// broadcasts disappear, numbers multiply each other.
#include "unfurl/extend/builder.hpp"

#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::ir {

namespace {

/// For rewrites, which look through v: never through a state, whose gradient may be asked for.
bool is(const Graph& g, Value v, const Operation& op) { return g[v].op == &op && !g[v].state; }

/// The operand without a broadcast that the other operand makes needless.
Value narrow(const Graph& g, Value v, Value other) {
  if (!is(g, v, ops::broadcast)) return v;
  return g.type(v).same_shape(g.type(other)) ? g[v].args[0] : v;
}

/// A constant that is one number; null for others.
const double* number_of(const Graph& g, Value v) {
  const Constant* c = g[v].attributes.find<Constant>();
  return c && !c->data && g.type(v).size() == 1 ? &c->value : nullptr;
}

bool is_number(const Graph& g, Value v, double number) {
  const double* found = number_of(g, v);
  return found && *found == number;
}

/// Of a slice.
int first_row(const Graph& g, Value v) { return g[v].attributes.as<Rows>().begin; }

/// All of `count` entries belong together.
Index to_one(int count) { return make_index(std::vector<int>(static_cast<std::size_t>(count), 0), 1); }

}  // namespace

Value Builder::emit(const Operation& op, std::vector<Value> args, Attributes attributes) {
  return graph_->add(op, std::move(args), std::move(attributes), layer, origin);
}

Value Builder::input(const std::string& name, Type t) { return emit(ops::input, {}, Leaf{name, t}); }
Value Builder::param(const std::string& name, Type t) { return emit(ops::param, {}, Leaf{name, t}); }

Value Builder::constant(double number) {
  return emit(ops::constant, {},
              Constant{{1, 1, false, number >= 0 ? Domain::nonneg : Domain::real}, number});
}

Value Builder::constant(std::vector<double> data, Type t) {
  Constant c{t};
  c.data = std::make_shared<const std::vector<double>>(std::move(data));
  return emit(ops::constant, {}, c);
}

Value Builder::zeros(Type t) { return broadcast(constant(0), t.with(Domain::nonneg)); }

Value Builder::add(Value a, Value b) {
  const Value x = narrow(*graph_, a, b), y = narrow(*graph_, b, a);
  if (is(*graph_, y, ops::neg)) return sub(x, (*graph_)[y].args[0]);
  if (is(*graph_, x, ops::neg)) return sub(y, (*graph_)[x].args[0]);
  return emit(ops::add, {x, y});
}

Value Builder::sub(Value a, Value b) {
  const Value x = narrow(*graph_, a, b), y = narrow(*graph_, b, a);
  if (is(*graph_, y, ops::neg)) return add(x, (*graph_)[y].args[0]);
  return emit(ops::sub, {x, y});
}

Value Builder::mul(Value a, Value b) {
  const Value x = narrow(*graph_, a, b), y = narrow(*graph_, b, a);
  if (is_number(*graph_, x, 1)) return y;
  if (is_number(*graph_, y, 1)) return x;
  if (is(*graph_, x, ops::neg)) return neg(mul((*graph_)[x].args[0], y));
  if (is(*graph_, y, ops::neg)) return neg(mul(x, (*graph_)[y].args[0]));
  return emit(ops::mul, {x, y});
}

Value Builder::div(Value a, Value b) {
  const Value x = narrow(*graph_, a, b), y = narrow(*graph_, b, a);
  if (is(*graph_, x, ops::neg)) return neg(div((*graph_)[x].args[0], y));
  return emit(ops::div, {x, y});
}

Value Builder::scale(Value a, double factor) {
  if (factor == 1) return a;
  const Graph& g = *graph_;
  if (const double* number = g[a].state ? nullptr : number_of(g, a)) return constant(*number * factor);
  if (is(g, a, ops::mul))  // a number times a number
    for (std::size_t i : {0u, 1u}) {
      const Value v = g[a].args[i], other = g[a].args[1 - i];
      if (const double* number = g[v].state ? nullptr : number_of(g, v))
        return scale(other, *number * factor);
    }
  return mul(a, constant(factor));
}

Value Builder::neg(Value a) { return is(*graph_, a, ops::neg) ? (*graph_)[a].args[0] : emit(ops::neg, {a}); }
Value Builder::exp(Value a) { return emit(ops::exp, {a}); }
Value Builder::log(Value a) { return emit(ops::log, {a}); }
Value Builder::sqrt(Value a) { return emit(ops::sqrt, {a}); }
Value Builder::square(Value a) { return emit(ops::square, {a}); }
Value Builder::abs(Value a) { return emit(ops::abs, {a}); }
Value Builder::sign(Value a) { return emit(ops::sign, {a}); }

Value Builder::pow(Value a, double exponent) {
  if (exponent == 1) return a;
  if (exponent == 2) return square(a);
  if (exponent == 0.5) return sqrt(a);
  if (exponent == -1) return div(constant(1), a);
  return emit(ops::pow, {a}, Exponent{exponent});
}

Value Builder::pow(Value a, Value exponent) { return emit(ops::pow, {a, exponent}); }
Value Builder::maximum(Value a, double least) { return emit(ops::maximum, {a}, Threshold{least}); }
Value Builder::greater(Value a, double threshold) { return emit(ops::greater, {a}, Threshold{threshold}); }
Value Builder::one_minus(Value a) { return emit(ops::one_minus, {a}); }
Value Builder::relu(Value a) { return emit(ops::relu, {a}); }
Value Builder::sigmoid(Value a) { return emit(ops::sigmoid, {a}); }
Value Builder::sigmoid_slope(Value a) {  // an even function
  return emit(ops::sigmoid_slope, {is(*graph_, a, ops::neg) ? (*graph_)[a].args[0] : a});
}
Value Builder::sigmoid_difference(Value a) { return emit(ops::sigmoid_difference, {a}); }
Value Builder::tanh(Value a) { return emit(ops::tanh, {a}); }
Value Builder::softplus(Value a) { return emit(ops::softplus, {a}); }
Value Builder::log_cosh(Value a) { return emit(ops::log_cosh, {a}); }
Value Builder::where(Value a, Value condition) {
  return emit(ops::where, {narrow(*graph_, a, condition), condition});
}
Value Builder::zero_if_infinite(Value a) { return emit(ops::zero_if_infinite, {a}); }

Value Builder::multiply_no_nan(Value a, Value factor) {
  return is_number(*graph_, factor, 1) ? a : emit(ops::multiply_no_nan, {a, factor});
}

Value Builder::positive_only(Value a) { return emit(ops::positive_only, {a}); }
Value Builder::stop_gradient(Value a) { return emit(ops::stop_gradient, {a}); }
Value Builder::soft_threshold(Value a, Value threshold) { return emit(ops::soft_threshold, {a, threshold}); }
Value Builder::ratio_mask(Value a, Value b) { return emit(ops::ratio_mask, {a, b}); }
Value Builder::parallel(Value a, Value b) { return emit(ops::parallel, {a, b}); }
Value Builder::squared_difference(Value a, Value b) { return emit(ops::squared_difference, {a, b}); }
Value Builder::box_cox(Value a, Value exponent, int order) {
  return emit(ops::box_cox, {a, exponent}, Derivative{order});
}

Value Builder::matmul(Value m, Value x, bool transpose, Axis axis) {
  if (is(*graph_, x, ops::neg)) return neg(matmul(m, (*graph_)[x].args[0], transpose, axis));
  return emit(ops::matmul, {m, x}, MatrixProduct{axis, transpose});
}

Value Builder::outer(Value x, Value y, Axis axis) {
  if (is(*graph_, x, ops::neg)) return neg(outer((*graph_)[x].args[0], y, axis));
  if (is(*graph_, y, ops::neg)) return neg(outer(x, (*graph_)[y].args[0], axis));
  return emit(ops::outer, {x, y}, OuterProduct{axis});
}

Value Builder::sum_to(Value v, Type shape) {
  if (type(v).same_shape(shape)) return v;
  if (is(*graph_, v, ops::neg)) return neg(sum_to((*graph_)[v].args[0], shape));
  return emit(ops::sum_to, {v}, Shape{shape});
}

Value Builder::sum_all(Value a) { return sum_to(a, {1, 1, false}); }

Value Builder::broadcast(Value v, Type shape) {
  if (type(v).same_shape(shape)) return v;
  if (is(*graph_, v, ops::broadcast)) return broadcast((*graph_)[v].args[0], shape);
  return emit(ops::broadcast, {v}, Shape{shape});
}

Value Builder::gather_rows(Value v, Index index) {
  return emit(ops::gather_rows, {v}, Indexed{std::move(index)});
}
Value Builder::segment_sum_rows(Value v, Index index) {
  return emit(ops::segment_sum_rows, {v}, Indexed{std::move(index)});
}

Value Builder::slice_rows(Value v, int begin, int count) {
  if (begin == 0 && count == type(v).rows) return v;
  if (is(*graph_, v, ops::slice_rows))
    return slice_rows((*graph_)[v].args[0], first_row(*graph_, v) + begin, count);
  return emit(ops::slice_rows, {v}, Rows{begin, count});
}

Value Builder::pad_rows(Value v, int begin, int count) {
  if (begin == 0 && count == type(v).rows) return v;
  return emit(ops::pad_rows, {v}, Rows{begin, count});
}

/// Slices of one value that follow each other are one slice: factors of a thousand variables read and write runs of rows.
Value Builder::concat_rows(std::vector<Value> parts) {
  const auto source = [this](Value v) {
    return is(*graph_, v, ops::slice_rows) ? (*graph_)[v].args[0] : Value{};
  };
  std::vector<Value> joined;
  for (std::size_t i = 0; i < parts.size();) {
    const Value from = source(parts[i]);
    std::size_t next = i + 1;
    int end = from ? first_row(*graph_, parts[i]) + type(parts[i]).rows : 0;
    const auto follows = [&](Value v) { return source(v) == from && first_row(*graph_, v) == end; };
    for (; from && next < parts.size() && follows(parts[next]); ++next) end += type(parts[next]).rows;
    const bool run = next > i + 1;
    const int begin = run ? first_row(*graph_, parts[i]) : 0;
    joined.push_back(run ? slice_rows(from, begin, end - begin) : parts[i]);
    i = next;
  }
  return joined.size() == 1 ? joined[0] : emit(ops::concat_rows, std::move(joined));
}

Value Builder::neighbour_sum(Value v, Index from, Index to) {
  return emit(ops::neighbour_sum, {v}, Neighbours{std::move(from), std::move(to)});
}

Value Builder::concat_planes(std::vector<Value> parts) {
  return parts.size() == 1 ? parts[0] : emit(ops::concat_planes, std::move(parts));
}
Value Builder::gather_planes(Value v, Index index) {
  return emit(ops::gather_planes, {v}, Indexed{std::move(index)});
}
Value Builder::segment_sum_planes(Value v, Index index) {
  return emit(ops::segment_sum_planes, {v}, Indexed{std::move(index)});
}
Value Builder::segment_log_sum_exp_planes(Value v, Index index) {
  return emit(ops::segment_log_sum_exp_planes, {v}, Indexed{std::move(index)});
}
Value Builder::segment_max_planes(Value v, Index index) {
  return emit(ops::segment_max_planes, {v}, Indexed{std::move(index)});
}
Value Builder::segment_largest_planes(Value v, Index index) {
  return emit(ops::segment_largest_planes, {v}, Indexed{std::move(index)});
}

Value Builder::log_sum_exp_planes(Value v) { return segment_log_sum_exp_planes(v, to_one(type(v).planes)); }
Value Builder::normalize_planes(Value v) { return emit(ops::normalize_planes, {v}); }
Value Builder::max_planes(Value v) { return segment_max_planes(v, to_one(type(v).planes)); }
Value Builder::near_largest_planes(Value v) { return emit(ops::near_largest_planes, {v}); }

Value Builder::plane(Value v, int p) {
  if (type(v).planes == 1 && p == 0) return v;
  return gather_planes(v, make_index({p}, type(v).planes));
}

Value Builder::top_k(Value a, Value count, bool whole) {
  return emit(ops::top_k, {a, count}, Selection{whole});
}
Value Builder::total_variation(Value a, Value weight) { return emit(ops::total_variation, {a, weight}); }
Value Builder::mean_over_runs(Value a, Value pattern) { return emit(ops::mean_over_runs, {a, pattern}); }
Value Builder::shrink_singular_values(Value a, Value threshold, int columns) {
  return emit(ops::shrink_singular_values, {a, threshold}, MatrixRows{columns});
}
Value Builder::shrink_singular_values_slope(Value a, Value threshold, Value g, int columns) {
  return emit(ops::shrink_singular_values_slope, {a, threshold, g}, MatrixRows{columns});
}
Value Builder::polar_factor(Value a, int columns) {
  return emit(ops::polar_factor, {a, constant(0)}, MatrixRows{columns});
}

Value Builder::one_hot(Value labels, int states) { return emit(ops::one_hot, {labels}, States{states}); }

Value Builder::exclusive_sum(Value unary, Value messages, Index edge_variable) {
  return emit(ops::exclusive_sum, {unary, messages}, Indexed{std::move(edge_variable)});
}

Value Builder::ising_message(Value coupling, Value m) { return emit(ops::ising_message, {coupling, m}); }
Value Builder::ising_max_message(Value coupling, Value m) {
  return emit(ops::ising_max_message, {coupling, m});
}
Value Builder::potts_message(Value coupling, Value m) { return emit(ops::potts_message, {coupling, m}); }
Value Builder::parity_message(Value a, Value b) { return emit(ops::parity_message, {a, b}); }
Value Builder::parity_messages(Value slots, int factors) {
  return emit(ops::parity_messages, {slots}, SlotRows{factors});
}
Value Builder::parity_slope(Value a, Value b) { return emit(ops::parity_slope, {a, b}); }

Value Builder::pair_message(Value table, Value message, bool transpose, bool maximise) {
  return emit(ops::pair_message, {table, message}, PairMessage{transpose, maximise});
}

Value Builder::pair_shares(Value table, Value message, bool transpose, bool maximise) {
  return emit(ops::pair_shares, {table, message}, PairMessage{transpose, maximise});
}

Value Builder::table_message(Value table, Value message, bool transpose) {
  return emit(ops::table_message, {table, message}, TableMessage{transpose});
}

}  // namespace unfurl::ir
