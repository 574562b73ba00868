// Operations and messages at the edges of their numbers, against long double: nothing may be lost in a difference.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "passes/passes.hpp"
#include "property/laws.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/inference.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using ir::Builder;
using ir::Value;

constexpr double infinity = std::numeric_limits<double>::infinity();
using Wide = long double;
using Binary = Wide (*)(Wide a, Wide b);

/// Value and slopes of a binary operation at many points, found in T and true in long double, entry by entry.
template <class T>
void check_binary(const std::string& op, Binary value, Binary slope_a, Binary slope_b,
                  const std::vector<std::pair<double, double>>& points) {
  ir::Graph graph;
  Builder b(graph);
  const int n = static_cast<int>(points.size());
  const Value x = b.param("x", {1, n}), y = b.param("y", {1, n});
  const Value out = b.emit(*ir::find_operation(op), {x, y});
  const auto slopes = ir::gradient(b, b.sum_all(out), b.constant(1), {x, y});
  graph.outputs = {{"value", out}, {"dx", slopes[0]}, {"dy", slopes[1]}};
  Numbers leaves;
  for (const auto& [a, c] : points) {
    leaves["x"].push_back(static_cast<T>(a));
    leaves["y"].push_back(static_cast<T>(c));
  }
  const Numbers found = evaluate<T>(ir::optimize(graph), leaves, 1);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Wide a = leaves["x"][i], c = leaves["y"][i];
    const std::pair<const char*, Binary> all[] = {{"value", value}, {"dx", slope_a}, {"dy", slope_b}};
    for (const auto& [name, f] : all) {
      const double truth = static_cast<double>(f(a, c));
      const double tiny = 4 * std::numeric_limits<T>::min();  // such results are 0
      CHECK_MESSAGE(std::abs(found.at(name)[i] - truth) <=
                        200 * std::numeric_limits<T>::epsilon() * std::abs(truth) + tiny,
                    op, " ", name, " at ", static_cast<double>(a), ", ", static_cast<double>(c), ": ",
                    found.at(name)[i], ", not ", truth);
    }
  }
}

Wide log_sum_exp(const std::vector<Wide>& terms) {
  Wide top = -std::numeric_limits<Wide>::infinity(), sum = 0;
  for (Wide t : terms) top = std::max(top, t);
  for (Wide t : terms) sum += std::exp(t - top);
  return top + std::log(sum);
}

/// exp(-2 d) for the two sides of sinh(b) / (cosh(a) + cosh(b)), without overflow.
Wide parity_slope(Wide a, Wide b) {
  const Wide x = std::abs(a), y = std::abs(b);
  const Wide size = -std::expm1(-2 * y) * std::exp(std::min(y - x, Wide(0))) /
                    ((1 + std::exp(-std::abs(x - y))) * (1 + std::exp(-x - y)));
  return b < 0 ? -size : size;
}

std::vector<std::pair<double, double>> pairs_of(const std::vector<double>& sizes, bool signs) {
  std::vector<std::pair<double, double>> points;
  for (double a : sizes)
    for (double b : sizes) {
      points.emplace_back(a, b);
      if (signs) points.insert(points.end(), {{-a, b}, {a, -b}, {-a, -b}});
    }
  return points;
}

}  // namespace

TEST_CASE_TEMPLATE("shares and precisions in a row keep all digits, and so do their slopes", T, float,
                   double) {
  const auto points = pairs_of({1e-15, 1e-7, 0.3, 1, 7, 1e4, 3.3e6, 3.3e7, 1e12, 1e15}, false);
  check_binary<T>(
      "parallel", [](Wide a, Wide b) { return a * b / (a + b); },
      [](Wide a, Wide b) { return b * b / (a + b) / (a + b); },
      [](Wide a, Wide b) { return a * a / (a + b) / (a + b); }, points);
  check_binary<T>(
      "ratio_mask", [](Wide a, Wide b) { return a / (a + b); },
      [](Wide a, Wide b) { return b / (a + b) / (a + b); },
      [](Wide a, Wide b) { return -a / (a + b) / (a + b); }, points);
}

