// Models with factors of many variables: codes, trees that mix all factors, a thousand variables in one factor.
#include <doctest/doctest.h>

#include <limits>

#include "property/laws.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/factor_graph.hpp"
#include "unfurl/inference.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr double impossible = -std::numeric_limits<double>::infinity();

/// Marginals of one run of a network, without the logits, which may be infinite.
naive::Rows marginals_after(const Model& m, const AlgorithmPointer& algorithm, int layers) {
  Dataset data;
  data.add("unused", 1, 1, {0});
  const Network network = unroll(m, algorithm, layers).compile();
  ir::Graph graph = network.unrolled().graph;
  std::erase_if(graph.outputs, [](const auto& output) {
    return output.first.find('.') != std::string::npos || output.first.starts_with("log_partition");
  });
  return marginals(network, evaluate<double>(graph, leaves_of(network, data), 1), layers, 0, 1);
}

/// A tree of factors of all kinds: every factor joins one variable that is there with new ones.
struct Tree {
  Model model{"tree"};
  naive::FactorGraph graph;
  int factors = 0;
};

Tree random_tree(Random& random, int factors) {
  struct Plan {
    int kind = 0;
    std::vector<int> scope;
  };
  std::vector<Plan> plans;
  int count = 1;
  for (int f = 0; f < factors; ++f) {
    Plan p{random.below(7), {random.below(count)}};
    for (int more = p.kind == 6 ? 1 : 1 + random.below(4); more > 0 && count < 14; --more)
      p.scope.push_back(count++);
    if (p.scope.size() > 1) plans.push_back(p);
  }
  Tree t;
  t.factors = static_cast<int>(plans.size());
  const auto x = t.model.discrete("x", {count}, 2);
  t.graph.add_variables(count, 2);
  const auto fields = exact_floats(random, count, -1.5, 1.5);
  t.model.factor("fields", each(x), Field{t.model.param("h", vector(count), fields)});
  for (int v = 0; v < count; ++v) t.graph.add({v}, naive::field_table(fields[at(v)]));
  for (std::size_t f = 0; f < plans.size(); ++f) {
    const auto& [kind, scope] = plans[f];
    const int n = static_cast<int>(scope.size());
    const Edges e = tuples(x, {scope});
    const std::string name = "f" + std::to_string(f), argument = "t" + std::to_string(f);
    const auto add = [&](const FactorSpec& spec, const naive::Row& table) {
      t.model.factor(name, e, spec);
      t.graph.add(scope, table);
    };
    if (kind == 0) add(Parity{}, count_table(n, [](int ones) { return ones % 2 == 0 ? 0 : impossible; }));
    if (kind == 1)
      add(Parity{t.model.param(argument, 0.25)},
          count_table(n, [](int ones) { return std::log(ones % 2 == 1 ? 0.25 : 0.75); }));
    if (kind == 2) add(ExactlyOne{}, count_table(n, [](int ones) { return ones == 1 ? 0 : impossible; }));
    if (kind == 3) add(AtMostOne{}, count_table(n, [](int ones) { return ones <= 1 ? 0 : impossible; }));
    if (kind == 4) {  // one count is forbidden
      std::vector<double> weights;
      for (int c = 0; c <= n; ++c) weights.push_back(c == 1 ? 0 : std::exp(2 * random.uniform() - 1));
      add(Cardinality{log(t.model.param(argument, {n + 1, 1}, weights, nonneg))},
          count_table(n, [&](int ones) { return std::log(weights[at(ones)]); }));
    }
    if (kind == 5) {
      const auto table = exact_floats(random, 1 << n, -1, 1);
      add(Table{t.model.param(argument, {1 << n, 1}, table)}, table);
    }
    if (kind == 6) add(Ising{0.75}, naive::ising_table(0.75));
  }
  return t;
}

}  // namespace

