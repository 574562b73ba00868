// Kernels against their definitions, entry by entry, and at the edges of the numbers.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "grad/op_examples.hpp"
#include "passes/passes.hpp"
#include "property/random_program.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using ir::Attributes;
using ir::Axis;
using ir::Builder;
using ir::Graph;
using ir::Type;
using ir::Value;

constexpr bool lanes = true;
constexpr double infinity = std::numeric_limits<double>::infinity();

/// Reads entries of the operands of an example; extents of one stand for any position.
struct Operands {
  const OpExample& example;
  const Numbers& numbers;
  int batch;

  const Attributes& attributes() const { return example.attributes; }
  const Type& type(std::size_t operand) const { return example.operands[operand].type; }
  int width(std::size_t operand) const { return type(operand).lanes ? batch : 1; }
  double operator()(std::size_t operand, int p, int r, int l) const {
    const Type& t = type(operand);
    const int row = (t.planes == 1 ? 0 : p) * t.rows + (t.rows == 1 ? 0 : r);
    return numbers.at(
        operand_name(operand))[static_cast<std::size_t>(row * width(operand) + (t.lanes ? l : 0))];
  }
};

/// Entry (p, r, l) of a result.
using Definition = std::function<double(const Operands& x, int p, int r, int l)>;

Definition unary(double (*f)(double a, double number)) {
  return [f](const Operands& x, int p, int r, int l) { return f(x(0, p, r, l), x.attributes().number); };
}
Definition binary(double (*f)(double a, double b)) {
  return [f](const Operands& x, int p, int r, int l) { return f(x(0, p, r, l), x(1, p, r, l)); };
}

double matmul(const Operands& x, int p, int r, int l) {
  const Attributes& a = x.attributes();
  const auto m = [&](int i, int j) { return a.transpose ? x(0, j, i, 0) : x(0, i, j, 0); };
  double sum = 0;
  for (int k = 0; k < (a.transpose ? x.type(0).planes : x.type(0).rows); ++k)
    sum += a.axis == Axis::rows ? m(r, k) * x(1, p, k, l) : m(p, k) * x(1, k, r, l);
  return sum;
}

double outer(const Operands& x, int p, int r, int) {
  const bool rows = x.attributes().axis == Axis::rows;
  double sum = 0;
  for (int k = 0; k < (rows ? x.type(0).planes : x.type(0).rows); ++k)
    for (int l = 0; l < x.width(0); ++l)
      sum += rows ? x(0, k, p, l) * x(1, k, r, l) : x(0, p, k, l) * x(1, r, k, l);
  return sum;
}

double sum_to(const Operands& x, int p, int r, int l) {
  const Type &from = x.type(0), &to = x.attributes().shape;
  double sum = 0;
  for (int i = 0; i < from.planes; ++i)
    for (int j = 0; j < from.rows; ++j)
      for (int k = 0; k < x.width(0); ++k)
        if ((to.planes == 1 || i == p) && (to.rows == 1 || j == r) && (!to.lanes || k == l))
          sum += x(0, i, j, k);
  return sum;
}

/// f over the entries of the index table that belong to `target`.
double over_members(const Operands& x, int target, const std::function<double(int)>& f) {
  const std::vector<int>& all = x.attributes().index->target;
  double sum = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] == target) sum += f(static_cast<int>(i));
  return sum;
}
int target(const Operands& x, int i) { return x.attributes().index->target[static_cast<std::size_t>(i)]; }

double table_message(const Operands& x, int p, int r, int l) {
  const bool transpose = x.attributes().transpose;
  const int in = x.type(1).planes, out = x.type(0).planes / in;
  double sum = 0;
  for (int k = 0; k < in; ++k)
    sum += std::exp(x(0, transpose ? k * out + p : p * in + k, r, 0) + x(1, k, r, l));
  return std::log(sum);
}

