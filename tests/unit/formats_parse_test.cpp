// Models, evidence and results as text: what the parsers read, and that the writers' texts come back the same.
#include <doctest/doctest.h>

#include <cmath>

#include "unfurl/data.hpp"
#include "unfurl/formats.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

bool same(const TableModel& a, const TableModel& b) {
  bool equal = a.kind == b.kind && a.states == b.states && a.factors.size() == b.factors.size();
  for (std::size_t i = 0; equal && i < a.factors.size(); ++i)
    equal = a.factors[i].scope == b.factors[i].scope && a.factors[i].values == b.factors[i].values;
  return equal;
}

const char* const uai =
    "MARKOV\r\n3\n2 2\t3 \n3\n1 0\n2 0 1\n2 2 1\n\n2\n 0.436 0.564\n\n4\n 0.128 0.872\n"
    " 0.920 0.080\n\n6\n 0.210 0.333 0.457\n 0.811 0.000 1.89e-1";

}  // namespace

TEST_CASE("uai: scopes in any order, tabs, carriage returns, no final newline") {
  const TableModel m = parse_uai(uai, "m.uai");
  CHECK(m.kind == TableModel::Kind::markov);
  CHECK(m.states == std::vector<int>{2, 2, 3});
  REQUIRE(m.factors.size() == 3);
  CHECK(m.factors[0].scope == std::vector<int>{0});
  CHECK(m.factors[2].scope == std::vector<int>{2, 1});
  CHECK(m.factors[2].values == std::vector<double>{0.210, 0.333, 0.457, 0.811, 0, 0.189});
  // The last variable of the scope is fastest: entry 1 is variable 2 in state 0, variable 1 in state 1.
  CHECK(log_value(m, {0, 1, 0}) == doctest::Approx(std::log(0.436) + std::log(0.872) + std::log(0.333)));
  CHECK(log_value(m, {0, 0, 2}) == -INFINITY);
}

TEST_CASE("uai: Bayesian networks, factors without variables, models without variables") {
  const TableModel bayes = parse_uai("BAYES 2 2 2 2 1 0 2 0 1 2 .2 .8 4 .1 .9 1. +0", "m");
  CHECK(bayes.kind == TableModel::Kind::bayes);
  CHECK(bayes.factors[1].values == std::vector<double>{0.1, 0.9, 1, 0});
  const TableModel constant = parse_uai("MARKOV 0 1 0 1 2.5", "m");
  CHECK(constant.states.empty());
  CHECK(constant.factors[0].values == std::vector<double>{2.5});
  CHECK(parse_uai("MARKOV\n0\n0\n", "m").factors.empty());
}

TEST_CASE("fg: the first variable is fastest, entries that are not listed are zero, comments") {
  const TableModel m = parse_fg(
      "# a graph\n2\n\n2\n7 4 # two labels\n3 2\n3\n0 0.5\n1 1.5\n5 2.5\n\n1\n4\n2\n2\n0 1\n1 3\n", "m.fg");
  CHECK(m.states == std::vector<int>{2, 3});  // labels 4 and 7
  REQUIRE(m.factors.size() == 2);
  CHECK(m.factors[0].scope == std::vector<int>{0, 1});
  // entry 1 there: 7 in state 1, 4 in state 0; entry 5: 7 in state 2, 4 in state 1
  CHECK(m.factors[0].values == std::vector<double>{0.5, 1.5, 0, 0, 0, 2.5});
  CHECK(m.factors[1].scope == std::vector<int>{0});
  CHECK(m.factors[1].values == std::vector<double>{1, 3});
}

TEST_CASE("models come back from their texts to the last bit") {
  Random random(5);
  for (int trial = 0; trial < 20; ++trial) {
    TableModel m;
    for (int v = 0; v < 5; ++v) m.states.push_back(1 + random.below(4));
    for (int a = 0; a < 6; ++a) {
      std::vector<int> scope = random.permutation(5);
      scope.resize(static_cast<std::size_t>(random.below(5)));
      if (a == 0) scope = {0, 1, 2, 3, 4};  // so that .fg, which has no list of variables, knows all
      std::size_t size = 1;
      for (int v : scope) size *= static_cast<std::size_t>(m.states[static_cast<std::size_t>(v)]);
      m.factors.push_back({scope, {}});
      for (std::size_t i = 0; i < size; ++i)
        m.factors.back().values.push_back(
            random.uniform() < 0.2 ? 0 : std::pow(10.0, 600 * random.uniform() - 300));
    }
    CHECK(same(parse_fg(to_fg(m), "m"), m));
    if (trial % 2 == 1) m.kind = TableModel::Kind::bayes;
    CHECK(same(parse_uai(to_uai(m), "m"), m));
  }
}

TEST_CASE("evidence in both layouts") {
  const TableModel m = parse_uai(uai, "m.uai");
  CHECK(parse_evidence("0", m, "e").empty());
  CHECK(parse_evidence("1 0\n", m, "e").empty());
  CHECK(parse_evidence("2 2 1\t0 0", m, "e") == Evidence{{0, 0}, {2, 1}});
  CHECK(parse_evidence("2\n2 1\n0 0\n", m, "e") == Evidence{{0, 0}, {2, 1}});
  CHECK(parse_evidence("1\n2 2 1 0 0\n", m, "e") == Evidence{{0, 0}, {2, 1}});
  CHECK(parse_evidence("1\n1 2 1", m, "e") == Evidence{{2, 1}});
  CHECK(parse_evidence("1 2 1\n", m, "e") == Evidence{{2, 1}});
  const Evidence some{{0, 1}, {1, 0}, {2, 2}};
  CHECK(parse_evidence(to_evid(some), m, "e") == some);
  CHECK(parse_evidence(to_evid({}), m, "e").empty());
}

TEST_CASE("results come back from their texts") {
  const std::vector<std::vector<double>> p{{0.25, 0.75}, {1}, {0, 1.0 / 3, 2.0 / 3}};
  CHECK(to_mar(p) == "MAR\n3 2 0.25 0.75 1 1 3 0 0.333333333333333 0.666666666666667\n");
  const auto back = parse_mar(to_mar(p), "r");
  REQUIRE(back.size() == 3);
  for (std::size_t v = 0; v < 3; ++v)
    for (std::size_t s = 0; s < p[v].size(); ++s) CHECK(std::abs(back[v][s] - p[v][s]) < 1e-15);
  CHECK(parse_mar("MAR\n1\n1 2 0.25 0.75", "r") == std::vector<std::vector<double>>{{0.25, 0.75}});
  CHECK(parse_mar("MAR 0", "r").empty());
  CHECK(to_pr(std::log(1000.0)) == "PR\n3\n");
  CHECK(parse_pr("PR\n-38.5556", "r") == doctest::Approx(-38.5556 * std::log(10.0)));
  CHECK(to_mpe({1, 0, 12}) == "MPE\n3 1 0 12\n");
  CHECK(parse_mpe("MPE\n3 1 0 12", "r") == std::vector<int>{1, 0, 12});
}

}  // namespace unfurl::test

TEST_SUITE_END();
