// The functions that write programs. They rewrite a little as they go: signs move outwards, factors of one and needless
// broadcasts disappear, numbers multiply each other.
#include "unfurl/ir.hpp"

namespace unfurl::ir {

namespace {

/// For rewrites, which look through v: never through a state, whose gradient may be asked for.
bool is(const Graph& g, Value v, std::string_view op) { return g[v].op->name == op && !g[v].state; }

/// The operand without a broadcast that the other operand makes needless.
Value narrow(const Graph& g, Value v, Value other) {
  if (!is(g, v, "broadcast")) return v;
  return g.type(v).same_shape(g.type(other)) ? g[v].args[0] : v;
}

bool is_number(const Graph& g, Value v, double number) {
  const Node& n = g[v];
  return n.op->name == "constant" && !n.attributes.data && n.attributes.number == number &&
         n.type.size() == 1;
}

/// All of `count` entries belong together.
Index to_one(int count) { return make_index(std::vector<int>(static_cast<std::size_t>(count), 0), 1); }

}  // namespace

Value Builder::emit(std::string_view op, std::vector<Value> args, Attributes attributes) {
  return graph_->add(find_op(op), std::move(args), std::move(attributes), layer, origin);
}

Value Builder::input(const std::string& name, Type t) {
  Attributes a;
  a.name = name;
  a.shape = t;
  return emit("input", {}, a);
}

Value Builder::param(const std::string& name, Type t) {
  Attributes a;
  a.name = name;
  a.shape = t;
  return emit("param", {}, a);
}

Value Builder::constant(double number) {
  Attributes a;
  a.number = number;
  a.shape = {1, 1, false, number >= 0 ? Domain::nonneg : Domain::real};
  return emit("constant", {}, a);
}

Value Builder::constant(std::vector<double> data, Type t) {
  Attributes a;
  a.shape = t;
  a.data = std::make_shared<const std::vector<double>>(std::move(data));
  return emit("constant", {}, a);
}

Value Builder::zeros(Type t) { return broadcast(constant(0), t.with(Domain::nonneg)); }

Value Builder::add(Value a, Value b) {
  const Value x = narrow(*graph_, a, b), y = narrow(*graph_, b, a);
  if (is(*graph_, y, "neg")) return sub(x, (*graph_)[y].args[0]);
  if (is(*graph_, x, "neg")) return sub(y, (*graph_)[x].args[0]);
  return emit("add", {x, y});
}

Value Builder::sub(Value a, Value b) {
  const Value x = narrow(*graph_, a, b), y = narrow(*graph_, b, a);
  if (is(*graph_, y, "neg")) return add(x, (*graph_)[y].args[0]);
  return emit("sub", {x, y});
}

Value Builder::mul(Value a, Value b) {
  const Value x = narrow(*graph_, a, b), y = narrow(*graph_, b, a);
  if (is_number(*graph_, x, 1)) return y;
  if (is_number(*graph_, y, 1)) return x;
  if (is(*graph_, x, "neg")) return neg(mul((*graph_)[x].args[0], y));
  if (is(*graph_, y, "neg")) return neg(mul(x, (*graph_)[y].args[0]));
  return emit("mul", {x, y});
}

Value Builder::div(Value a, Value b) {
  const Value x = narrow(*graph_, a, b), y = narrow(*graph_, b, a);
  if (is(*graph_, x, "neg")) return neg(div((*graph_)[x].args[0], y));
  return emit("div", {x, y});
}

Value Builder::scale(Value a, double factor) {
  if (factor == 1) return a;
  if (is(*graph_, a, "constant") && !(*graph_)[a].attributes.data && type(a).size() == 1)
    return constant((*graph_)[a].attributes.number * factor);
  if (is(*graph_, a, "mul"))  // a number times a number
    for (int i : {0, 1}) {
      const Value number = (*graph_)[a].args[static_cast<std::size_t>(i)];
      const Value other = (*graph_)[a].args[static_cast<std::size_t>(1 - i)];
      if (is(*graph_, number, "constant") && !(*graph_)[number].attributes.data && type(number).size() == 1)
        return scale(other, (*graph_)[number].attributes.number * factor);
    }
  return mul(a, constant(factor));
}

Value Builder::neg(Value a) { return is(*graph_, a, "neg") ? (*graph_)[a].args[0] : emit("neg", {a}); }
Value Builder::exp(Value a) { return emit("exp", {a}); }
Value Builder::log(Value a) { return emit("log", {a}); }
Value Builder::sqrt(Value a) { return emit("sqrt", {a}); }
Value Builder::square(Value a) { return emit("square", {a}); }
Value Builder::abs(Value a) { return emit("abs", {a}); }
Value Builder::sign(Value a) { return emit("sign", {a}); }

Value Builder::pow(Value a, double exponent) {
  if (exponent == 1) return a;
  if (exponent == 2) return square(a);
  if (exponent == 0.5) return sqrt(a);
  if (exponent == -1) return div(constant(1), a);
  Attributes at;
  at.number = exponent;
  return emit("pow", {a}, at);
}

Value Builder::floor_at(Value a, double minimum) {
  Attributes at;
  at.number = minimum;
  return emit("floor_at", {a}, at);
}

Value Builder::above(Value a, double threshold) {
  Attributes at;
  at.number = threshold;
  return emit("above", {a}, at);
}

Value Builder::relu(Value a) { return emit("relu", {a}); }
Value Builder::sigmoid(Value a) { return emit("sigmoid", {a}); }
Value Builder::tanh(Value a) { return emit("tanh", {a}); }
Value Builder::softplus(Value a) { return emit("softplus", {a}); }
Value Builder::log_cosh(Value a) { return emit("log_cosh", {a}); }
Value Builder::gate(Value a, Value by) { return emit("gate", {narrow(*graph_, a, by), by}); }
Value Builder::soft_threshold(Value a, Value threshold) { return emit("soft_threshold", {a, threshold}); }
Value Builder::share(Value a, Value b) { return emit("share", {a, b}); }
Value Builder::squared_difference(Value a, Value b) { return emit("squared_difference", {a, b}); }

Value Builder::matmul(Value m, Value x, bool transpose, Axis axis) {
  if (is(*graph_, x, "neg")) return neg(matmul(m, (*graph_)[x].args[0], transpose, axis));
  Attributes a;
  a.transpose = transpose;
  a.axis = axis;
  return emit("matmul", {m, x}, a);
}

Value Builder::outer(Value x, Value y, Axis axis) {
  if (is(*graph_, x, "neg")) return neg(outer((*graph_)[x].args[0], y, axis));
  if (is(*graph_, y, "neg")) return neg(outer(x, (*graph_)[y].args[0], axis));
  Attributes a;
  a.axis = axis;
  return emit("outer", {x, y}, a);
}

Value Builder::sum_to(Value v, Type shape) {
  if (type(v).same_shape(shape)) return v;
  if (is(*graph_, v, "neg")) return neg(sum_to((*graph_)[v].args[0], shape));
  Attributes a;
  a.shape = shape;
  return emit("sum_to", {v}, a);
}

Value Builder::sum_all(Value a) { return sum_to(a, {1, 1, false}); }

Value Builder::broadcast(Value v, Type shape) {
  if (type(v).same_shape(shape)) return v;
  if (is(*graph_, v, "broadcast")) return broadcast((*graph_)[v].args[0], shape);
  Attributes a;
  a.shape = shape;
  return emit("broadcast", {v}, a);
}

Value Builder::gather_rows(Value v, Index index) {
  Attributes a;
  a.index = std::move(index);
  return emit("gather_rows", {v}, a);
}

Value Builder::segment_sum_rows(Value v, Index index) {
  Attributes a;
  a.index = std::move(index);
  return emit("segment_sum_rows", {v}, a);
}

Value Builder::slice_rows(Value v, int begin, int count) {
  if (begin == 0 && count == type(v).rows) return v;
  if (is(*graph_, v, "slice_rows"))
    return slice_rows((*graph_)[v].args[0], (*graph_)[v].attributes.begin + begin, count);
  Attributes a;
  a.begin = begin;
  a.shape = {1, count, false};
  return emit("slice_rows", {v}, a);
}

Value Builder::pad_rows(Value v, int begin, int count) {
  if (begin == 0 && count == type(v).rows) return v;
  Attributes a;
  a.begin = begin;
  a.shape = {1, count, false};
  return emit("pad_rows", {v}, a);
}

/// Slices of one value that follow each other are one slice: factors of a thousand variables read and write runs of rows.
Value Builder::concat_rows(std::vector<Value> parts) {
  const auto source = [this](Value v) {
    return is(*graph_, v, "slice_rows") ? (*graph_)[v].args[0] : Value{};
  };
  std::vector<Value> joined;
  for (std::size_t i = 0; i < parts.size();) {
    const Value from = source(parts[i]);
    std::size_t next = i + 1;
    int end = from ? (*graph_)[parts[i]].attributes.begin + type(parts[i]).rows : 0;
    for (; from && next < parts.size() && source(parts[next]) == from &&
           (*graph_)[parts[next]].attributes.begin == end;
         ++next)
      end += type(parts[next]).rows;
    const bool run = next > i + 1;
    const int begin = run ? (*graph_)[parts[i]].attributes.begin : 0;
    joined.push_back(run ? slice_rows(from, begin, end - begin) : parts[i]);
    i = next;
  }
  return joined.size() == 1 ? joined[0] : emit("concat_rows", std::move(joined));
}

Value Builder::gather_planes(Value v, Index index) {
  Attributes a;
  a.index = std::move(index);
  return emit("gather_planes", {v}, a);
}

Value Builder::segment_sum_planes(Value v, Index index) {
  Attributes a;
  a.index = std::move(index);
  return emit("segment_sum_planes", {v}, a);
}

Value Builder::segment_log_sum_exp_planes(Value v, Index index) {
  Attributes a;
  a.index = std::move(index);
  return emit("segment_log_sum_exp_planes", {v}, a);
}

Value Builder::segment_max_planes(Value v, Index index) {
  Attributes a;
  a.index = std::move(index);
  return emit("segment_max_planes", {v}, a);
}

Value Builder::log_sum_exp_planes(Value v) { return segment_log_sum_exp_planes(v, to_one(type(v).planes)); }
Value Builder::max_planes(Value v) { return segment_max_planes(v, to_one(type(v).planes)); }

Value Builder::plane(Value v, int p) {
  if (type(v).planes == 1 && p == 0) return v;
  return gather_planes(v, make_index({p}, type(v).planes));
}

Value Builder::one_hot(Value labels, int states) {
  Attributes a;
  a.shape = {states, 1, false};
  return emit("one_hot", {labels}, a);
}

Value Builder::exclusive_sum(Value unary, Value messages, Index edge_variable) {
  Attributes a;
  a.index = std::move(edge_variable);
  return emit("exclusive_sum", {unary, messages}, a);
}

Value Builder::ising_message(Value coupling, Value message) {
  return emit("ising_message", {coupling, message});
}

Value Builder::table_message(Value table, Value message, bool transpose) {
  Attributes a;
  a.transpose = transpose;
  return emit("table_message", {table, message}, a);
}

Value Builder::sum_exp_pairs(Value table, Value first, Value second) {
  return emit("sum_exp_pairs", {table, first, second});
}

Value Builder::ising_max_message(Value coupling, Value message) {
  return emit("ising_max_message", {coupling, message});
}

Value Builder::parity_message(Value a, Value b) { return emit("parity_message", {a, b}); }
Value Builder::stop_gradient(Value v) { return emit("stop_gradient", {v}); }
Value Builder::positive_only(Value v) { return emit("positive_only", {v}); }

Value Builder::power(Value a, Value exponent) { return emit("power", {a, exponent}); }
Value Builder::box_cox(Value a, Value exponent) { return emit("box_cox", {a, exponent}); }

Value Builder::log_power(Value v, Value exponent) {
  return is_number(*graph_, exponent, 1) ? v : emit("log_power", {v, exponent});
}

}  // namespace unfurl::ir