/// Entries of a table of two binary variables plus what the sending one says; `to` is the receiving one's state.
double pair_entry(const Operands& x, int to, int from, int r, int l) {
  return x(0, x.attributes().transpose ? 2 * from + to : 2 * to + from, r, l) + from * x(1, 0, r, l);
}
double pair_reduced(const Operands& x, int to, int r, int l) {
  const double a = pair_entry(x, to, 0, r, l), b = pair_entry(x, to, 1, r, l);
  return x.attributes().number != 0 ? std::max(a, b) : std::log(std::exp(a) + std::exp(b));
}
double pair_share(const Operands& x, int p, int r, int l) {
  const bool transpose = x.attributes().transpose;
  const int to = transpose ? p % 2 : p / 2, from = transpose ? p / 2 : p % 2;
  const double share = std::exp(pair_entry(x, to, from, r, l) - pair_reduced(x, to, r, l));
  return x.attributes().number != 0 ? (share == 1 ? 1 : 0) : share;
}

double potts_message(const Operands& x, int p, int r, int l) {
  double sum = 0;
  for (int q = 0; q < x.type(1).planes; ++q) sum += std::exp(x(1, q, r, l) + (q == p ? x(0, 0, r, l) : 0));
  return std::log(sum);
}

double sum_exp_pairs(const Operands& x, int p, int r, int) {
  const int second = x.type(2).planes;
  double sum = 0;
  for (int row = 0; row < x.type(1).rows; ++row)
    for (int l = 0; l < x.width(1); ++l)
      if (x.type(0).rows == 1 || row == r)
        sum += std::exp(x(0, p, row, 0) + x(1, p / second, row, l) + x(2, p % second, row, l));
  return sum;
}

double largest_member(const Operands& x, int segment, int r, int l) {
  double most = -infinity;
  (void)over_members(x, segment, [&](int i) { return most = std::max(most, x(0, i, r, l)); });
  return most;
}

/// The integral of s^n exp(e s) over s from 0 to log x, piece by piece by the rule of Gauss and Legendre.
double box_cox(const Operands& x, int p, int r, int l) {
  const double end = std::log(x(0, p, r, l)), e = x(1, p, r, l), n = x.attributes().number;
  constexpr double points[] = {0, 0.5384693101056831, 0.9061798459386640},
                   weights[] = {0.5688888888888889, 0.4786286704993665, 0.2369268850561891};
  const double half = end / 120;
  double sum = 0;
  for (int piece = 0; piece < 60; ++piece)
    for (const int k : {-2, -1, 0, 1, 2}) {
      const double s = half * (2 * piece + 1 + std::copysign(points[std::abs(k)], k));
      sum += weights[std::abs(k)] * std::pow(s, n) * std::exp(e * s);
    }
  return sum * half;
}

double concat_rows(const Operands& x, int p, int r, int l) {
  std::size_t part = 0;
  for (; r >= x.type(part).rows; ++part) r -= x.type(part).rows;
  return x(part, p, r, l);
}

