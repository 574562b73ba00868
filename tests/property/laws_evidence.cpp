// Evidence sample by sample: what is known of a sample's states is as good as a model that was compiled with them.
#include <doctest/doctest.h>

#include <cmath>

#include "property/laws.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/inference.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

/// A case whose states are known in part, other ones in each sample; the first sample hides all.
struct Known {
  Model model;
  Dataset data;
  std::vector<std::vector<int>> states;  ///< by sample and variable; -1: hidden
};

/// States of a joint state that is possible, with what of it is hidden left out.
Known with_evidence(const DiscreteCase& c, std::uint64_t seed) {
  Random random(seed);
  Known k{c.model, c.data, {}};
  const int samples = c.data.samples();
  for (int s = 0; s < samples; ++s) {
    const MostProbable best = most_probable(c.model, c.data, s);
    k.states.push_back(best.states);
    for (int& state : k.states.back())
      if (s == 0 || random.uniform() < 0.5) state = -1;
  }
  int first = 0;
  for (std::size_t g = 0; g < c.model.discretes().size(); ++g) {
    const Discrete& x = c.model.discretes()[g].variable;
    std::vector<float> seen;
    for (int s = 0; s < samples; ++s)
      for (int i = 0; i < x.size(); ++i) {
        const int state = k.states[at(s)][at(first + i)];
        seen.push_back(state < 0 ? missing : static_cast<float>(state));
      }
    const std::string name = "seen" + std::to_string(g);
    k.model.evidence(name, x);
    k.data.add(name, 1, x.size(), seen);
    first += x.size();
  }
  return k;
}

/// The model of one sample with these states written into it.
Model compiled_with(const DiscreteCase& c, const std::vector<int>& states) {
  Model m = c.model;
  int first = 0;
  for (std::size_t g = 0; g < c.model.discretes().size(); ++g) {
    const Discrete& x = c.model.discretes()[g].variable;
    std::vector<double> table;
    for (int s = 0; s < x.states; ++s)
      for (int i = 0; i < x.size(); ++i) {
        const int state = states[at(first + i)];
        table.push_back(state < 0 || state == s ? 1 : 0);
      }
    const std::string name = "given" + std::to_string(g);
    const auto p = m.param(name + "_table", table_per_edge(each(x)), table, nonneg);
    m.factor(name, each(x), Table{log(p)});
    first += x.size();
  }
  return m;
}

/// Results of the last layer in float64: probabilities and log Z, but no log-beliefs, which are infinite where a state is known.
Numbers probabilities(const Network& network, const Dataset& data) {
  ir::Graph graph = network.unrolled().graph;
  const std::string last = "@" + std::to_string(network.layers());
  std::erase_if(graph.outputs, [&](const auto& output) {
    const std::string& name = output.first;
    return !name.ends_with(last) || name.find('.') != std::string::npos;
  });
  return evaluate<double>(graph, leaves_of(network, data), data.samples());
}

}  // namespace

TEST_CASE("evidence of a sample equals a model compiled with its states: unrolled networks") {
  const std::vector<AlgorithmPointer> algorithms = {SumProduct{}, SumProduct{.damping = 0.3}, MaxProduct{},
                                                    TreeReweighted{}, MeanField{}};
  std::uint64_t seed = 1;
  for (const DiscreteCase& c : discrete_cases()) {
    CAPTURE(c.name);
    const Known known = with_evidence(c, seed++);
    for (const AlgorithmPointer& algorithm : algorithms) {
      CAPTURE(algorithm->name());
      const Network network = unroll(known.model, algorithm, 4).compile();
      const Numbers all = probabilities(network, known.data);
      for (int s = 0; s < known.data.samples(); ++s) {
        CAPTURE(s);
        const Network compiled = unroll(compiled_with(c, known.states[at(s)]), algorithm, 4).compile();
        const Numbers one = probabilities(compiled, known.data.slice(s, 1));
        const auto found = marginals(network, all, 4, s, known.data.samples());
        CHECK(difference(found, marginals(compiled, one, 4, 0, 1)) < 1e-12);
        if (all.contains("log_partition@4"))
          CHECK(all.at("log_partition@4")[at(s)] ==
                doctest::Approx(one.at("log_partition@4")[0]).epsilon(1e-12));
        for (std::size_t v = 0; v < found.size(); ++v)
          if (const int state = known.states[at(s)][v]; state >= 0) CHECK(found[v][at(state)] == 1);
      }
    }
  }
}

