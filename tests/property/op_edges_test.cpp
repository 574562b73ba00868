// Kernels at the edges of the numbers: tiny, huge, certain and impossible operands.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "grad/op_examples.hpp"
#include "passes/passes.hpp"
#include "property/random_program.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/builder.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using ir::Axis;
using ir::Builder;
using ir::Graph;
using ir::Type;
using ir::Value;

constexpr bool lanes = true;
constexpr double infinity = std::numeric_limits<double>::infinity();

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
  const auto check = [&](double exponent, int order, double (*expected)(double x, double log_x)) {
    const std::vector<double> y =
        apply<double>([&](Builder& b, Value v) { return b.box_cox(v, b.constant(exponent), order); }, x);
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
  CHECK(apply<double>([](Builder& b, Value v) { return b.pow(v, b.constant(0)); }, {0})[0] == 1);
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
    graph.outputs = {{"possible", b.greater(b.scale(total, 1e-6), 1e-5 * lowest)},
                     {"total", b.maximum(total, -1e30)},
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
  const Value loss = b.sum_all(b.where(b.mul(weights, b.maximum(y, -1e30)), b.greater(y, -1e29)));
  const auto gradients = ir::gradient(b, loss, b.constant(1), {x, m});
  graph.outputs = {{"y", b.maximum(y, -1e30)}, {"x", gradients[0]}, {"table", gradients[1]}};
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
  shows([](Builder& b, Value v) { return b.maximum(v, 0.1); });
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
              const Value t = b.constant(
                  {table[0][0], table[transpose][!transpose], table[!transpose][transpose], table[1][1]},
                  {4, 1});
              return b.pair_message(t, m, transpose, maximise);
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