const std::map<std::string, Definition>& definitions() {
  static const std::map<std::string, Definition> table = {
      {"add", binary([](double a, double b) { return a + b; })},
      {"sub", binary([](double a, double b) { return a - b; })},
      {"mul", binary([](double a, double b) { return a * b; })},
      {"div", binary([](double a, double b) { return a / b; })},
      {"neg", unary([](double a, double) { return -a; })},
      {"exp", unary([](double a, double) { return std::exp(a); })},
      {"log", unary([](double a, double) { return std::log(a); })},
      {"sqrt", unary([](double a, double) { return std::sqrt(a); })},
      {"square", unary([](double a, double) { return a * a; })},
      {"abs", unary([](double a, double) { return std::abs(a); })},
      {"sign", unary([](double a, double) { return a > 0 ? 1.0 : a < 0 ? -1.0 : 0.0; })},
      {"pow", unary([](double a, double e) { return std::pow(a, e); })},
      {"floor_at", unary([](double a, double least) { return std::max(a, least); })},
      {"above", unary([](double a, double threshold) { return a > threshold ? 1.0 : 0.0; })},
      {"relu", unary([](double a, double) { return std::max(a, 0.0); })},
      {"sigmoid", unary([](double a, double) { return 1 / (1 + std::exp(-a)); })},
      {"tanh", unary([](double a, double) { return std::tanh(a); })},
      {"softplus", unary([](double a, double) { return std::log1p(std::exp(a)); })},
      {"log_cosh", unary([](double a, double) { return std::log(std::cosh(a)); })},
      {"one_minus", unary([](double a, double) { return 1 - a; })},
      {"gate", binary([](double a, double by) { return by != 0 ? a : 0.0; })},
      {"soft_threshold",
       binary([](double a, double t) { return std::copysign(std::max(std::abs(a) - t, 0.0), a); })},
      {"share", binary([](double a, double b) { return a / (a + b); })},
      {"parallel", binary([](double a, double b) { return 1 / (1 / a + 1 / b); })},
      {"squared_difference", binary([](double a, double b) { return (a - b) * (a - b); })},
      {"ising_message",
       binary([](double j, double m) { return std::log(std::cosh(j + m / 2) / std::cosh(j - m / 2)); })},
      {"table_message", table_message},
      {"sum_exp_pairs", sum_exp_pairs},
      {"pair_message",
       [](const Operands& x, int, int r, int l) {
         return pair_reduced(x, 1, r, l) - pair_reduced(x, 0, r, l);
       }},
      {"pair_shares", pair_share},
      {"ising_max_message",
       binary([](double j, double m) {
         return std::copysign(1.0, j) * std::copysign(1.0, m) * std::min(2 * std::abs(j), std::abs(m));
       })},
      {"parity_message",
       binary([](double a, double b) { return 2 * std::atanh(std::tanh(a / 2) * std::tanh(b / 2)); })},
      {"parity_slope",
       binary([](double a, double b) { return std::sinh(b) / (std::cosh(a) + std::cosh(b)); })},
      {"potts_message", potts_message},
      {"near_largest_planes",
       [](const Operands& x, int p, int r, int l) {
         double top = -infinity;
         for (int q = 0; q < x.type(0).planes; ++q) top = std::max(top, x(0, q, r, l));
         return x(0, p, r, l) == top ? 1.0 : 0.0;
       }},
      {"stop_gradient", unary([](double a, double) { return a; })},
      {"positive_only", unary([](double a, double) { return a; })},
      {"power", binary([](double a, double e) { return std::pow(a, e); })},
      {"box_cox", box_cox},
      {"log_power", binary([](double a, double exponent) { return exponent == 0 ? 0.0 : exponent * a; })},
      {"finite_part", unary([](double a, double) { return std::isinf(a) ? 0.0 : a; })},
      {"matmul", matmul},
      {"outer", outer},
      {"sum_to", sum_to},
      {"broadcast", [](const Operands& x, int p, int r, int l) { return x(0, p, r, l); }},
      {"gather_rows", [](const Operands& x, int p, int r, int l) { return x(0, p, target(x, r), l); }},
      {"gather_planes", [](const Operands& x, int p, int r, int l) { return x(0, target(x, p), r, l); }},
      {"segment_sum_rows",
       [](const Operands& x, int p, int r, int l) {
         return over_members(x, r, [&](int i) { return x(0, p, i, l); });
       }},
      {"segment_sum_planes",
       [](const Operands& x, int p, int r, int l) {
         return over_members(x, p, [&](int i) { return x(0, i, r, l); });
       }},
      {"segment_log_sum_exp_planes",
       [](const Operands& x, int p, int r, int l) {
         return std::log(over_members(x, p, [&](int i) { return std::exp(x(0, i, r, l)); }));
       }},
      {"segment_max_planes",
       [](const Operands& x, int p, int r, int l) { return largest_member(x, p, r, l); }},
      {"segment_largest_planes",
       [](const Operands& x, int p, int r, int l) {
         const double top = largest_member(x, target(x, p), r, l);
         const double ties =
             over_members(x, target(x, p), [&](int i) { return x(0, i, r, l) == top ? 1.0 : 0.0; });
         return x(0, p, r, l) == top ? 1 / ties : 0.0;
       }},
      {"slice_rows",
       [](const Operands& x, int p, int r, int l) { return x(0, p, r + x.attributes().begin, l); }},
      {"pad_rows",
       [](const Operands& x, int p, int r, int l) {
         const int from = r - x.attributes().begin;
         return from >= 0 && from < x.type(0).rows ? x(0, p, from, l) : 0.0;
       }},
      {"concat_rows", concat_rows},
      {"one_hot", [](const Operands& x, int p, int r, int l) { return x(0, 0, r, l) == p ? 1.0 : 0.0; }},
      {"exclusive_sum",
       [](const Operands& x, int p, int r, int l) {
         const auto others = [&](int e) { return e == r ? 0.0 : x(1, p, e, l); };
         return x(0, p, target(x, r), l) + over_members(x, target(x, r), others);
       }},
  };
  return table;
}