TEST_CASE("evidence of a sample in exact inference: sums over the joint states that agree with it") {
  std::uint64_t seed = 20;
  for (const DiscreteCase& c : discrete_cases()) {
    CAPTURE(c.name);
    const Known known = with_evidence(c, seed++);
    for (int s = 0; s < known.data.samples(); ++s) {
      CAPTURE(s);
      naive::FactorGraph graph = c.graph(s);
      for (int v = 0; v < graph.variables(); ++v) {
        const int state = known.states[at(s)][at(v)];
        if (state < 0) continue;
        naive::Row log_potential(at(graph.states[at(v)]), -std::numeric_limits<double>::infinity());
        log_potential[at(state)] = 0;
        graph.add({v}, log_potential);
      }
      const naive::Exact expected = naive::enumerate(graph);
      const ExactResult found = exact(known.model, known.data, s);
      CHECK(difference(found.marginals, expected.marginals) < 1e-10);
      CHECK(found.log_partition == doctest::Approx(expected.log_partition).epsilon(1e-10));
    }
  }
}

TEST_CASE("on a chain with evidence, inference to convergence is exact, and decoding keeps what is known") {
  Random random(9);
  Model m("chain");
  const auto y = m.features("y", {7}, 3);
  const auto x = m.discrete("x", {7}, 3);
  m.factor("data", each(x), Field{y});
  m.factor("pair", chain(x), Table{m.param("T", table(chain(x)), exact_floats(random, 9, -1, 1))});
  m.evidence("seen", x);
  Dataset data;
  data.add("y", 3, 7, as_floats(exact_floats(random, 2 * 21, -1, 1)));
  data.add("seen", 1, 7,
           {missing, 2, missing, missing, 0, missing, 1, missing, missing, missing, missing, missing, missing,
            missing});
  for (int s = 0; s < 2; ++s) {
    const ExactResult expected = exact(m, data, s);
    const InferenceResult found = infer(m, SumProduct{}, data, s);
    CHECK(found.converged);
    CHECK(difference(found.marginals, expected.marginals) < 1e-9);
    CHECK(found.log_partition.value() == doctest::Approx(expected.log_partition));
    CHECK(found.states == most_probable(m, data, s).states);
    if (s == 0) CHECK((found.states[1] == 2 && found.states[4] == 0 && found.states[6] == 1));
  }
}

TEST_CASE("gradients of models with evidence agree with differences") {
  for (const DiscreteCase& c : discrete_cases()) {
    CAPTURE(c.name);
    const Known known = with_evidence(c, 40);
    for (const AlgorithmPointer& algorithm :
         std::vector<AlgorithmPointer>{SumProduct{.damping = 0.2}, MeanField{}}) {
      CAPTURE(algorithm->name());
      const Network network = unroll(known.model, algorithm, 3).tying("untied").compile();
      const Loss squares{[names = network.unrolled().signature.readouts](LossContext& context) {
        ir::Value sum = context.builder.zeros({1, 1, true});
        for (const std::string& name : names)
          if (!name.ends_with(".logit"))
            sum = context.builder.add(
                sum, context.builder.sum_to(context.builder.square(context.result(name)), {1, 1, true}));
        return sum;
      }};
      for (const GradientCheck& check : check_gradients(network, squares, known.data, 6)) {
        CAPTURE(check.parameter);
        CHECK(check.passed);
      }
    }
  }
}

}  // namespace unfurl::test
