// Estimates of log Z and marginals of factors: bounds, exactness on trees, consistency, and what is refused.
#include <doctest/doctest.h>

#include <cmath>

#include "property/random_graph.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/inference.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr InferenceOptions to_the_end{.iterations = 20000, .tolerance = 1e-12, .factor_marginals = true};

/// Beliefs in impossible states may be as much as the smallest number.
double times_log(double p, double log_value) { return p > 1e-300 ? p * log_value : 0; }

/// sum_a E_{b_a}[theta_a] + sum_a c_a H(b_a) + sum_i (1 - sum_a c_a) H(b_i), from the marginals that inference gave. Factors
/// of one variable count once.
double entropy_sum(const naive::FactorGraph& g, const InferenceResult& r, const naive::Row& count) {
  double sum = 0;
  std::vector<double> left(at(g.variables()), 1);
  for (std::size_t f = 0; f < g.factors.size(); ++f) {
    const auto& factor = g.factors[f];
    const double c = factor.scope.size() > 1 && !count.empty() ? count[f] : 1;
    for (std::size_t i = 0; i < factor.log_potential.size(); ++i) {
      const double p = r.factor_marginals[f][i];
      sum += times_log(p, factor.log_potential[i]) - c * times_log(p, std::log(p));
    }
    for (int v : factor.scope) left[at(v)] -= c;
  }
  for (std::size_t v = 0; v < left.size(); ++v)
    for (double p : r.marginals[v]) sum -= left[v] * times_log(p, std::log(p));
  return sum;
}

/// The largest difference of a marginal of a factor, summed over all but one of its variables, and that variable's.
double inconsistency(const naive::FactorGraph& g, const InferenceResult& r) {
  double most = 0;
  for (std::size_t f = 0; f < g.factors.size(); ++f) {
    const auto& scope = g.factors[f].scope;
    REQUIRE(r.factor_marginals[f].size() == g.factors[f].log_potential.size());
    int inner = static_cast<int>(g.factors[f].log_potential.size());
    for (int v : scope) {
      const int states = g.states[at(v)];
      inner /= states;
      naive::Row sum(at(states), 0.0);
      for (std::size_t i = 0; i < r.factor_marginals[f].size(); ++i)
        sum[i / at(inner) % at(states)] += r.factor_marginals[f][i];
      most = std::max(most, difference(sum, r.marginals[at(v)]));
    }
  }
  return most;
}

RandomGraphOptions options_of(int n, bool tree) {
  return {.variables = 3 + n % 5,
          .tree = tree,
          .largest_arity = 2 + n % 2,
          .impossible = n % 3 == 0 ? 0.2 : 0,
          .strength = 0.3 + 0.2 * (n % 7)};
}

}  // namespace

TEST_CASE("log_partition and factor marginals are exact on trees, hard zeros or not") {
  Random random(101);
  for (int n = 0; n < 100; ++n) {
    CAPTURE(n);
    const RandomGraph r = random_graph(random, options_of(n, true));
    const naive::Exact truth = naive::enumerate(r.graph);
    const AlgorithmPointer algorithms[] = {SumProduct{}, SumProduct{.damping = 0.3},
                                           SumProduct{.damping = 0.2, .evidence_messages = true},
                                           TreeReweighted{}, FractionalBeliefPropagation{}};
    for (const AlgorithmPointer& algorithm : algorithms) {
      CAPTURE(algorithm->name());
      const InferenceResult found = infer(r.model, algorithm, {}, 0, to_the_end);
      CHECK(found.log_partition == doctest::Approx(truth.log_partition).epsilon(1e-9));
      CHECK(difference(found.factor_marginals, truth.joints) < 1e-9);
      CHECK(difference(found.marginals, truth.marginals) < 1e-9);
    }
  }
}

TEST_CASE("tree-reweighted messages bound log Z from above, mean field from below, on random graphs") {
  Random random(102);
  int converged = 0;
  for (int n = 0; n < 100; ++n) {
    CAPTURE(n);
    const RandomGraph r = random_graph(random, options_of(n, false));
    const double truth = naive::enumerate(r.graph).log_partition;
    const double least = 1e-8 * std::max(1.0, std::abs(truth));
    const InferenceResult above =
        infer(r.model, TreeReweighted{.damping = 0.5, .spanning_trees = 20}, {}, 0, to_the_end);
    if (above.converged) {
      ++converged;
      CHECK(above.log_partition >= truth - least);
      CHECK(inconsistency(r.graph, above) < 1e-7);
    }
    for (const MeanField& algorithm :
         {MeanField{}, MeanField{.damping = 0.5}, MeanField{.order = UpdateOrder::sequential}})
      for (int iterations : {1, 3, 200}) {
        const InferenceResult below = infer(
            r.model, algorithm, {}, 0, {.iterations = iterations, .tolerance = 0, .factor_marginals = true});
        CHECK_FALSE(std::isnan(below.log_partition));
        CHECK(below.log_partition <= truth + least);
        CHECK(inconsistency(r.graph, below) < 1e-12);
        if (n % 3 != 0)  // E_q[theta] + H(q); entropies of products are sums
          CHECK(below.log_partition == doctest::Approx(entropy_sum(r.graph, below, {})).epsilon(1e-9));
      }
  }
  CHECK(converged >= 90);
}