/// y = f(x) for every number of a row; in a program, so that results take the places of operands.
template <class T, class Write>
std::vector<double> apply(Write write, const std::vector<double>& x) {
  Graph graph;
  Builder b(graph);
  graph.outputs = {{"y", write(b, b.input("x", {1, static_cast<int>(x.size()), lanes}))}};
  return evaluate<T>(graph, {{"x", x}}, 1).at("y");
}

/// Relative difference, of one number.
template <class T>
void check_near(double found, double expected, double x) {
  constexpr double epsilon = 8 * std::numeric_limits<T>::epsilon();
  CHECK_MESSAGE(std::abs(found - expected) <= epsilon * std::max(1.0, std::abs(expected)), "at ", x);
}

/// Small, moderate and huge of both signs, in many positions of vector registers.
std::vector<double> wide_range() {
  std::vector<double> x = {0};
  for (const double size : {1e-30, 1e-8, 1e-3, 0.5, 1.0, 3.0, 9.0, 17.0, 40.0, 80.0, 500.0, 1e4, 1e30})
    x.insert(x.end(), {size, -size});
  return x;
}

}  // namespace

TEST_CASE("every operation computes its definition, however its operands broadcast") {
  std::mt19937 random(1);
  for (const OpExample& example : op_examples()) {
    REQUIRE_MESSAGE(definitions().count(example.op) == 1, example.op);
    const Definition& definition = definitions().at(example.op);
    ExampleProgram program = declare(example);
    const Type result = program.graph.type(program.result);
    program.graph.outputs = {{"y", program.result}};
    for (const int batch : {1, 3, 21, 40}) {
      const Numbers numbers = draw(example, batch, random);
      const Operands operands{example, numbers, batch};
      std::vector<double> expected;
      for (int p = 0; p < result.planes; ++p)
        for (int r = 0; r < result.rows; ++r)
          for (int l = 0; l < (result.lanes ? batch : 1); ++l)
            expected.push_back(definition(operands, p, r, l));
      const double error = difference(evaluate(program.graph, numbers, batch).at("y"), expected);
      CHECK_MESSAGE(error < 2e-15 * (result.lanes ? 1 : batch) * 4, to_string(example), ", ", batch,
                    " samples");
    }
  }
}

TEST_CASE_TEMPLATE("non-linearities are right from tiny to huge arguments", T, float, double) {
  const std::vector<double> x = wide_range();
  const auto check = [&](auto write, double (*expected)(double)) {
    const std::vector<double> y = apply<T>(write, x);
    for (std::size_t i = 0; i < x.size(); ++i) check_near<T>(y[i], expected(static_cast<T>(x[i])), x[i]);
  };
  check([](Builder& b, Value v) { return b.sigmoid(v); }, [](double v) { return 1 / (1 + std::exp(-v)); });
  check([](Builder& b, Value v) { return b.tanh(v); }, [](double v) { return std::tanh(v); });
  check([](Builder& b, Value v) { return b.softplus(v); },
        [](double v) { return std::max(v, 0.0) + std::log1p(std::exp(-std::abs(v))); });
  check([](Builder& b, Value v) { return b.log_cosh(v); },
        [](double v) { return std::abs(v) + std::log1p(std::exp(-2 * std::abs(v))) - std::log(2.0); });
}

