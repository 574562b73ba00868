// Operations of which an entry depends on one entry of each operand.
#include <limits>

#include "backend/onnx/writers/writers.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::onnx {

Name log1p(Nodes& n, const Name& x) {  // what rounding makes of 1 + x is divided out [Kahan]
  const Name one = n.number(1), whole = n.plus(one, x);
  const Name exact = n.times(n.add("Log", {whole}), n.over(x, n.minus(whole, one)));
  return n.choose(n.add("Equal", {whole, one}), x, exact);
}

Name expm1(Nodes& n, const Name& x) {
  const Name one = n.number(1), e = n.add("Exp", {x}), lost = n.minus(e, one);
  const Name exact = n.times(lost, n.over(x, n.add("Log", {e})));
  const Name far = n.choose(n.add("Equal", {lost, n.number(-1)}), lost, exact);
  return n.choose(n.add("Equal", {e, one}), x, far);
}

namespace {

Name zero(Nodes& n) { return n.number(0); }
Name one(Nodes& n) { return n.number(1); }
Name negative(Nodes& n, const Name& a) { return n.add("Neg", {a}); }
Name size(Nodes& n, const Name& a) { return n.add("Abs", {a}); }
Name exponential(Nodes& n, const Name& a) { return n.add("Exp", {a}); }
Name is_greater(Nodes& n, const Name& a, const Name& b) { return n.add("Greater", {a, b}); }
Name is_equal(Nodes& n, const Name& a, const Name& b) { return n.add("Equal", {a, b}); }

template <std::size_t length>
struct Word {
  char text[length];
  constexpr Word(const char (&from)[length]) {  // NOLINT: a literal is a word
    for (std::size_t i = 0; i < length; ++i) text[i] = from[i];
  }
};
/// An operator of the same meaning.
template <Word name>
Name plain(const Site& s) {
  return s.nodes.add(name.text, s.in);
}

Name square(const Site& s) { return s.nodes.times(s.in[0], s.in[0]); }
Name same(const Site& s) { return s.in[0]; }
Name one_minus(const Site& s) { return s.nodes.minus(one(s.nodes), s.in[0]); }

Name power(const Site& s) {
  Nodes& n = s.nodes;
  if (s.in.size() == 2) return n.add("Pow", s.in);
  const double e = s.attributes.as<ir::Exponent>().exponent;
  const Name &x = s.in[0], root = n.add("Sqrt", {x});
  if (e == -0.5) return n.over(one(n), root);
  if (e == 1.5) return n.times(x, root);
  if (e == -1.5) return n.over(one(n), n.times(x, root));
  return n.add("Pow", {x, n.number(e)});
}

double threshold_of(const Site& s) { return s.attributes.as<ir::Threshold>().threshold; }

// Maxima and the like keep what is not a number.
Name at_least(Nodes& n, const Name& x, double least) {
  return n.choose(n.add("Less", {x, n.number(least)}), n.number(least), x);
}
Name maximum(const Site& s) { return at_least(s.nodes, s.in[0], threshold_of(s)); }
Name relu(const Site& s) { return at_least(s.nodes, s.in[0], 0); }

Name greater(const Site& s) {
  Nodes& n = s.nodes;
  return n.choose(is_greater(n, s.in[0], n.number(threshold_of(s))), one(n), zero(n));
}

Name sigmoid(const Site& s) {  // to the last digits, unlike the operator of runtimes
  Nodes& n = s.nodes;
  return n.over(one(n), n.plus(one(n), exponential(n, negative(n, s.in[0]))));
}

/// (1 - e) / (1 + e) with e = exp(-2 |x|), and the sign.
Name tanh(const Site& s) {
  Nodes& n = s.nodes;
  const Name lost = negative(n, expm1(n, n.times(n.number(-2), size(n, s.in[0]))));
  return n.times(n.add("Sign", {s.in[0]}), n.over(lost, n.minus(n.number(2), lost)));
}

Name softplus(const Site& s) {
  Nodes& n = s.nodes;
  return n.plus(n.larger(s.in[0], zero(n)), log1p(n, exponential(n, negative(n, size(n, s.in[0])))));
}

Name log_cosh(const Site& s) {
  Nodes& n = s.nodes;
  const Name a = size(n, s.in[0]), lost = negative(n, expm1(n, n.times(n.number(-2), a)));
  return n.minus(a, log1p(n, n.over(lost, n.minus(n.number(2), lost))));
}

Name where_not_zero(Nodes& n, const Name& condition, const Name& value) {
  return n.choose(is_equal(n, condition, zero(n)), zero(n), value);
}
Name where(const Site& s) { return where_not_zero(s.nodes, s.in[1], s.in[0]); }
Name multiply_no_nan(const Site& s) {
  return where_not_zero(s.nodes, s.in[1], s.nodes.times(s.in[0], s.in[1]));
}

Name soft_threshold(const Site& s) {
  Nodes& n = s.nodes;
  const Name up = n.minus(s.in[0], s.in[1]), down = n.plus(s.in[0], s.in[1]);
  return n.plus(at_least(n, up, 0), n.choose(is_greater(n, down, zero(n)), zero(n), down));
}

Name not_a_number(Nodes& n) { return n.number(std::numeric_limits<double>::quiet_NaN()); }

Name parallel(const Site& s) {
  Nodes& n = s.nodes;
  const Name &a = s.in[0], &b = s.in[1], sum = n.plus(a, b), first = is_greater(n, size(n, a), size(n, b));
  const Name large = n.choose(first, a, b), other = n.choose(first, b, a);
  return n.choose(is_greater(n, sum, zero(n)), n.times(n.over(large, sum), other), not_a_number(n));
}

Name zero_if_infinite(const Site& s) {
  Nodes& n = s.nodes;
  return n.choose(is_greater(n, size(n, s.in[0]), n.number(n.largest())), zero(n), s.in[0]);
}
Name positive_only(const Site& s) {
  Nodes& n = s.nodes;
  return n.choose(is_greater(n, s.in[0], zero(n)), s.in[0], not_a_number(n));
}

Name broadcast(const Site& s) {
  if (s.out.lanes && !s.types[0].lanes)
    return s.nodes.for_all_samples(s.in[0], {s.out.planes, s.out.rows, false});
  return s.nodes.add("Expand", {s.in[0], s.nodes.integers({1, s.out.planes, s.out.rows})});
}

/// max(min(a, b), -max(a, b)): the smaller in magnitude, with the product's sign.
Name of_smaller(Nodes& n, const Name& a, const Name& b) {
  return n.larger(n.smaller(a, b), negative(n, n.larger(a, b)));
}

Name log_ratio(Nodes& n, const Name& up, const Name& down) {
  return n.add("Log", {n.over(n.plus(one(n), exponential(n, up)), n.plus(one(n), exponential(n, down)))});
}

Name ising_message(const Site& s) {
  Nodes& n = s.nodes;
  const Name half = n.times(n.number(0.5), s.in[1]), minus_two = n.number(-2);
  const Name up = size(n, n.plus(s.in[0], half)), down = size(n, n.minus(s.in[0], half));
  return n.plus(n.times(n.number(2), of_smaller(n, s.in[0], half)),
                log_ratio(n, n.times(minus_two, up), n.times(minus_two, down)));
}

Name ising_max_message(const Site& s) {
  Nodes& n = s.nodes;
  return n.times(n.number(2), of_smaller(n, s.in[0], n.times(n.number(0.5), s.in[1])));
}

Name parity_message(const Site& s) { return combined_parity(s.nodes, s.in[0], s.in[1]); }

Name parity_slope(const Site& s) {
  Nodes& n = s.nodes;
  const Name x = size(n, s.in[0]), y = size(n, s.in[1]);
  const Name near = n.choose(is_equal(n, x, y), zero(n), n.minus(x, y));  // infinite ones, too
  const Name lost = negative(n, expm1(n, n.times(n.number(-2), y)));
  const Name far = exponential(n, negative(n, n.larger(near, zero(n))));
  const Name apart = n.plus(one(n), exponential(n, negative(n, size(n, near))));
  const Name together = n.plus(one(n), exponential(n, negative(n, n.plus(x, y))));
  const Name slope = n.over(n.times(lost, far), n.times(apart, together));
  return n.choose(n.add("Less", {s.in[1], zero(n)}), negative(n, slope), slope);
}

}  // namespace