TEST_CASE("at fixed points marginals agree, and log_partition is the sum of energies and counted entropies") {
  Random random(103);
  int converged = 0;
  for (int n = 0; n < 100; ++n) {
    CAPTURE(n);
    const RandomGraph r = random_graph(random, options_of(n, false));
    naive::Row weights, joint;
    for (const auto& f : r.graph.factors) {
      weights.push_back(0.4 + 0.5 * random.uniform());
      if (f.scope.size() > 1) joint.push_back(weights.back());
    }
    naive::Row powers = joint;
    for (double& p : powers) p = 1 / p;
    const std::pair<AlgorithmPointer, naive::Row> algorithms[] = {
        {SumProduct{.damping = 0.5}, {}},
        {SumProduct{.damping = 0.2, .order = UpdateOrder::coloured, .evidence_messages = true}, {}},
        {TreeReweighted{.damping = 0.5, .edge_weights = joint}, weights},
        {FractionalBeliefPropagation{.damping = 0.5, .powers = powers}, weights}};
    for (const auto& [algorithm, count] : algorithms) {
      CAPTURE(algorithm->name());
      InferenceOptions options = to_the_end;
      options.iterations = 3000;  // messages that grow without end look like certainties after more
      const InferenceResult found = infer(r.model, algorithm, {}, 0, options);
      CHECK_FALSE(std::isnan(found.log_partition));
      if (!found.converged) continue;
      ++converged;
      CHECK(inconsistency(r.graph, found) < 1e-7);
      CHECK(found.log_partition == doctest::Approx(entropy_sum(r.graph, found, count)).epsilon(1e-7));
    }
  }
  CHECK(converged >= 350);
}

TEST_CASE("networks compute log_partition and tables of factors where they are asked for, and only there") {
  for (const DiscreteCase& c : discrete_cases()) {
    CAPTURE(c.name);
    Network network = unroll(c.model, SumProduct{}, 3).compile();
    network.precision(Precision::f64);
    const Dataset usual = network.run(c.data);
    CHECK(usual.arrays().size() == network.unrolled().signature.readouts.size());
    CHECK_FALSE(usual.has("log_partition"));
    const Dataset more = network.run(c.data, {"log_partition"});
    CHECK(more.arrays().size() == 1);
    for (int sample = 0; sample < c.data.samples(); ++sample) {
      const InferenceResult alone = infer(c.model, SumProduct{}, c.data, sample,
                                          {.iterations = 3, .tolerance = 0, .factor_marginals = true});
      CHECK(sample_of(more, "log_partition", sample)[0] ==
            doctest::Approx(alone.log_partition).epsilon(1e-6));
      std::size_t number = 0;
      for (const auto& f : c.model.factors()) {
        const auto tables =
            sample_of(network.run(c.data, {f.name + ".marginal"}), f.name + ".marginal", sample);
        const auto potentials =
            sample_of(network.run(c.data, {f.name + ".log_potential"}), f.name + ".log_potential", sample);
        CHECK(tables.size() == at(f.edges.table_size() * f.edges.count()));
        for (int i = 0; i < f.edges.count(); ++i, ++number) {
          CHECK(c.graph(sample).factors[number].log_potential.size() == at(f.edges.table_size()));
          for (int s = 0; s < f.edges.table_size(); ++s) {
            const std::size_t entry = at(s * f.edges.count() + i);
            CHECK(tables[entry] == doctest::Approx(alone.factor_marginals[number][at(s)]).epsilon(1e-6));
            CHECK(potentials[entry] ==
                  doctest::Approx(c.graph(sample).factors[number].log_potential[at(s)]).epsilon(1e-6));
          }
        }
      }
    }
  }
}

TEST_CASE("untied networks estimate log Z with the model of their last layer, and have no more parameters") {
  const DiscreteCase c = discrete_cases()[0];
  Network network = unroll(c.model, SumProduct{}, 2).untie(all).compile();
  network.precision(Precision::f64);
  const double before = network.run(c.data, {"log_partition"})["log_partition"].values[0];
  std::vector<std::string> moved;
  for (const Parameter& p : network.parameters()) {
    Network other = network;
    for (double& x : other.parameter(p.name).values) x += 0.1;
    const double after = other.run(c.data, {"log_partition"})["log_partition"].values[0];
    const bool reads = std::find(p.places.begin(), p.places.end(), 2) == p.places.end();
    CHECK_MESSAGE((std::abs(after - before) > 1e-9) == reads, p.name);
    CHECK(std::is_sorted(p.places.begin(), p.places.end()));
  }
}