TEST_CASE("Box-Cox functions and their slopes in the exponent are right from tiny to huge arguments") {
  const std::vector<double> x = {1e-300, 1e-8, 1e-3, 0.9, 1, 1 + 1e-9, 2, 50, 1e4, 1e30};
  const auto check = [&](double exponent, double order, double (*expected)(double x, double log_x)) {
    Attributes derivative;
    derivative.number = order;
    const std::vector<double> y = apply<double>(
        [&](Builder& b, Value v) {
          return b.emit("box_cox", {v, b.constant(exponent)}, derivative);
        },
        x);
    for (std::size_t i = 0; i < x.size(); ++i) check_near<double>(y[i], expected(x[i], std::log(x[i])), x[i]);
  };
  check(2, 0, [](double a, double) { return (a * a - 1) / 2; });
  for (const double exponent : {-1e-300, 0.0, 1e-300}) {
    check(exponent, 0, [](double, double log_a) { return log_a; });
    check(exponent, 1, [](double, double log_a) { return log_a * log_a / 2; });
    check(exponent, 2, [](double, double log_a) { return log_a * log_a * log_a / 3; });
  }
  check(2, 1, [](double a, double log_a) { return a * a / 2 * log_a + (1 - a * a) / 4; });
  check(1, 2, [](double a, double log_a) { return a * (log_a * log_a - 2 * log_a + 2) - 2; });
  CHECK(apply<double>([](Builder& b, Value v) { return b.box_cox(v, b.constant(2)); }, {0})[0] == -0.5);
  CHECK(apply<double>([](Builder& b, Value v) { return b.power(v, b.constant(0)); }, {0})[0] == 1);
}

TEST_CASE_TEMPLATE("messages of a binary coupling are right for any evidence, certain evidence included", T,
                   float, double) {
  std::vector<double> messages = wide_range();
  messages.insert(messages.end(), {infinity, -infinity});
  for (const double coupling : {-30.0, -1.0, 0.0, 0.4, 200.0}) {
    const double j = static_cast<T>(coupling);
    const std::vector<double> number =
        apply<T>([j](Builder& b, Value m) { return b.ising_message(b.constant(j), m); }, messages);
    const std::vector<double> array = apply<T>(
        [&](Builder& b, Value m) {
          const Type row{1, b.type(m).rows};
          return b.ising_message(b.constant(std::vector<double>(messages.size(), j), row), m);
        },
        messages);
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const double half = static_cast<T>(messages[i]) / 2, sign = (j < 0) == (half < 0) ? 1 : -1;
      const double expected = sign * 2 * std::min(std::abs(j), std::abs(half)) +
                              std::log1p(std::exp(-2 * std::abs(j + half))) -
                              std::log1p(std::exp(-2 * std::abs(j - half)));
      check_near<T>(number[i], expected, messages[i]);
      check_near<T>(array[i], expected, messages[i]);
    }
  }
}

TEST_CASE_TEMPLATE("impossible states stay impossible and never give NaN", T, float, double) {
  for (const int rows : {1, 3, 8, 17, 40}) {  // in whole vector registers and in what is left over
    CAPTURE(rows);
    const auto width = static_cast<std::size_t>(rows);
    std::vector<double> x(3 * width, -infinity);
    for (std::size_t r = 0; r < width; ++r)  // none, one or two of three states are possible
      for (std::size_t p = 0; p < r % 3; ++p)
        x[p * width + r] = 0.5 * static_cast<double>(r) - static_cast<double>(p);
    Graph graph;
    Builder b(graph);
    const Value input = b.input("x", {3, rows, lanes});
    const Value total = b.log_sum_exp_planes(input);
    const Value loss = b.sum_all(b.exp(b.scale(total, 0.1)));
    // Infinite, not only the lowest finite number: a small share of it is still below everything.
    const double lowest = static_cast<double>(std::numeric_limits<T>::lowest());
    graph.outputs = {{"possible", b.above(b.scale(total, 1e-6), 1e-5 * lowest)},
                     {"total", b.floor_at(total, -1e30)},
                     {"gradient", ir::gradient(b, loss, b.constant(1), {input})[0]}};
    const Numbers results = evaluate<T>(graph, {{"x", x}}, 1);
    for (std::size_t r = 0; r < width; ++r) {
      CHECK(results.at("possible")[r] == (r % 3 == 0 ? 0 : 1));
      double expected = 0;
      for (std::size_t p = 0; p < 3; ++p) {
        expected += std::exp(x[p * width + r]);
        const double gradient = results.at("gradient")[p * width + r];
        // The exp of -inf may be the smallest number.
        const double least = std::numeric_limits<T>::min();
        CHECK((x[p * width + r] == -infinity ? gradient <= least && gradient >= 0 : gradient > least));
      }
      if (r % 3 != 0) check_near<T>(results.at("total")[r], std::log(expected), static_cast<double>(r));
    }
  }
}