TEST_CASE_TEMPLATE("slopes of Ising and parity messages keep all digits", T, float, double) {
  const auto points = pairs_of({1e-15, 1e-7, 1e-3, 0.3, 1, 7, 15, 30, 60}, true);
  // d/da (s(a, b)) has no difference in it; d/db has one, which is not compared here.
  ir::Graph graph;
  Builder b(graph);
  const int n = static_cast<int>(points.size());
  const Value x = b.param("x", {1, n}), y = b.param("y", {1, n});
  const auto parity = ir::gradient(b, b.sum_all(b.parity_message(x, y)), b.constant(1), {x, y});
  const auto ising = ir::gradient(b, b.sum_all(b.ising_message(x, y)), b.constant(1), {x, y});
  graph.outputs = {
      {"parity x", parity[0]}, {"parity y", parity[1]}, {"ising x", ising[0]}, {"ising y", ising[1]}};
  Numbers leaves;
  for (const auto& [a, c] : points) {
    leaves["x"].push_back(static_cast<T>(a));
    leaves["y"].push_back(static_cast<T>(c));
  }
  const Numbers found = evaluate<T>(ir::optimize(graph), leaves, 1);
  for (std::size_t i = 0; i < points.size(); ++i) {
    const Wide a = leaves["x"][i], c = leaves["y"][i];
    const std::pair<const char*, Wide> all[] = {{"parity x", parity_slope(a, c)},
                                                {"parity y", parity_slope(c, a)},
                                                {"ising x", 2 * parity_slope(2 * a, c)},
                                                {"ising y", parity_slope(c, 2 * a)}};
    for (const auto& [name, truth] : all)
      CHECK_MESSAGE(std::abs(found.at(name)[i] - static_cast<double>(truth)) <=
                        400 * std::numeric_limits<T>::epsilon() * std::abs(static_cast<double>(truth)) +
                            4 * std::numeric_limits<T>::min(),
                    name, " at ", static_cast<double>(a), ", ", static_cast<double>(c), ": ",
                    found.at(name)[i], ", not ", static_cast<double>(truth));
  }
}

TEST_CASE_TEMPLATE("slopes of sigmoid and tanh are as exact where they saturate as elsewhere", T, float,
                   double) {
  ir::Graph graph;
  Builder b(graph);
  const std::vector<double> x = {-80, -40, -20, -9, -1, -1e-4, 0, 1e-4, 1, 9, 20, 40, 80};
  const Value v = b.param("x", {1, static_cast<int>(x.size())});
  const auto slope = [&](Value y) { return ir::gradient(b, b.sum_all(y), b.constant(1), {v})[0]; };
  graph.outputs = {{"sigmoid", slope(b.sigmoid(v))}, {"tanh", slope(b.tanh(v))}, {"softplus", b.softplus(v)}};
  const Numbers found = evaluate<T>(ir::optimize(graph), {{"x", x}}, 1);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const Wide a = static_cast<T>(x[i]), small = std::exp(-std::abs(a));
    const auto near = [&](const char* name, Wide truth) {
      CHECK_MESSAGE(std::abs(found.at(name)[i] - static_cast<double>(truth)) <=
                        100 * std::numeric_limits<T>::epsilon() * static_cast<double>(truth) +
                            4 * std::numeric_limits<T>::min(),
                    name, " at ", x[i]);
    };
    near("sigmoid", small / (1 + small) / (1 + small));
    near("tanh", 1 / std::cosh(a) / std::cosh(a));
    near("softplus", std::max(a, Wide(0)) + std::log1p(small));
  }
}