TEST_CASE("sum-product and max-product are exact on trees of all factors together") {
  Random random(34);
  int compared = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const Tree t = random_tree(random, 1 + random.below(6));
    const naive::Exact expected = naive::enumerate(t.graph);
    if (!std::isfinite(expected.log_partition)) continue;
    INFO("trial " << trial);
    REQUIRE(FactorGraph(t.model).is_tree());
    const int depth = FactorGraph(t.model).longest_path().value() + 1;
    CHECK(difference(marginals_after(t.model, SumProduct{}, depth), expected.marginals) < 1e-12);
    const ExactResult exactly = exact(t.model, Dataset{}, 0);
    CHECK(difference(exactly.marginals, expected.marginals) < 1e-12);
    CHECK(std::abs(exactly.log_partition - expected.log_partition) < 1e-10);
    const auto inferred = infer(t.model, SumProduct{}, {}, 0,
                                {.iterations = depth, .tolerance = std::nullopt, .factor_marginals = true});
    CHECK(std::abs(inferred.log_partition.value() - expected.log_partition) < 1e-10);
    ExactOptions joint;
    for (int f = 0; f < FactorGraph(t.model).factors(); ++f)
      joint.scopes.push_back(FactorGraph(t.model).variables_of(f));
    CHECK(difference(inferred.factor_marginals, exact(t.model, Dataset{}, 0, joint).joints) < 1e-12);
    const auto best = infer(t.model, MaxProduct{}, {}, 0, {.iterations = depth, .tolerance = std::nullopt});
    CHECK(best.states == most_probable(t.model, Dataset{}, 0).states);
    CHECK(difference(infer(t.model, SumProduct{.order = UpdateOrder::sequential}, {}, 0,
                           {.iterations = depth, .tolerance = std::nullopt})
                         .marginals,
                     expected.marginals) < 1e-12);
    ++compared;
  }
  CHECK(compared > 45);
}

TEST_CASE("factors of a thousand variables give what closed forms and counting one by one give") {
  const int n = 1000;
  Random random(36);
  const auto ratios = exact_floats(random, n, -4, 2);
  const auto slope = exact_floats(random, n + 1, -1, 1);
  std::vector<int> scope;
  for (int i = 0; i < n; ++i) scope.push_back(i);
  double log_partition = 0;
  const auto model_of = [&](const FactorSpec& spec, Model m) {
    const auto x = m.discrete("x", {n}, 2);
    std::vector<double> half;
    for (double r : ratios) half.push_back(r / 2);
    m.factor("fields", each(x), Field{m.param("h", vector(n), half)});
    m.factor("all", tuples(x, {scope}), spec);
    log_partition = infer(m, SumProduct{}, {}, 0, {.iterations = 1}).log_partition.value();
    return marginals_after(m, SumProduct{}, 1);
  };
  double partition = 0, product = 1, half_sum = 0, all = 0;
  for (double r : ratios) {
    half_sum += r / 2;
    all += std::log(2 * std::cosh(r / 2));
    partition += std::exp(r);
    product *= std::tanh(-r / 2);
  }
  const auto one = model_of(ExactlyOne{}, Model("one"));
  CHECK(log_partition == doctest::Approx(std::log(partition) - half_sum).epsilon(1e-12));
  const auto most = model_of(AtMostOne{}, Model("most"));
  CHECK(log_partition == doctest::Approx(std::log1p(partition) - half_sum).epsilon(1e-12));
  const auto parity = model_of(Parity{}, Model("parity"));
  CHECK(log_partition == doctest::Approx(all + std::log((1 + product) / 2)).epsilon(1e-12));
  Model counted("counted");
  const FactorSpec potential = Cardinality{counted.param("T", {n + 1, 1}, slope)};
  const auto count = model_of(potential, counted);

  // The number of ones among the first k, and what the others and the factor say to each number.
  std::vector<std::vector<double>> first{{1.0}};
  for (int k = 0; k < n; ++k) {
    const double p = 1 / (1 + std::exp(-ratios[at(k)]));
    std::vector<double> next(at(k + 2), 0.0);
    for (int c = 0; c <= k; ++c) {
      next[at(c)] += (1 - p) * first.back()[at(c)];
      next[at(c + 1)] += p * first.back()[at(c)];
    }
    first.push_back(std::move(next));
  }
  std::vector<double> rest;
  for (double s : slope) rest.push_back(std::exp(s));
  for (int k = n - 1; k >= 0; --k) {
    const double p = 1 / (1 + std::exp(-ratios[at(k)]));
    double zero = 0, ones = 0;
    for (int c = 0; c <= k; ++c) {
      zero += (1 - p) * first[at(k)][at(c)] * rest[at(c)];
      ones += p * first[at(k)][at(c)] * rest[at(c + 1)];
    }
    CHECK(std::abs(count[at(k)][1] - ones / (zero + ones)) < 1e-11);
    for (int c = 0; c <= k; ++c) rest[at(c)] = (1 - p) * rest[at(c)] + p * rest[at(c + 1)];
  }
  for (int i = 0; i < n; ++i) {
    const double weight = std::exp(ratios[at(i)]);
    CHECK(std::abs(one[at(i)][1] - weight / partition) < 1e-12);
    CHECK(std::abs(most[at(i)][1] - weight / (1 + partition)) < 1e-12);
    const double check = 2 * std::atanh(product / std::tanh(-ratios[at(i)] / 2));
    CHECK(std::abs(parity[at(i)][1] - 1 / (1 + std::exp(-ratios[at(i)] + check))) < 1e-12);
  }
}