TEST_CASE_TEMPLATE("messages through shared tables are exact however far apart and impossible the states", T,
                   float, double) {
  // Entries of a table of 3 x 4 states and messages of 4 states for five factors; sizes that exp cannot hold.
  const double far = std::is_same_v<T, float> ? 300 : 2000;
  const std::vector<double> table = {0,    -far,      -infinity, 1,          //
                                     -far, -far - 1,  -2 * far,  -infinity,  //
                                     2,    -infinity, -infinity, -infinity};
  const std::vector<double> messages = {0,  -far,      -infinity, -2 * far,  far,   //
                                        1,  0,         0.5,       -infinity, 0,     //
                                        2,  -infinity, -infinity, 3,         -far,  //
                                        -1, -infinity, -infinity, -far,      1};
  const std::size_t in = 4, out = 3, factors = 5;
  Graph graph;
  Builder b(graph);
  const Value m = b.param("table", {12, 1}), x = b.input("x", {4, 5, lanes});
  const Value y = b.table_message(m, x);
  const Value weights = b.input("weights", {3, 5, lanes});
  // The weighted sum of those results that are possible, written so that others pass no infinity.
  const Value loss = b.sum_all(b.gate(b.mul(weights, b.floor_at(y, -1e30)), b.above(y, -1e29)));
  const auto gradients = ir::gradient(b, loss, b.constant(1), {x, m});
  graph.outputs = {{"y", b.floor_at(y, -1e30)}, {"x", gradients[0]}, {"table", gradients[1]}};
  std::vector<double> weight;
  for (std::size_t i = 0; i < out * factors; ++i)
    weight.push_back(i % 2 ? -1.5 : 0.5 + static_cast<double>(i));
  const Numbers found = evaluate<T>(graph, {{"table", table}, {"x", messages}, {"weights", weight}}, 1);

  std::vector<double> table_gradient(12, 0), message_gradient(20, 0);
  for (std::size_t f = 0; f < factors; ++f)
    for (std::size_t i = 0; i < out; ++i) {
      double top = -infinity, sum = 0;
      const auto term = [&](std::size_t j) { return table[i * in + j] + messages[j * factors + f]; };
      for (std::size_t j = 0; j < in; ++j) top = std::max(top, term(j));
      if (top == -infinity) {
        CHECK(found.at("y")[i * factors + f] == static_cast<double>(static_cast<T>(-1e30)));
        continue;
      }
      for (std::size_t j = 0; j < in; ++j) sum += std::exp(term(j) - top);
      check_near<T>(found.at("y")[i * factors + f], top + std::log(sum), top);
      for (std::size_t j = 0; j < in; ++j) {
        const double g = weight[i * factors + f] * std::exp(term(j) - top) / sum;
        table_gradient[i * in + j] += g;
        message_gradient[j * factors + f] += g;
      }
    }
  const double near =
      std::is_same_v<T, float> ? 1e-3 : 1e-10;  // of differences between numbers of size `far`
  CHECK(difference(found.at("x"), message_gradient) < near);
  CHECK(difference(found.at("table"), table_gradient) < near);
}

