// Names and numbers do not matter: relabelling variables, states, slots or factors permutes the results.
#include <doctest/doctest.h>

#include "property/laws.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int depth = 5;

std::vector<AlgorithmPointer> discrete_algorithms() {
  return {MeanField{}, MeanField{.damping = 0.2}, SumProduct{},
          SumProduct{.damping = 0.2, .message_weights = MessageWeights::per_edge}};
}

/// A pairwise model on a random graph: variable i is variable order[i] of the plain one, factor f is factor factors[f].
struct Relabelled {
  Model model{"relabelled"};
  Dataset data;
};

Relabelled pairwise(int states, const std::vector<int>& order, const std::vector<int>& factors,
                    bool swap_slots) {
  const int n = static_cast<int>(order.size()), edges = static_cast<int>(factors.size());
  Random random(71);
  std::vector<std::pair<int, int>> list;  // of the plain model
  for (int e = 0; e < edges; ++e) {
    const auto two = random.permutation(n);
    list.emplace_back(two[0], two[1]);
  }
  const auto tables = exact_floats(random, states * states * edges, -1, 1);
  const auto evidence = exact_floats(random, states * n, -1, 1);

  std::vector<int> place(order.size());
  for (int i = 0; i < n; ++i) place[at(order[at(i)])] = i;
  std::vector<std::pair<int, int>> own_list;
  std::vector<double> own_tables(tables.size()), own_evidence(evidence.size());
  for (int e = 0; e < edges; ++e) {
    const auto [a, b] = list[at(factors[at(e)])];
    own_list.emplace_back(place[at(swap_slots ? b : a)], place[at(swap_slots ? a : b)]);
    for (int s = 0; s < states; ++s)
      for (int t = 0; t < states; ++t)
        own_tables[at((swap_slots ? t * states + s : s * states + t) * edges + e)] =
            tables[at((s * states + t) * edges + factors[at(e)])];
  }
  for (int i = 0; i < n; ++i)
    for (int s = 0; s < states; ++s) own_evidence[at(s * n + i)] = evidence[at(s * n + order[at(i)])];

  Relabelled r;
  const auto x = r.model.discrete("x", {n}, states);
  const auto y = r.model.features("y", {n}, states);
  const Edges joined = pairs(x, own_list);
  r.model.factor("data", each(x), Field{y});
  r.model.factor("tables", joined, Table{r.model.param("T", table_per_edge(joined), own_tables)});
  r.data.add("y", states, n, as_floats(own_evidence));
  return r;
}

std::vector<int> in_order(int n) {
  std::vector<int> order;
  for (int i = 0; i < n; ++i) order.push_back(i);
  return order;
}

naive::Rows final_marginals(const Relabelled& r, const AlgorithmPointer& algorithm) {
  const Network network = unroll(r.model, algorithm, depth).compile();
  return marginals(network, run_double(network, r.data), depth, 0, 1);
}

}  // namespace

TEST_CASE("relabelling variables, factors and slots permutes the marginals") {
  const int n = 7, edges = 11;
  Random random(72);
  for (int states : {2, 3})
    for (const AlgorithmPointer& algorithm : discrete_algorithms()) {
      const auto plain = final_marginals(pairwise(states, in_order(n), in_order(edges), false), algorithm);
      for (int trial = 0; trial < 5; ++trial) {
        const auto order = random.permutation(n);
        const auto found =
            final_marginals(pairwise(states, order, random.permutation(edges), trial % 2 == 1), algorithm);
        for (int i = 0; i < n; ++i) CHECK(difference(found[at(i)], plain[at(order[at(i)])]) < 1e-12);
      }
    }
}