TEST_CASE("max-product has marginals of factors, but no log_partition") {
  const DiscreteCase c = discrete_cases()[0];
  Network network = unroll(c.model, MaxProduct{}, 2).compile();
  CHECK_THROWS_WITH_AS(network.run(c.data, {"log_partition"}),
                       doctest::Contains("the network has no result 'log_partition'"), DataError);
  CHECK(network.run(c.data, {c.model.factors()[0].name + ".marginal"}).arrays().size() == 1);
  CHECK(std::isnan(infer(c.model, MaxProduct{}, c.data, 0).log_partition));
  Model m("taken");
  CHECK_THROWS_WITH_AS(m.discrete("log_partition", {1}, 2), doctest::Contains("is taken"), ModelError);
}

TEST_CASE("log_partition of mean field over dense couplings is that of the written-out pairs") {
  const int n = 5;
  Random random(104);
  auto w = exact_floats(random, n * n, -1, 1);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j <= i; ++j) w[at(i * n + j)] = i == j ? 0 : w[at(j * n + i)];
  Model dense("dense"), written("written");
  const auto x = dense.discrete("x", {n}, 2), z = written.discrete("x", {n}, 2);
  dense.factor("pairs", all_pairs(x), Dense{dense.param("W", matrix(n, n), w)});
  dense.factor("bias", each(x), Field{dense.param("h", 0.2)});
  std::vector<std::pair<int, int>> list;
  std::vector<double> tables(at(4 * n * (n - 1) / 2), 0);
  for (int i = 0; i < n; ++i)
    for (int j = i + 1; j < n; ++j) {
      tables[at(3 * n * (n - 1) / 2) + list.size()] = w[at(i * n + j)];
      list.emplace_back(i, j);
    }
  const Edges edges = pairs(z, list);
  written.factor("pairs", edges, Table{written.param("T", table_per_edge(edges), tables)});
  written.factor("bias", each(z), Field{written.param("h", 0.2)});
  const InferenceOptions few{.iterations = 3, .tolerance = 0};
  CHECK(infer(dense, MeanField{}, {}, 0, few).log_partition ==
        doctest::Approx(infer(written, MeanField{}, {}, 0, few).log_partition).epsilon(1e-12));
  CHECK(infer(dense, MeanField{}, {}, 0).log_partition <= exact(dense, {}, 0).log_partition);
  // Tables of all pairs of a group are left out.
  const Network network = unroll(dense, MeanField{}, 1).compile();
  CHECK_THROWS_AS((void)network.run(Dataset().add("none", 1, 1, {0}), {"pairs.marginal"}), DataError);
}

TEST_CASE("absent factors and factors over many variables count in log_partition as they should") {
  Random random(105);
  for (int states : {2, 3}) {
    Model m("chain");
    const auto x = m.discrete("x", {4}, states);
    const auto there = m.observed("there", {3}, nonneg);
    const int n = states * states;
    m.factor("next", chain(x), Table{m.param("T", table(chain(x)), exact_floats(random, n, -2, 2)), there});
    m.factor("own", each(x), Table{m.param("h", {states, 4}, exact_floats(random, 4 * states, -2, 2))});
    const Dataset data = std::move(Dataset().add("there", 1, 3, {1, 0, 1}));
    const AlgorithmPointer algorithms[] = {SumProduct{}, TreeReweighted{.damping = 0.5}};
    for (const AlgorithmPointer& algorithm : algorithms)
      CHECK(infer(m, algorithm, data, 0).log_partition ==
            doctest::Approx(exact(m, data, 0).log_partition).epsilon(1e-9));
  }
  Model m("twelve");
  const auto x = m.discrete("x", {13}, 2);  // the last variable is in no factor at all
  std::vector<int> members;
  for (int i = 0; i < 12; ++i) members.push_back(i);
  const Edges edges = tuples(std::vector<Discrete>(12, x), {members});
  m.factor("all", edges, Table{m.param("T", table(edges), exact_floats(random, edges.table_size(), -2, 2))});
  const ExactResult truth = exact(m, {}, 0, {.scopes = {members}});
  const InferenceResult found = infer(m, SumProduct{}, {}, 0, to_the_end);
  CHECK(found.log_partition == doctest::Approx(truth.log_partition).epsilon(1e-12));
  CHECK(difference(found.factor_marginals[0], truth.joints[0]) < 1e-12);
  const InferenceResult below = infer(m, MeanField{}, {}, 0, to_the_end);
  CHECK(below.log_partition < truth.log_partition);
  CHECK(inconsistency(
            [&] {
              naive::FactorGraph g;
              g.add_variables(13, 2);
              g.add(members, naive::Row(at(edges.table_size()), 0.0));
              return g;
            }(),
            below) < 1e-12);
}