TEST_CASE_TEMPLATE("Potts messages are exact for couplings and states that exp cannot hold", T, float,
                   double) {
  const std::vector<double> couplings = {0, 0.5, -0.5, 20, -20, 100, -100, 1000, -1000, 1e5, -1e5};
  const std::vector<std::vector<double>> states = {{0, 0, 0, 0},
                                                   {25, 0, -1, 2},
                                                   {0, 50, 49, -300},
                                                   {-1000, 1000, 999, 0},
                                                   {0, -infinity, -3, -400},
                                                   {-infinity, 5, -infinity, -infinity},
                                                   {300, 300, -300, -infinity}};
  for (const double j : couplings)
    for (const auto& m : states) {
      ir::Graph graph;
      Builder b(graph);
      const Value coupling = b.param("j", {1, 1}), message = b.param("m", {4, 1}),
                  weights = b.param("w", {4, 1});
      const Value out = b.potts_message(coupling, message);
      const auto slopes = ir::gradient(b, b.sum_all(b.mul(weights, b.zero_if_infinite(out))), b.constant(1),
                                       {coupling, message});
      graph.outputs = {{"out", out}, {"dj", slopes[0]}, {"dm", slopes[1]}};
      const std::vector<double> w = {1, -0.5, 2, 0.25};
      Evaluation<T> evaluation(ir::optimize(graph), {{"j", {j}}, {"m", m}, {"w", w}}, 1);
      evaluation.executor().require_finite_results = false;
      const Numbers found = evaluation.run();
      Wide dj = 0;
      std::vector<Wide> dm(4, 0);
      double size = 1;
      for (double v : m) size = std::isinf(v) ? size : std::max(size, std::abs(v));
      size = std::max(size, std::abs(j));
      const double near = 20 * std::numeric_limits<T>::epsilon() * size;
      for (std::size_t s = 0; s < 4; ++s) {
        std::vector<Wide> terms;
        for (std::size_t t = 0; t < 4; ++t) terms.push_back(Wide(m[t]) + (t == s ? Wide(j) : 0));
        const Wide truth = log_sum_exp(terms);
        CHECK_MESSAGE((found.at("out")[s] == static_cast<double>(truth) ||
                       std::abs(found.at("out")[s] - static_cast<double>(truth)) <= near),
                      "J ", j, ", state ", s, ": ", found.at("out")[s], ", not ", static_cast<double>(truth));
        for (std::size_t t = 0; t < 4; ++t) dm[t] += w[s] * std::exp(terms[t] - truth);
        dj += w[s] * std::exp(terms[s] - truth);
      }
      CHECK(std::abs(found.at("dj")[0] - static_cast<double>(dj)) <= 20 * near);
      for (std::size_t t = 0; t < 4; ++t)
        CHECK_MESSAGE(std::abs(found.at("dm")[t] - static_cast<double>(dm[t])) <= 20 * near, "J ", j,
                      ", slope of ", t);
    }
}

TEST_CASE(
    "log-ratios on a stiff pair are those of enumeration, for every coupling, algorithm and precision") {
  const std::vector<double> sizes = {0, 1e-6, 0.5, 20, 100, 300};
  std::vector<double> fields;
  for (double s : sizes) fields.insert(fields.end(), {s, -s});
  const Dataset none = Dataset().add("none", 1, 1, {0});
  for (const int states : {2, 3})
    for (const double j : fields)
      for (const double h : fields) {
        Model m("pair");
        const auto x = m.discrete("x", {2}, states);
        std::vector<double> own(at(2 * states),
                                0);  // state 1 of variable 0 has h, state 0 of variable 1 has 3
        own[2] = h;
        own[1] = 3;
        m.factor("own", each(x), Table{m.param("H", {states, 2}, own)});
        m.factor("agree", chain(x), Potts{m.param("J", j)});
        Wide total[2][3];
        for (int v : {0, 1})
          for (int s = 0; s < states; ++s) {
            std::vector<Wide> terms;
            for (int t = 0; t < states; ++t)
              terms.push_back(
                  (v == 0 ? own[at(2 * s)] + own[at(2 * t + 1)] : own[at(2 * t)] + own[at(2 * s + 1)]) +
                  (s == t ? j : 0));
            total[v][s] = log_sum_exp(terms);
          }
        const double size = std::abs(j) + std::abs(h) + 4;
        const AlgorithmPointer algorithms[] = {SumProduct{}, TreeReweighted{.edge_weight = 1},
                                               FractionalBeliefPropagation{}};
        for (const AlgorithmPointer& algorithm : algorithms)
          for (const Precision precision : {Precision::f32, Precision::f64}) {
            Network network = unroll(m, algorithm, 2).compile();
            network.precision(precision).threads(1);
            const auto logit = network.run(none, {"x.logit"})["x.logit"].values;
            for (int v : {0, 1})
              for (int s = 1; s < states; ++s) {
                const double found = states == 2 ? logit[at(v)] : logit[at(2 * s + v)] - logit[at(v)];
                const double truth = static_cast<double>(total[v][s] - total[v][0]);
                CHECK_MESSAGE(std::abs(found - truth) < 2e-6 * size, algorithm->name(), ", J ", j, ", h ", h,
                              ": ", found, ", not ", truth);
              }
          }
      }
}

}  // namespace unfurl::test

TEST_SUITE_END();
