// Edge sets of any shape: scopes of different sizes, of one variable, and none at all, against enumeration.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "error/model_errors.hpp"
#include "property/laws.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Scopes = std::vector<std::vector<int>>;
constexpr double minus_infinity = -std::numeric_limits<double>::infinity();

/// p(x_i = 1) of n binary variables by enumeration of all joint states.
template <class LogPotential>
std::vector<double> enumerated(int n, LogPotential log_potential) {
  std::vector<double> ones(static_cast<std::size_t>(n), 0);
  double total = 0;
  for (int state = 0; state < 1 << n; ++state) {
    std::vector<int> x;
    for (int i = 0; i < n; ++i) x.push_back(state >> i & 1);
    const double p = std::exp(log_potential(x));
    total += p;
    for (std::size_t i = 0; i < x.size(); ++i) ones[i] += p * x[i];
  }
  for (double& p : ones) p /= total;
  return ones;
}

std::vector<double> field_terms() { return {0.4, -0.3, 0.8, 0.1, -0.6, 0.25}; }

double of_fields(const std::vector<int>& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += field_terms()[i] * (2 * x[i] - 1);
  return sum;
}

int ones_in(const std::vector<int>& scope, const std::vector<int>& x) {
  int n = 0;
  for (int i : scope) n += x[static_cast<std::size_t>(i)];
  return n;
}

std::vector<double> run_one(const Model& m, const AlgorithmPointer& algorithm, int layers) {
  return run_double(unroll(m, algorithm, layers).compile(), Dataset().add("none", 1, 1, {0}))
      .at(detail::cat("x@", layers));
}

}  // namespace

TEST_CASE("checks of different sizes are one declaration, and its marginals those of enumeration") {
  const Scopes scopes = {{0, 1, 2}, {3}, {2, 3, 4, 5}, {5}};  // a tree
  const std::vector<double> odd = {0.9, 0.2, 0.3, 0.6};       // of factor i
  Model m("irregular");
  const auto x = m.discrete("x", {6}, 2);
  const Edges checks = tuples(x, scopes);
  CHECK(checks.count() == 4);
  const auto p = m.param("odd", per_edge(checks), odd, nonneg);
  m.factor("field", each(x), Field{m.param("h", vector(6), field_terms())});
  m.factor("check", checks, Parity{p});
  REQUIRE(m.factors().size() == 4);
  CHECK(m.factors()[1].name == "check.1");
  CHECK(m.factors()[1].edges.slots == Scopes{{3, 5}});
  CHECK(m.factors()[2].name == "check.3");
  CHECK(m.factors()[3].name == "check.4");

  const std::vector<double> want = enumerated(6, [&](const std::vector<int>& s) {
    double sum = of_fields(s);
    for (std::size_t i = 0; i < scopes.size(); ++i)
      sum += std::log(ones_in(scopes[i], s) % 2 == 1 ? odd[i] : 1 - odd[i]);
    return sum;
  });
  CHECK(difference(run_one(m, SumProduct{}, 6), want) < 1e-12);
  const ExactResult found = exact(m, Dataset{}, 0);
  for (std::size_t i = 0; i < 6; ++i) CHECK(found.marginals[i][1] == doctest::Approx(want[i]).epsilon(1e-12));

  // Every copy of an untied parameter, too, and the gradient, is that of the whole declaration.
  const Network untied = unroll(m, SumProduct{}, 6).untie(p).compile();
  CHECK(difference(run_double(untied, Dataset().add("none", 1, 1, {0})).at("x@6"), want) < 1e-12);
}

TEST_CASE("factors of one variable are fields") {
  const auto one_of = [](const FactorSpec& spec, double zero, double one) {
    Model m("one");
    const auto x = m.discrete("x", {2}, 2);
    m.factor("field", each(x), Field{m.param("h", vector(2), {0.4, -0.3})});
    m.factor("one", tuples(x, {{1}}), spec);
    const std::vector<double> want =
        enumerated(2, [&](const std::vector<int>& s) { return of_fields(s) + (s[1] == 1 ? one : zero); });
    for (const AlgorithmPointer& algorithm :
         {AlgorithmPointer(SumProduct{}), AlgorithmPointer(MaxProduct{}), AlgorithmPointer(TreeReweighted{}),
          AlgorithmPointer(MeanField{})})
      for (std::size_t i = 0; i < 2; ++i) {
        const Network network = unroll(m, algorithm, 2).compile().precision(Precision::f64);
        const Dataset result = network.run(Dataset().add("none", 1, 1, {0}), {"x"});
        CHECK(result["x"].values[i] == doctest::Approx(want[i]).epsilon(1e-7));
      }
    CHECK(exact(m, Dataset{}, 0).marginals[1][1] == doctest::Approx(want[1]).epsilon(1e-12));
  };
  one_of(Parity{}, 0, minus_infinity);
  one_of(Parity{0.3}, std::log(0.7), std::log(0.3));
  one_of(Parity{1.0}, minus_infinity, 0);
  one_of(AtMostOne{}, 0, 0);
  one_of(ExactlyOne{}, minus_infinity, 0);
}

