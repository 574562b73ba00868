// Messages and partition functions of factors of many variables against sums and maxima over all joint states.
#include <doctest/doctest.h>

#include <bit>
#include <limits>

#include "passes/passes.hpp"
#include "property/laws.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/extend/builder.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

enum class Kind { parity, noisy_parity, cardinality, at_most_one, exactly_one };
constexpr Kind kinds[] = {Kind::parity, Kind::noisy_parity, Kind::cardinality, Kind::at_most_one,
                          Kind::exactly_one};

/// One declaration of two factors of n variables, with an argument of its own for each.
struct Pair {
  Pair(Kind kind, int n) : kind(kind), n(n) {
    const auto x = m.discrete("x", {2 * n}, 2);
    std::vector<std::vector<int>> scopes(2);
    for (int i = 0; i < 2 * n; ++i) scopes[at(i / n)].push_back(i);
    const Edges e = tuples(x, scopes);
    planes = kind == Kind::cardinality ? n + 1 : kind == Kind::noisy_parity ? 1 : 0;
    const Expr argument = planes > 0 ? Expr(m.param("argument", {planes, 2}, 0.5)) : Expr();
    m.factor("f", e,
             kind == Kind::parity         ? FactorSpec(Parity{})
             : kind == Kind::noisy_parity ? FactorSpec(Parity{argument})
             : kind == Kind::cardinality  ? FactorSpec(Cardinality{argument})
             : kind == Kind::at_most_one  ? FactorSpec(AtMostOne{})
                                          : FactorSpec(ExactlyOne{}));
  }

  /// Log-potential of `ones` ones in factor f, for the arguments [plane][factor].
  double potential(int ones, int f, const std::vector<double>& argument) const {
    switch (kind) {
      case Kind::parity:
        return ones % 2 == 0 ? 0 : -infinity;
      case Kind::noisy_parity:
        return ones % 2 == 1 ? std::log(argument[at(f)]) : std::log(1 - argument[at(f)]);
      case Kind::cardinality:
        return argument[at(2 * ones + f)];
      case Kind::at_most_one:
        return ones <= 1 ? 0 : -infinity;
      case Kind::exactly_one:
        return ones == 1 ? 0 : -infinity;
    }
    return 0;
  }

  /// Programs of the messages "0", "1", ... and of "log_partition"; leaves "argument" and "in0", "in1", ...
  ir::Graph program(Semiring semiring, double power) const {
    ir::Graph graph;
    ir::Builder b(graph);
    FactorGroup g;
    g.declaration = &m.factors()[0];
    g.count = 2;
    g.semiring = semiring;
    if (power != 1) g.power = b.constant(power);
    if (planes > 0) g.args = {b.param("argument", {planes, 2})};
    std::vector<ir::Value> incoming;
    for (int k = 0; k < n; ++k) incoming.push_back(b.param("in" + std::to_string(k), {1, 2}));
    const FactorType& type = *g.declaration->spec.type;
    const auto out = type.messages(b, g, incoming);
    for (int k = 0; k < n; ++k) graph.outputs.emplace_back(std::to_string(k), out[at(k)]);
    graph.outputs.emplace_back("log_partition", type.log_partition(b, g, incoming));
    return graph;
  }

  Model m{"pair"};
  Kind kind;
  int n, planes = 0;
};

/// Logarithm of a sum, or the largest.
double together(const std::vector<double>& logs, Semiring semiring) {
  double top = -infinity, sum = 0;
  for (const double x : logs) top = std::max(top, x);
  if (semiring == Semiring::max || top == -infinity) return top;
  for (const double x : logs) sum += std::exp(x - top);
  return top + std::log(sum);
}

struct Expected {
  std::vector<double> messages;
  double log_partition = 0;
};

/// Over all joint states; a log-ratio stands for two numbers of which the larger is 0.
Expected enumerate_pair(const Pair& p, int f, const Numbers& leaves, Semiring semiring, double power) {
  const std::vector<double> none, &argument = p.planes > 0 ? leaves.at("argument") : none;
  std::vector<std::vector<std::vector<double>>> sent(at(p.n), {{}, {}});  // per slot and state
  std::vector<double> all;
  for (unsigned x = 0; x < 1U << p.n; ++x) {
    const double own = p.potential(std::popcount(x), f, argument);
    const double log_potential = own == -infinity ? own : power * own;
    const auto said = [&](int k) {
      const double m = leaves.at("in" + std::to_string(k))[at(f)];
      return (x >> k & 1U) != 0 ? std::min(m, 0.0) : std::min(-m, 0.0);
    };
    double total = log_potential;
    for (int k = 0; k < p.n; ++k) {
      total += said(k);
      double others = log_potential;
      for (int j = 0; j < p.n; ++j)
        if (j != k) others += said(j);
      sent[at(k)][x >> k & 1U].push_back(others);
    }
    all.push_back(total);
  }
  Expected e;
  for (int k = 0; k < p.n; ++k)
    e.messages.push_back(together(sent[at(k)][1], semiring) - together(sent[at(k)][0], semiring));
  e.log_partition = together(all, semiring);
  return e;
}

Numbers random_leaves(const Pair& p, std::mt19937& random, double scale) {
  Numbers leaves;
  for (int k = 0; k < p.n; ++k) leaves["in" + std::to_string(k)] = uniform(random, 2, -scale, scale);
  if (p.kind == Kind::noisy_parity) leaves["argument"] = uniform(random, 2, 0.05, 0.95);
  if (p.kind == Kind::cardinality) leaves["argument"] = uniform(random, at(2 * (p.n + 1)), -2, 2);
  return leaves;
}

