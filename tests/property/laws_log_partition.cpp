// log_partition of networks and of large factors, where it is asked for and what it stands.
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

}  // namespace

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
      const InferenceResult alone =
          infer(c.model, SumProduct{}, c.data, sample,
                {.iterations = 3, .tolerance = std::nullopt, .factor_marginals = true});
      CHECK(sample_of(more, "log_partition", sample)[0] ==
            doctest::Approx(alone.log_partition.value()).epsilon(1e-6));
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
  CHECK_FALSE(infer(c.model, MaxProduct{}, c.data, 0).log_partition);
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
  const InferenceOptions few{.iterations = 3, .tolerance = std::nullopt};
  CHECK(infer(dense, MeanField{}, {}, 0, few).log_partition.value() ==
        doctest::Approx(infer(written, MeanField{}, {}, 0, few).log_partition.value()).epsilon(1e-12));
  CHECK(infer(dense, MeanField{}, {}, 0).log_partition.value() <= exact(dense, {}, 0).log_partition);
  // Tables of all pairs of a group are left out.
  const Network network = unroll(dense, MeanField{}, 1).compile();
  CHECK_THROWS_AS((void)network.run(Dataset().add("none", 1, 1, {0}), {"pairs.marginal"}), DataError);
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
  CHECK(infer(m, SumProduct{}).log_partition.value() == doctest::Approx(truth).epsilon(1e-12));
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
  CHECK(infer(counted, SumProduct{}).log_partition.value() == doctest::Approx(std::log(sum)).epsilon(1e-12));
  const double below = infer(counted, MeanField{.order = UpdateOrder::sequential}).log_partition.value();
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
    CHECK(found.log_partition.value() == doctest::Approx(truth.log_partition).epsilon(1e-9));
    CHECK(difference(found.marginals, truth.marginals) < 1e-9);
  }
  const double below = infer(m, MeanField{.order = UpdateOrder::sequential}, {}, 0).log_partition.value();
  CHECK(below <= truth.log_partition + 1e-6);

  Model none("none");  // evidence of probability zero: both agree, but may not
  const auto y = none.discrete("y", {2}, 2);
  none.factor("h", each(y), Table{log(none.param("H", {2, 1}, {1, 0}, nonneg))});
  none.factor("next", chain(y), Table{log(none.param("J", {4, 1}, {0, 1, 1, 0}, nonneg))});
  CHECK_THROWS_WITH_AS(infer(none, SumProduct{}), doctest::Contains("without a possible state"),
                       NumericalError);
  const Dataset any = Dataset().add("any", 1, 1, {0});
  CHECK_THROWS_AS((void)unroll(none, SumProduct{}, 3).compile().run(any, {"log_partition"}), NumericalError);
  CHECK_THROWS_AS((void)infer(none, MeanField{}), NoPossibleState);
}

}  // namespace unfurl::test

TEST_SUITE_END();
