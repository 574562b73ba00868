// Exact inference against sums over all joint states, and sum-product where theory says that it is exact.
#include <doctest/doctest.h>

#include "property/laws.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/extend/builder.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

/// Factors drawn at random over groups of two, three and four states, every one with a table of its own.
struct RandomModel {
  Model model{"random"};
  Dataset data;
  naive::FactorGraph graph;
};

/// Table entries exp(theta); a share of them is impossible (0, log-potential -inf).
RandomModel random_model(Random& random, const std::vector<std::vector<int>>& scopes, double impossible) {
  RandomModel r;
  std::vector<Discrete> groups;  // variable i of the graph is variable i / 3 of group i % 3
  int count = 0;
  for (const auto& scope : scopes)
    for (int v : scope) count = std::max(count, v + 1);
  const int size = (count + 2) / 3;
  for (int g = 0; g < 3; ++g)
    groups.push_back(r.model.discrete(std::string(1, static_cast<char>('a' + g)), {size}, 2 + g));
  for (int g = 0; g < 3; ++g) r.graph.add_variables(size, 2 + g);
  for (std::size_t f = 0; f < scopes.size(); ++f) {
    std::vector<Discrete> joined;
    std::vector<int> members, numbers;
    for (int v : scopes[f]) {
      joined.push_back(groups[at(v % 3)]);
      members.push_back(v / 3);
      numbers.push_back(v % 3 * size + v / 3);
    }
    const Edges edges = tuples(joined, {members});
    std::vector<double> weights, logs;
    for (int i = 0; i < edges.table_size(); ++i) {
      weights.push_back(random.uniform() < impossible ? 0 : std::exp(2 * random.uniform() - 1));
      logs.push_back(std::log(weights.back()));
    }
    const std::string name = "f" + std::to_string(f);
    r.model.factor(name, edges, Table{log(r.model.param("T" + name, table(edges), weights, nonneg))});
    r.graph.add(numbers, logs);
  }
  r.data.add("unused", 1, 1, {0});
  return r;
}

/// Scopes of one to four different variables out of `count`.
std::vector<std::vector<int>> random_scopes(Random& random, int count, int factors) {
  std::vector<std::vector<int>> scopes;
  for (int f = 0; f < factors; ++f) {
    auto scope = random.permutation(count);
    scope.resize(at(1 + random.below(std::min(4, count))));
    scopes.push_back(scope);
  }
  return scopes;
}

/// Every further factor joins one variable that is there with one or two new ones.
std::vector<std::vector<int>> random_tree(Random& random, int factors) {
  std::vector<std::vector<int>> scopes{{0}};
  int count = 1;
  for (int f = 0; f < factors; ++f) {
    std::vector<int> scope{random.below(count)};
    for (int more = 1 + random.below(2); more > 0; --more) scope.push_back(count++);
    scopes.push_back(scope);
  }
  return scopes;
}

void check_exact(const ExactResult& found, const naive::Exact& expected) {
  CHECK(difference(found.marginals, expected.marginals) < 1e-12);
  CHECK(std::abs(found.log_partition - expected.log_partition) < 1e-10);
}

}  // namespace

TEST_CASE("exact inference equals the sum over all joint states, in every family and sample") {
  for (const DiscreteCase& c : discrete_cases())
    for (int sample = 0; sample < c.data.samples(); ++sample) {
      INFO(c.name << ", sample " << sample);
      check_exact(exact(c.model, c.data, sample), naive::enumerate(c.graph(sample)));
    }
}

TEST_CASE(
    "exact inference equals the sum over all joint states on random graphs with loops and impossible "
    "states") {
  Random random(21);
  int possible = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const double impossible = trial % 3 == 0 ? 0 : 0.15 * (trial % 3);
    const auto r =
        random_model(random, random_scopes(random, 2 + random.below(6), 1 + random.below(8)), impossible);
    const naive::Exact expected = naive::enumerate(r.graph);
    INFO("trial " << trial);
    if (std::isfinite(expected.log_partition)) {
      check_exact(exact(r.model, r.data, 0), expected);
      ++possible;
    } else {
      CHECK_THROWS_AS(exact(r.model, r.data, 0), NumericalError);
    }
  }
  CHECK(possible > 40);
}

TEST_CASE("sum-product is exact on trees, with impossible states, too") {
  Random random(22);
  int compared = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const int factors = 1 + random.below(5);
    const auto r = random_model(random, random_tree(random, factors), trial % 2 == 0 ? 0 : 0.2);
    const naive::Exact expected = naive::enumerate(r.graph);
    if (!std::isfinite(expected.log_partition)) continue;
    const Network network = unroll(r.model, SumProduct{}, factors + 1).compile();
    ir::Graph graph =
        network.unrolled().graph;  // marginals only: the logits of impossible states are infinite
    std::erase_if(graph.outputs, [](const auto& output) {
      return output.first.find('.') != std::string::npos || output.first.starts_with("log_partition");
    });
    const Numbers results = evaluate<double>(graph, leaves_of(network, r.data), 1);
    INFO("trial " << trial);
    CHECK(difference(marginals(network, results, factors + 1, 0, 1), expected.marginals) < 1e-12);
    CHECK(difference(exact(network, r.data, 0).marginals, expected.marginals) < 1e-12);
    ++compared;
  }
  CHECK(compared > 30);
}