/// Equal within the rounding of numbers of this size; the same infinity, or both without a possible state.
bool same(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) && std::isnan(b);
  return a == b || std::abs(a - b) <= 1e-12 * std::max(1.0, std::abs(b));
}

Numbers run(const ir::Graph& program, const Numbers& leaves) {
  Evaluation<double> evaluation(ir::optimize(program), leaves, 1);
  evaluation.executor().require_finite_results = false;
  return evaluation.run();
}

void check(const Pair& p, const Numbers& leaves, Semiring semiring, double power = 1) {
  const Numbers found = run(p.program(semiring, power), leaves);
  for (int f = 0; f < 2; ++f) {
    const Expected e = enumerate_pair(p, f, leaves, semiring, power);
    for (int k = 0; k < p.n; ++k) {
      const double message = found.at(std::to_string(k))[at(f)];
      CHECK_MESSAGE(same(message, e.messages[at(k)]), "slot ", k, ": ", message, ", not ", e.messages[at(k)]);
    }
    CHECK_MESSAGE(same(found.at("log_partition")[at(f)], e.log_partition), found.at("log_partition")[at(f)],
                  ", not ", e.log_partition);
  }
}

}  // namespace

TEST_CASE(
    "structured factors: messages and partition functions equal sums and maxima over all joint states") {
  std::mt19937 random(31);
  for (const Kind kind : kinds)
    for (int n = 2; n <= 10; ++n) {
      const Pair p(kind, n);
      for (const Semiring semiring : {Semiring::sum, Semiring::max})
        for (const double scale : {0.1, 2.0, 30.0}) {
          INFO("kind " << static_cast<int>(kind) << ", " << n << " variables, scale " << scale);
          check(p, random_leaves(p, random, scale), semiring);
          check(p, random_leaves(p, random, scale), semiring, 0.6);
        }
    }
}

TEST_CASE(
    "structured factors: certain variables and forbidden counts stay exact, and NaN means no possible "
    "state") {
  std::mt19937 random(32);
  int impossible = 0, certain = 0;
  for (const Kind kind : kinds)
    for (int n = 2; n <= 7; ++n) {
      const Pair p(kind, n);
      for (const Semiring semiring : {Semiring::sum, Semiring::max})
        for (int trial = 0; trial < 20; ++trial) {
          Numbers leaves = random_leaves(p, random, 2);
          for (auto& [name, values] : leaves)
            for (double& v : values) {
              if (random() % 2 == 0) continue;
              if (name != "argument") v = random() % 3 == 0 ? infinity : -infinity;
              if (name == "argument" && kind == Kind::cardinality) v = -infinity;
              if (name == "argument" && kind == Kind::noisy_parity) v = random() % 2 == 0 ? 0 : 1;
            }
          INFO("kind " << static_cast<int>(kind) << ", " << n << " variables, trial " << trial);
          check(p, leaves, semiring);
          const auto e = enumerate_pair(p, 0, leaves, semiring, 1);
          impossible += e.log_partition == -infinity;
          certain +=
              std::any_of(e.messages.begin(), e.messages.end(), [](double m) { return std::isinf(m); });
        }
    }
  CHECK(impossible > 20);
  CHECK(certain > 100);
}

TEST_CASE(
    "structured factors: gradients equal central differences, and are finite where messages are certain") {
  std::mt19937 random(33);
  for (const Kind kind : kinds)
    for (const int n : {2, 3, 5, 6, 9})
      for (const Semiring semiring : {Semiring::sum, Semiring::max}) {
        INFO("kind " << static_cast<int>(kind) << ", " << n << " variables");
        const Pair p(kind, n);
        ir::Graph graph = ir::optimize(p.program(semiring, 1));
        ir::Builder b(graph);
        ir::Value loss = b.constant(0);
        double weight = 1;
        for (const auto& [name, v] : graph.outputs) {
          loss = b.add(loss, b.scale(b.sum_all(v), weight));
          weight = weight > 2 ? 0.7 : weight + 0.13;
        }
        const auto [names, wrt] = parameters_of(graph);
        const auto slopes = ir::gradient(b, loss, b.constant(1), wrt);
        ir::Graph value = graph;
        value.outputs = {{"loss", loss}};
        graph.outputs.clear();
        for (std::size_t i = 0; i < wrt.size(); ++i) {
          REQUIRE(slopes[i]);
          graph.outputs.emplace_back(names[i], slopes[i]);
        }
        Numbers leaves = random_leaves(p, random, 2);
        const Numbers found = run(graph, leaves);
        Evaluation<double> evaluation(ir::remove_dead(value), leaves, 1);
        for (const std::string& name : names)
          for (std::size_t i = 0; i < leaves[name].size(); ++i) {
            constexpr double h = 1e-5;
            const auto moved = [&](double step) {
              evaluation.leaves.at(name)[i] = leaves[name][i] + step;
              const double result = evaluation.run().at("loss")[0];
              evaluation.leaves.at(name)[i] = leaves[name][i];
              return result;
            };
            const double slope = (8 * (moved(h) - moved(-h)) - (moved(2 * h) - moved(-2 * h))) / (12 * h);
            CHECK(found.at(name)[i] == doctest::Approx(slope).epsilon(1e-7));
          }
        for (const double certainty : {infinity, -infinity, 1e30}) {
          leaves["in0"] = {certainty, 1};
          leaves["in1"] = {-certainty, certainty};
          for (const auto& [name, values] : run(graph, leaves))
            for (const double v : values) CHECK_MESSAGE(std::isfinite(v), name, " at ", certainty);
        }
      }
}

}  // namespace unfurl::test

TEST_SUITE_END();