TEST_CASE("log_partition needs no table of a factor of many variables") {
  // Of n variables with odds e^(2 h) the even joint states have the share (1 + prod tanh(-h)) / 2 of (2 cosh h)^n.
  const int n = 40;
  const double h = 0.8;
  Model m("parity");
  const auto x = m.discrete("x", {n}, 2);
  std::vector<int> scope;
  for (int i = 0; i < n; ++i) scope.push_back(i);
  m.factor("even", tuples(x, {scope}), Parity{});
  m.factor("own", each(x), Field{m.param("h", h)});
  const double truth = n * std::log(2 * std::cosh(h)) + std::log((1 + std::pow(std::tanh(-h), n)) / 2);
  CHECK(infer(m, SumProduct{}).log_partition == doctest::Approx(truth).epsilon(1e-12));
  const Network network = unroll(m, SumProduct{}, 2).compile();
  CHECK(network.unrolled().signature.on_request ==
        std::vector<std::string>{"log_partition", "own.log_potential", "own.marginal"});
  const Dataset labels = Dataset().add("label", 1, n, std::vector<float>(at(n), 0));
  CHECK_THROWS_WITH_AS(evaluate_loss(network, loss::negative_log_likelihood("x", "label"), labels),
                       doctest::Contains("'even' of type Parity has none, or too large a one"),
                       ScheduleError);

  // A count of many variables has a bound of mean field, too.
  Model counted("counted");
  const auto z = counted.discrete("z", {n}, 2);
  std::vector<double> values;
  for (int c = 0; c <= n; ++c) values.push_back(-0.01 * (c - 10) * (c - 10));
  counted.factor("count", tuples(z, {scope}), Cardinality{counted.param("T", {n + 1, 1}, values)});
  double sum = 0, binomial = 1;
  for (int c = 0; c <= n; ++c) {
    sum += binomial * std::exp(values[at(c)]);
    binomial *= static_cast<double>(n - c) / (c + 1);
  }
  CHECK(infer(counted, SumProduct{}).log_partition == doctest::Approx(std::log(sum)).epsilon(1e-12));
  const double below = infer(counted, MeanField{.order = UpdateOrder::sequential}).log_partition;
  CHECK(below <= std::log(sum));
  CHECK(below > std::log(sum) - 1);
}

TEST_CASE("log_partition stands numbers from 1e-300 to 1e300, and says where nothing is possible") {
  Model m("extreme");
  const auto x = m.discrete("x", {2}, 2);
  const auto z = m.discrete("z", {1}, 3);
  const Edges edges = tuples({x, z}, {{1, 0}});
  m.factor("own", each(x), Table{log(m.param("H", {2, 2}, {1e-300, 1e300, 1e300, 1}, nonneg))});
  m.factor("next", chain(x), Table{log(m.param("J", {4, 1}, {1e300, 1e-300, 0, 1e-300}, nonneg))});
  m.factor("other", edges, Table{log(m.param("T", {6, 1}, {1e-300, 0, 1e300, 1e300, 1e-300, 1}, nonneg))});
  const ExactResult truth = exact(m, {}, 0);
  const AlgorithmPointer algorithms[] = {SumProduct{.damping = 0.2}, TreeReweighted{.damping = 0.3}};
  for (const AlgorithmPointer& algorithm : algorithms) {
    const InferenceResult found = infer(m, algorithm, {}, 0, to_the_end);
    CHECK(found.log_partition == doctest::Approx(truth.log_partition).epsilon(1e-9));
    CHECK(difference(found.marginals, truth.marginals) < 1e-9);
  }
  const double below = infer(m, MeanField{.order = UpdateOrder::sequential}, {}, 0).log_partition;
  CHECK(below <= truth.log_partition + 1e-6);

  Model none("none");  // evidence of probability zero: both agree, but may not
  const auto y = none.discrete("y", {2}, 2);
  none.factor("h", each(y), Table{log(none.param("H", {2, 1}, {1, 0}, nonneg))});
  none.factor("next", chain(y), Table{log(none.param("J", {4, 1}, {0, 1, 1, 0}, nonneg))});
  CHECK_THROWS_WITH_AS(infer(none, SumProduct{}), doctest::Contains("without a possible state"),
                       NumericalError);
  const Dataset any = std::move(Dataset().add("any", 1, 1, {0}));
  CHECK_THROWS_AS((void)unroll(none, SumProduct{}, 3).compile().run(any, {"log_partition"}), NumericalError);
  CHECK_THROWS_AS((void)infer(none, MeanField{}), NoPossibleState);
}

}  // namespace unfurl::test

TEST_SUITE_END();