Name combined_parity(Nodes& n, const Name& a, const Name& b) {  // infinite ones that meet make no difference
  const Name up = n.choose(is_equal(n, a, negative(n, b)), zero(n), size(n, n.plus(a, b)));
  const Name down = n.choose(is_equal(n, a, b), zero(n), size(n, n.minus(a, b)));
  return n.plus(of_smaller(n, a, b), log_ratio(n, negative(n, up), negative(n, down)));
}

const Writers& elementwise_writers() {
  using namespace ir;
  static const Writers table = {
      {&ops::add, plain<"Add">},
      {&ops::sub, plain<"Sub">},
      {&ops::mul, plain<"Mul">},
      {&ops::div, plain<"Div">},
      {&ops::neg, plain<"Neg">},
      {&ops::exp, plain<"Exp">},
      {&ops::log, plain<"Log">},
      {&ops::sqrt, plain<"Sqrt">},
      {&ops::abs, plain<"Abs">},
      {&ops::sign, plain<"Sign">},
      {&ops::square, square},
      {&ops::pow, power},
      {&ops::maximum, maximum},
      {&ops::greater, greater},
      {&ops::relu, relu},
      {&ops::sigmoid, sigmoid},
      {&ops::tanh, tanh},
      {&ops::softplus, softplus},
      {&ops::log_cosh, log_cosh},
      {&ops::one_minus, one_minus},
      {&ops::where, where},
      {&ops::soft_threshold, soft_threshold},
      {&ops::parallel, parallel},
      {&ops::zero_if_infinite, zero_if_infinite},
      {&ops::multiply_no_nan, multiply_no_nan},
      {&ops::positive_only, positive_only},
      {&ops::stop_gradient, same},
      {&ops::broadcast, broadcast},
      {&ops::ising_message, ising_message},
      {&ops::ising_max_message, ising_max_message},
      {&ops::parity_message, parity_message},
      {&ops::parity_slope, parity_slope},
  };
  return table;
}

}  // namespace unfurl::onnx
