// Mean field where states are ruled out or equally impossible: the same model written in several ways.
#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "property/laws.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/inference.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr double impossible = -std::numeric_limits<double>::infinity();

Model model_of(const std::vector<std::vector<double>>& own, const std::vector<double>& joint) {
  Model m("pair");
  const int states = static_cast<int>(own[0].size());
  const auto x = m.discrete("x", {2}, states);
  std::vector<double> tables;
  for (int s = 0; s < states; ++s)
    for (int v : {0, 1}) tables.push_back(own[at(v)][at(s)]);
  m.factor("own", each(x), Table{log(m.param("H", {states, 2}, tables, nonneg))});
  m.factor("joint", chain(x), Table{log(m.param("T", {states * states, 1}, joint, nonneg))});
  return m;
}

}  // namespace

TEST_CASE("evidence decides where a table of three states holds zeros, as where it holds tiny numbers") {
  for (const double zero : {0.0, 1e-300})
    for (const double damping : {0.0, 0.5}) {
      std::vector<double> same{1, zero, zero, zero, 1, zero, zero, zero, 1};
      for (const auto& order : {UpdateOrder::flooding, UpdateOrder::sequential}) {
        const auto found = infer(model_of({{.8, .1, .1}, {.8, .1, .1}}, same),
                                 MeanField{.damping = damping, .order = order}, {}, 0, {.tolerance = 1e-12});
        CHECK(difference(found.marginals, {{1, 0, 0}, {1, 0, 0}}) < 1e-9);
        if (zero == 0) CHECK(found.log_partition.value() == doctest::Approx(2 * std::log(0.8)));
      }
    }
  const auto two = infer(model_of({{.8, .2}, {.8, .2}}, {1, 0, 0, 1}), MeanField{});
  CHECK(two.marginals == naive::Rows{{1, 0}, {1, 0}});
}

TEST_CASE(
    "a state that is written twice, with half the weight, changes nothing: two states and four are the "
    "same") {
  Random random(123);
  int bounded = 0;
  for (int n = 0; n < 60; ++n) {
    CAPTURE(n);
    const auto draw = [&] { return random.uniform() < 0.3 ? 0 : 0.05 + random.uniform(); };
    const std::vector<std::vector<double>> own{{1, draw()}, {draw(), 1}};
    const std::vector<double> joint{draw(), draw(), draw(), 1};
    std::vector<std::vector<double>> halves(2);
    for (int v : {0, 1})
      for (int s : {0, 0, 1, 1}) halves[at(v)].push_back(own[at(v)][at(s)] / 2);
    std::vector<double> twice;
    for (int s = 0; s < 4; ++s)
      for (int t = 0; t < 4; ++t) twice.push_back(joint[at(2 * (s / 2) + t / 2)]);
    const MeanField algorithm{.damping = n % 2 == 0 ? 0 : 0.3,
                              .order = n % 3 == 0 ? UpdateOrder::flooding : UpdateOrder::sequential};
    const auto result = [&](const Model& m) -> InferenceResult {
      try {
        return infer(m, algorithm, {}, 0, {.iterations = 5, .tolerance = std::nullopt});
      } catch (const NoPossibleState&) {
        return {};
      }
    };
    const InferenceResult two = result(model_of(own, joint)), four = result(model_of(halves, twice));
    REQUIRE(two.marginals.size() == four.marginals.size());
    for (std::size_t v = 0; v < two.marginals.size(); ++v)
      for (int s : {0, 1})
        CHECK(std::abs(two.marginals[v][at(s)] - four.marginals[v][at(2 * s)] -
                       four.marginals[v][at(2 * s + 1)]) < 1e-12);
    CHECK((two.log_partition == four.log_partition ||
           two.log_partition.value() == doctest::Approx(four.log_partition.value()).epsilon(1e-12)));
    bounded += !two.log_partition || std::isinf(*two.log_partition) ? 0 : 1;
  }
  CHECK(bounded > 10);
}