TEST_CASE("sum-product is exact on chains of every pairwise factor") {
  const int n = 6;
  for (int states : {2, 3, 5})
    for (int type = 0; type < 3; ++type) {
      if (type == 0 && states != 2) continue;
      Random random(23);
      Model m("chain");
      const auto y = m.features("y", {n}, states);
      const auto x = m.discrete("x", {n}, states);
      const Edges edges = chain(x);
      const int columns = type == 2 ? states * states : 1;
      const auto values = exact_floats(random, columns * edges.count(), -2, 2);
      const auto parameter = m.param("J", {columns, edges.count()}, values);
      m.factor("data", each(x), Field{y});
      m.factor("chain", edges,
               type == 0   ? FactorSpec(Ising{parameter})
               : type == 1 ? FactorSpec(Potts{parameter})
                           : FactorSpec(Table{parameter}));
      Dataset data;
      data.add("y", states, n, as_floats(exact_floats(random, states * n, -1, 1)));
      naive::FactorGraph g;
      g.add_variables(n, states);
      const auto evidence = sample_of(data, "y", 0);
      for (int i = 0; i < n; ++i) {
        naive::Row row;
        for (int s = 0; s < states; ++s) row.push_back(evidence[at(s * n + i)]);
        g.add({i}, row);
      }
      for (int e = 0; e < edges.count(); ++e) {
        naive::Row own;
        for (int p = 0; p < columns; ++p) own.push_back(values[at(p * edges.count() + e)]);
        g.add({e, e + 1}, type == 0   ? naive::ising_table(own[0])
                          : type == 1 ? naive::potts_table(states, own[0])
                                      : own);
      }
      const naive::Exact expected = naive::enumerate(g);
      const Network network = unroll(m, SumProduct{}, n - 1).compile();
      INFO(states << " states, type " << type);
      CHECK(difference(marginals(network, run_double(network, data), n - 1, 0, 1), expected.marginals) <
            1e-12);
      const ExactResult found = exact(m, data, 0);
      check_exact(found, expected);
      CHECK(found.treewidth == 1);
    }
}

TEST_CASE("one factor alone gives its brute-force marginals after one iteration") {
  Random random(24);
  for (const auto& scope : std::vector<std::vector<int>>{{2}, {0}, {0, 1}, {3, 0}, {2, 1, 0}, {0, 3, 1, 2}}) {
    const auto r = random_model(random, {scope}, 0);
    const Network network = unroll(r.model, SumProduct{}, 1).compile();
    INFO("arity " << scope.size());
    CHECK(difference(marginals(network, run_double(network, r.data), 1, 0, 1),
                     naive::enumerate(r.graph).marginals) < 1e-12);
  }
}

TEST_CASE(
    "exact inference serves dense couplings, larger grids, other values of parameters, and models without "
    "data") {
  Random random(25);
  Model boltzmann("boltzmann");
  const int n = 7;
  const auto x = boltzmann.discrete("x", {n}, 2);
  auto weights = exact_floats(random, n * n, -1, 1);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= i; ++j) weights[at(i * n + j)] = i == j ? 0 : weights[at(j * n + i)];
  boltzmann.factor("pairs", all_pairs(x), Dense{boltzmann.param("W", matrix(n, n), weights)});
  boltzmann.factor("bias", each(x), Field{boltzmann.param("h", 0.3)});
  const auto written_out = [&](double field) {
    naive::FactorGraph g;
    g.add_variables(n, 2);
    for (int i = 0; i < n; ++i) g.add({i}, naive::field_table(field));
    for (int i = 0; i < n; ++i)
      for (int j = i + 1; j < n; ++j) g.add({i, j}, {0, 0, 0, weights[at(i * n + j)]});
    return g;
  };
  const ExactResult dense = exact(boltzmann, Dataset{}, 0);
  check_exact(dense, naive::enumerate(written_out(0.3)));
  CHECK(dense.treewidth == n - 1);
  check_exact(exact(boltzmann, {{"h", {-0.8}}}, Dataset{}, 0), naive::enumerate(written_out(-0.8)));

  // Strong coupling without evidence on a narrow grid: by symmetry every marginal is one half.
  Model grid("grid");
  const auto pixels = grid.discrete("x", {40, 9}, 2);
  grid.factor("smooth", grid4(pixels), Ising{grid.param("J", 1.5)});
  const ExactResult result = exact(grid, Dataset{}, 0);
  CHECK(result.treewidth == 9);
  for (const auto& p : result.marginals) CHECK(p[1] == doctest::Approx(0.5).epsilon(1e-12));
}

}  // namespace unfurl::test

TEST_SUITE_END();