TEST_CASE("a certain message leaves the messages of all other edges certain and its own sum finite") {
  Graph graph;
  Builder b(graph);
  const Value beliefs = b.input("beliefs", {1, 2, lanes}), messages = b.input("messages", {1, 4, lanes});
  graph.outputs = {{"y", b.exp(b.exclusive_sum(beliefs, messages, ir::make_index({0, 0, 1, 0}, 2)))}};
  const Numbers r = evaluate(graph, {{"beliefs", {0.5, 1}}, {"messages", {1, -infinity, 7, 2}}}, 1);
  CHECK(r.at("y")[0] == 0);
  CHECK(r.at("y")[1] == doctest::Approx(std::exp(3.5)));
  CHECK(r.at("y")[2] == doctest::Approx(std::exp(1.0)));
  CHECK(r.at("y")[3] == 0);
}

TEST_CASE("NaN is not hidden by comparisons") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto shows = [&](auto write) {
    for (const int position : {0, 5, 8}) {
      std::vector<double> x(9, 0.5);
      x[static_cast<std::size_t>(position)] = nan;
      CHECK_THROWS_AS(apply<double>(write, x), NumericalError);
      CHECK_THROWS_AS(apply<float>(write, x), NumericalError);
    }
  };
  shows([](Builder& b, Value v) { return b.relu(v); });
  shows([](Builder& b, Value v) { return b.floor_at(v, 0.1); });
  shows([](Builder& b, Value v) { return b.softplus(v); });
  shows([](Builder& b, Value v) { return b.log_cosh(v); });
  shows([](Builder& b, Value v) { return b.tanh(v); });
  shows([](Builder& b, Value v) { return b.sigmoid(v); });
  shows([](Builder& b, Value v) { return b.exp(v); });
  shows([](Builder& b, Value v) { return b.log(v); });
  shows([](Builder& b, Value v) { return b.soft_threshold(v, b.constant(0.1)); });
  shows([](Builder& b, Value v) { return b.ising_message(b.constant(0.3), v); });
  shows([](Builder& b, Value v) {
    return b.log_sum_exp_planes(b.gather_planes(v, ir::make_index({0, 0}, 1)));
  });
}

TEST_CASE_TEMPLATE("messages through tables of two binary variables are right for all that is possible", T,
                   float, double) {
  const double entries[] = {-infinity, -2e4, -3, 0, 0.5, 700};
  std::vector<double> all = wide_range();
  all.insert(all.end(), {infinity, -infinity});
  for (int n = 0; n < 6 * 6 * 6 * 6; ++n) {
    const double table[2][2] = {{entries[n % 6], entries[n / 6 % 6]},
                                {entries[n / 36 % 6], entries[n / 216]}};
    for (const bool maximise : {false, true}) {
      const auto reduced = [&](int to, long double m) {  // of terms relative to the message's larger side
        const long double zero = table[to][0] + (m > 0 ? -m : 0), one = table[to][1] + (m > 0 ? 0 : m);
        const long double top = std::max(zero, one);
        return maximise || std::isinf(top) ? top : top + std::log1p(std::exp(std::min(zero, one) - top));
      };
      std::vector<double> messages;  // those that leave both states possible
      for (const double m : all)
        if (!std::isinf(reduced(0, m)) && !std::isinf(reduced(1, m))) messages.push_back(m);
      if (messages.empty()) continue;
      for (const bool transpose : {false, true}) {
        const std::vector<double> found = apply<T>(
            [&](Builder& b, Value m) {
              Attributes a = {};
              a.transpose = transpose;
              a.number = maximise ? 1 : 0;
              const Value t = b.constant(
                  {table[0][0], table[transpose][!transpose], table[!transpose][transpose], table[1][1]},
                  {4, 1});
              return b.emit("pair_message", {t, m}, a);
            },
            messages);
        for (std::size_t i = 0; i < messages.size(); ++i) {
          const long double m = static_cast<T>(messages[i]), one = reduced(1, m), zero = reduced(0, m);
          const long double size = std::max({1.0L, std::abs(one), std::abs(zero)});
          CHECK_MESSAGE(std::abs(found[i] - (one - zero)) <= 4 * std::numeric_limits<T>::epsilon() * size,
                        "table ", n, ", message ", messages[i]);
        }
      }
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