TEST_CASE("a program does not grow with the number of slots, but with its logarithm") {
  const auto nodes = [](int n, const FactorSpec& spec) {
    Model m("large");
    const auto x = m.discrete("x", {n}, 2);
    std::vector<int> scope;
    for (int i = 0; i < n; ++i) scope.push_back(i);
    m.factor("all", tuples(x, {scope}), spec);
    const std::string text = unroll(m, SumProduct{}, 2).compile().text();
    return std::count(text.begin(), text.end(), '\n');
  };
  for (const FactorSpec& spec : {FactorSpec(Parity{}), FactorSpec(ExactlyOne{})}) {
    CHECK(nodes(1024, spec) < 500);
    CHECK(2 * nodes(1024, spec) < 5 * nodes(32, spec));
  }
}

TEST_CASE("a count says what its table says: mean field, sum-product, log Z and marginals of factors") {
  Random random(38);
  const int n = 6;
  const auto fields = exact_floats(random, n, -1, 1), potential = exact_floats(random, 5, -1, 1);
  const auto build = [&](bool as_table) {
    Model m("counted");
    const auto x = m.discrete("x", {n}, 2);
    m.factor("fields", each(x), Field{m.param("h", vector(n), fields)});
    const Edges four = tuples(x, {{0, 1, 2, 3}, {2, 5, 4, 1}});
    const auto table = count_table(4, [&](int ones) { return potential[at(ones)]; });
    if (as_table)
      m.factor("four", four, Table{m.param("T", {16, 1}, table)});
    else
      m.factor("four", four, Cardinality{m.param("T", {5, 1}, potential)});
    return m;
  };
  for (const AlgorithmPointer& algorithm :
       {AlgorithmPointer(MeanField{}), AlgorithmPointer(SumProduct{}), AlgorithmPointer(MaxProduct{}),
        AlgorithmPointer(TreeReweighted{.edge_weight = 0.6}), AlgorithmPointer(SumProduct{.damping = 0.3})}) {
    const InferenceOptions options{.iterations = 5, .tolerance = std::nullopt, .factor_marginals = true};
    const auto counted = infer(build(false), algorithm, {}, 0, options);
    const auto tabled = infer(build(true), algorithm, {}, 0, options);
    CHECK(difference(counted.marginals, tabled.marginals) < 1e-12);
    CHECK(difference(counted.factor_marginals, tabled.factor_marginals) < 1e-12);
    CHECK(counted.log_partition.has_value() == tabled.log_partition.has_value());
    if (counted.log_partition) CHECK(std::abs(*counted.log_partition - *tabled.log_partition) < 1e-12);
  }
}

TEST_CASE("tables of twelve variables are as exact as small ones") {
  Random random(37);
  const int n = 12;
  Model m("wide");
  const auto x = m.discrete("x", {n}, 2);
  const auto table = exact_floats(random, 1 << n, -1, 1);
  const auto fields = exact_floats(random, n, -1, 1);
  std::vector<int> scope;
  for (int i = 0; i < n; ++i) scope.push_back(i);
  m.factor("fields", each(x), Field{m.param("h", vector(n), fields)});
  m.factor("all", tuples(x, {scope}), Table{m.param("T", {1 << n, 1}, table)});
  naive::FactorGraph g;
  g.add_variables(n, 2);
  for (int i = 0; i < n; ++i) g.add({i}, naive::field_table(fields[at(i)]));
  g.add(scope, table);
  const naive::Exact expected = naive::enumerate(g);
  CHECK(difference(marginals_after(m, SumProduct{}, 1), expected.marginals) < 1e-12);
  CHECK(difference(exact(m, Dataset{}, 0).marginals, expected.marginals) < 1e-12);
  CHECK(difference(marginals_after(m, MeanField{}, 3), naive::mean_field(g, 3)[2]) < 1e-12);
  CHECK(infer(m, MaxProduct{}, {}, 0, {.iterations = 1}).states == most_probable(m, Dataset{}, 0).states);
}

}  // namespace unfurl::test

TEST_SUITE_END();