TEST_CASE("counts of one variable, and irregular ones without arguments") {
  Model m("counts");
  const auto x = m.discrete("x", {4}, 2);
  m.factor("field", each(x), Field{m.param("h", vector(4), {0.4, -0.3, 0.8, 0.1})});
  m.factor("count", tuples(x, {{2}}), Cardinality{m.param("c", {2, 1}, {0.2, -0.5})});
  m.factor("most", tuples(x, {{0, 1}, {3}, {1, 2, 3}}), AtMostOne{});
  const std::vector<double> want = enumerated(4, [&](const std::vector<int>& s) {
    const bool allowed = s[0] + s[1] <= 1 && s[1] + s[2] + s[3] <= 1;
    return allowed ? of_fields(s) + (s[2] == 1 ? -0.5 : 0.2) : minus_infinity;
  });
  CHECK(difference(run_one(m, SumProduct{}, 4), want) < 1e-12);
}

TEST_CASE("what belongs to one size of scope is refused for several") {
  Model m("sizes");
  const auto x = m.discrete("x", {4}, 2);
  const Edges edges = tuples(x, {{0, 1}, {1, 2, 3}});
  expect_error_here<ModelError>([&] { (void)table(edges); }, {"'x'", "different sizes"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", edges, Cardinality{m.param("c", {3, 1}, 0.0)});
      },
      {"'f.3'", "'c'", "4 planes"});
  expect_error_here<ModelError>([&] { m.factor("f", edges, Parity{m.param("p", vector(3), 0.1, nonneg)}); },
                                {"'f'", "'p'", "2 rows"});
  expect_error_here<ModelError>([&] { m.factor("f", edges, Ising{0.5}); }, {"'f.3'", "Ising"});
  CHECK(m.factors().empty());
  m.factor("f", edges, Parity{});  // the name is still free
  CHECK(m.factors().size() == 2);
}

TEST_CASE("empty edge sets add nothing, so that a model of one variable needs no case of its own") {
  for (int n : {1, 2}) {
    Model m("chain");
    const auto x = m.discrete("x", {n}, 2), image = m.discrete("image", {n, 1}, 2);
    const auto J = m.param("J", per_edge(chain(x)), 0.7);
    const auto scaled = 2 * J + 1;  // [1, 0] for one variable
    CHECK(scaled.type().rows == n - 1);
    m.factor("field", each(x), Field{m.param("h", 0.3)});
    m.factor("chain", chain(x), Ising{J});
    m.factor("scaled", chain(x), Ising{scaled - 2 * J - 1.0});
    m.factor("pairs", all_pairs(x), Ising{m.param("K", per_edge(all_pairs(x)), 0.0)});
    m.factor("grid", grid4(image), Potts{m.param("P", per_edge(grid4(image)), 0.0)});
    m.factor("none", tuples(x, Scopes{}), Parity{});
    m.factor("cross", pairs(x, image, {}), Table{m.param("T", table_per_edge(pairs(x, image, {})), 0.0)});
    CHECK(m.factors().size() == (n == 1 ? 1 : 5));
    const std::vector<double> want = enumerated(n, [&](const std::vector<int>& s) {
      double sum = 0;
      for (int v : s) sum += 0.3 * (2 * v - 1);
      return n == 1 ? sum : sum + 0.7 * (2 * s[0] - 1) * (2 * s[1] - 1);
    });
    for (const bool untied : {false, true}) {
      Schedule s = unroll(m, SumProduct{}, 3);
      if (untied) s.untie(all);
      const Network network = s.compile();
      CHECK(difference(run_double(network, Dataset().add("none", 1, 1, {0})).at("x@3"), want) < 1e-12);
      for (const Parameter& p : network.parameters()) CHECK(!p.values.empty());
    }
    CHECK(exact(m, Dataset{}, 0).marginals[0][1] == doctest::Approx(want[0]).epsilon(1e-12));
    expect_error_here<ModelError>([&] { m.factor("none", each(x), Field{0.1}); }, {"'none'", "twice"});
    if (n > 1) continue;
    expect_error_here<ModelError>([&] { (void)mean(J); }, {"'J'", "no entries"});
    expect_error_here<ModelError>([&] { (void)dot(J, J); }, {"'J'", "no entries"});
    expect_error_here<ModelError>([&] { m.readout("r", J + 1.0); }, {"no entries"});
  }
}

TEST_CASE("grids of one row or column are chains") {
  const std::vector<double> couplings = {0.5, -0.4, 0.9};
  std::vector<std::vector<double>> found;
  for (const std::vector<int>& dims : {std::vector<int>{4}, {1, 4}, {4, 1}}) {
    Model m("thin");
    const auto x = m.discrete("x", dims, 2);
    const Edges edges = dims.size() == 1 ? chain(x) : grid4(x);
    m.factor("field", each(x), Field{m.param("h", vector(4), {0.4, -0.3, 0.8, 0.1})});
    m.factor("pairs", edges, Ising{m.param("J", per_edge(edges), couplings)});
    found.push_back(run_one(m, SumProduct{}, 3));
  }
  CHECK(found[0] == found[1]);
  CHECK(found[0] == found[2]);
}

}  // namespace unfurl::test

TEST_SUITE_END();