TEST_CASE("counts that are forbidden, with evidence, as a table says them") {
  for (const double damping : {0.0, 0.3}) {
    naive::Rows rows[2];
    double bounds[2];
    for (const bool as_table : {false, true}) {
      Model m("counted");
      const auto x = m.discrete("x", {4}, 2);
      m.factor("own", each(x), Field{m.param("h", vector(4), {1.5, 0.4, -0.2, -0.3})});
      const Edges all = tuples(x, {{0, 1, 2, 3}});
      const std::vector<double> of_count{0, 1, 0, 0, 0};  // exactly one
      if (as_table) {
        std::vector<double> table;
        for (int i = 0; i < 16; ++i) table.push_back(of_count[at(std::popcount(static_cast<unsigned>(i)))]);
        m.factor("one", all, Table{log(m.param("T", {16, 1}, table, nonneg))});
      } else {
        m.factor("one", all, Cardinality{log(m.param("T", {5, 1}, of_count, nonneg))});
      }
      const auto found = infer(m, MeanField{.damping = damping, .order = UpdateOrder::sequential});
      rows[as_table] = found.marginals;
      bounds[as_table] = found.log_partition.value();
    }
    CHECK(difference(rows[0], rows[1]) < 1e-12);
    // Seven of eight states of the others forbid a one, five a zero, and so on: the last one is left with the one.
    if (damping == 0) CHECK(difference(rows[0], {{1, 0}, {1, 0}, {1, 0}, {0, 1}}) == 0);
    if (damping == 0) CHECK(bounds[0] == doctest::Approx(-1.5 - 0.4 + 0.2 - 0.3));
    CHECK((bounds[0] == bounds[1] || bounds[0] == doctest::Approx(bounds[1])));
  }
}

TEST_CASE("rounding breaks no tie between states that are equally impossible") {
  // The parity of three: while the second believes one half, both states of the others are equally impossible.
  for (const double p : {0.1, 0.3, 1.0 / 3, 0.7}) {
    Model m("parity");
    const auto x = m.discrete("x", {3}, 2);
    const double odds = std::log(p / (1 - p)) / 2;
    m.factor("own", each(x), Field{m.param("h", vector(3), {odds, 0, 0.1})});
    std::vector<double> table;
    for (int i = 0; i < 8; ++i) table.push_back(std::popcount(static_cast<unsigned>(i)) % 2 == 0 ? 1 : 0);
    m.factor("even", tuples(x, {{0, 1, 2}}), Table{log(m.param("T", {8, 1}, table, nonneg))});
    const auto found = infer(m, MeanField{}, {}, 0, {.iterations = 2, .tolerance = std::nullopt});
    CHECK(found.marginals[0][1] == doctest::Approx(p).epsilon(1e-12));
    CHECK(found.marginals[2][1] == doctest::Approx(1 / (1 + std::exp(-0.2))).epsilon(1e-12));
  }
}

TEST_CASE(
    "contradictions that messages can see are refused by mean field, others give beliefs without a bound") {
  CHECK_THROWS_AS(infer(model_of({{1, 0}, {0, 1}}, {1, 0, 0, 1}), MeanField{}), NoPossibleState);
  CHECK_THROWS_AS(infer(model_of({{1, 0}, {0, 1}}, {1, 0, 0, 1}), MeanField{.damping = 0.5}),
                  NoPossibleState);
  CHECK_THROWS_AS(infer(model_of({{1, 0, 0}, {0, 1, 1}}, {1, 0, 0, 0, 1, 0, 0, 0, 1}), MeanField{}),
                  NoPossibleState);
  const int n = 9;
  Model far("far");
  const auto x = far.discrete("x", {n}, 3);
  std::vector<double> ends(at(3 * n), 1);
  ends[0] = 0;
  ends[at(n)] = 0;          // variable 0 is in state 2,
  ends[at(3 * n - 1)] = 0;  // the last one is not
  far.factor("own", each(x), Table{log(far.param("H", {3, n}, ends, nonneg))});
  far.factor("same", chain(x), Table{log(far.param("T", {9, 1}, {1, 0, 0, 0, 1, 0, 0, 0, 1}, nonneg))});
  CHECK_THROWS_AS(infer(far, MeanField{}), NoPossibleState);

  Model odd("odd");  // a triangle of neighbours that all differ
  const auto z = odd.discrete("z", {3}, 2);
  odd.factor("differ", pairs(z, {{0, 1}, {1, 2}, {2, 0}}),
             Table{log(odd.param("T", {4, 1}, {0, 1, 1, 0}, nonneg))});
  CHECK_THROWS_AS(exact(odd, {}, 0), NumericalError);
  CHECK(infer(odd, MeanField{}).log_partition.value() == impossible);
}

}  // namespace unfurl::test

TEST_SUITE_END();