TEST_CASE("the order in which factor and variable groups are declared does not matter") {
  for (const AlgorithmPointer& algorithm : discrete_algorithms()) {
    std::map<std::string, std::vector<double>> first;
    for (bool reversed : {false, true}) {
      Model m("two_groups");
      Discrete a, b;
      if (reversed) b = m.discrete("b", {2}, 3);
      a = m.discrete("a", {3}, 2);
      if (!reversed) b = m.discrete("b", {2}, 3);
      const auto across = m.param("across", {6, 1}, {0.3, -0.2, 0.9, -0.5, 0.1, 0.4});
      const auto inside = m.param("inside", 0.6), field = m.param("field", 0.2), same = m.param("same", 0.5);
      std::vector<std::function<void()>> declarations = {
          [&] {
            m.factor("cross", pairs(a, b, {{0, 0}, {1, 1}, {2, 0}}), Table{across});
          },
          [&] {
            m.factor("ring", pairs(a, {{0, 1}, {1, 2}, {2, 0}}), Ising{inside});
          },
          [&] { m.factor("agree", chain(b), Potts{same}); },
          [&] { m.factor("evidence", each(a), Field{field}); },
      };
      if (reversed) std::reverse(declarations.begin(), declarations.end());
      for (const auto& declare : declarations) declare();
      Dataset data;
      data.add("unused", 1, 1, {0});
      const Numbers results = run_double(unroll(m, algorithm, depth).compile(), data);
      for (const std::string name : {"a", "b"}) {
        const auto& values = results.at(name + "@" + std::to_string(depth));
        if (!reversed)
          first[name] = values;
        else
          CHECK(difference(values, first.at(name)) < 1e-12);
      }
    }
  }
}

TEST_CASE("relabelling states permutes the marginals of a binary and of a ternary variable") {
  for (const AlgorithmPointer& algorithm : discrete_algorithms())
    for (int states : {2, 3}) {
      std::vector<naive::Rows> found;
      for (bool reversed : {false, true}) {
        Random random(73);
        const auto values = exact_floats(random, states * states, -1, 1);
        auto own = values;
        if (reversed) std::reverse(own.begin(), own.end());  // both variables' states in reverse order
        Model m("states");
        const auto x = m.discrete("x", {4}, states);
        const Edges ring = pairs(x, {{0, 1}, {1, 2}, {2, 3}, {3, 0}});
        m.factor("ring", ring, Table{m.param("T", table(ring), own)});
        Dataset data;
        data.add("unused", 1, 1, {0});
        const Network network = unroll(m, algorithm, depth).compile();
        found.push_back(marginals(network, run_double(network, data), depth, 0, 1));
        if (reversed)
          for (auto& p : found.back()) std::reverse(p.begin(), p.end());
      }
      CHECK(difference(found[1], found[0]) < 1e-12);
    }
}

TEST_CASE("relabelling the bins and atoms of NMF, and the atoms of a sparse code, permutes the latents") {
  const int rows = 5, columns = 4;
  Random random(74);
  for (bool multiplicative : {true, false}) {
    const auto entries = exact_floats(random, rows * columns, 0.1, 1),
               signal = exact_floats(random, rows, 0.1, 2);
    const auto run = [&](const std::vector<int>& row_order, const std::vector<int>& column_order) {
      std::vector<double> own(entries.size()), data_values;
      for (int i = 0; i < rows; ++i) {
        data_values.push_back(signal[at(row_order[at(i)])]);
        for (int j = 0; j < columns; ++j)
          own[at(i * columns + j)] = entries[at(row_order[at(i)] * columns + column_order[at(j)])];
      }
      Model m("factorization");
      const auto v = m.observed("v", {rows}, nonneg);
      const auto w = m.param("w", matrix(rows, columns), own, nonneg);
      const auto h = m.latent("h", {columns}, nonneg);
      m.factor("fit", multiplicative ? FactorSpec(KL{v, w * h}) : FactorSpec(SquaredError{v, w * h}));
      m.factor("sparse", L1{0.1, h});
      Dataset data;
      data.add("v", 1, rows, as_floats(data_values));
      const Network network = unroll(m,
                                     multiplicative ? AlgorithmPointer(MultiplicativeUpdate{})
                                                    : AlgorithmPointer(ProximalGradient{}),
                                     depth)
                                  .compile();
      return latents(network, run_double(network, data), depth, 0, 1);
    };
    const auto plain = run(in_order(rows), in_order(columns));
    for (int trial = 0; trial < 5; ++trial) {
      const auto order = random.permutation(columns);
      const auto found = run(random.permutation(rows), order);
      for (int j = 0; j < columns; ++j) CHECK(std::abs(found[at(j)] - plain[at(order[at(j)])]) < 1e-11);
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
