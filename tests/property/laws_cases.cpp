// The models that all laws are tried on.
#include "property/laws.hpp"

namespace unfurl::test {

namespace {

using naive::FactorGraph;
using naive::Row;

constexpr int samples = 3;

/// Numbers of a table with one column per factor: column `row` of [planes, rows].
Row column(const std::vector<double>& values, int planes, int row) {
  const std::size_t rows = values.size() / at(planes);
  Row result;
  for (int p = 0; p < planes; ++p) result.push_back(values[at(p) * rows + at(row)]);
  return result;
}

Dataset one_array(const std::string& name, int planes, int rows, const std::vector<double>& values) {
  return Dataset().add(name, planes, rows, as_floats(values));
}

/// Binary image: evidence from data, one coupling per edge.
DiscreteCase ising_grid() {
  const int height = 3, width = 4, n = height * width;
  Random random(1);
  Model m("ising_grid");
  const auto y = m.observed("y", {height, width});
  const auto x = m.discrete("x", {height, width}, 2);
  const Edges edges = grid4(x);
  const auto couplings = exact_floats(random, edges.count(), -1, 1);
  m.factor("data", each(x), Field{m.param("g", 1.2) * y});
  m.factor("smooth", edges, Ising{m.param("J", per_edge(edges), couplings)});
  const Dataset data = one_array("y", 1, n, exact_floats(random, samples * n, -1, 1));
  return {"ising grid", m, data, [=](int sample) {
            FactorGraph g;
            g.add_variables(n, 2);
            const auto evidence = sample_of(data, "y", sample);
            for (int i = 0; i < n; ++i) g.add({i}, naive::field_table(1.2 * evidence[at(i)]));
            for (int e = 0; e < edges.count(); ++e)
              g.add({edges.slots[0][at(e)], edges.slots[1][at(e)]}, naive::ising_table(couplings[at(e)]));
            return g;
          }};
}

/// Labels of three states: linear evidence from features, Potts couplings, and a shared table on one diagonal.
DiscreteCase potts_grid() {
  const int height = 3, width = 3, n = height * width, states = 3, features = 2;
  Random random(2);
  Model m("potts_grid");
  const auto f = m.features("f", {height, width}, features);
  const auto x = m.discrete("x", {height, width}, states);
  const Edges edges = grid4(x), diagonal = pairs(x, {{0, 4}, {4, 8}});
  const auto weights = exact_floats(random, states * features, -1, 1);
  const auto shared = exact_floats(random, states * states, -1, 1);
  m.factor("evidence", each(x), Field{m.param("W", matrix(states, features), weights) * f});
  m.factor("smooth", edges, Potts{m.param("J", 0.7)});
  m.factor("diagonal", diagonal, Table{m.param("T", table(diagonal), shared)});
  const Dataset data = one_array("f", features, n, exact_floats(random, samples * features * n, -1, 1));
  return {"potts grid", m, data, [=](int sample) {
            FactorGraph g;
            g.add_variables(n, states);
            const auto values = sample_of(data, "f", sample);
            for (int i = 0; i < n; ++i) {
              Row evidence(at(states), 0.0);
              for (int s = 0; s < states; ++s)
                for (int k = 0; k < features; ++k)
                  evidence[at(s)] += weights[at(s * features + k)] * values[at(k * n + i)];
              g.add({i}, evidence);
            }
            for (int e = 0; e < edges.count(); ++e)
              g.add({edges.slots[0][at(e)], edges.slots[1][at(e)]}, naive::potts_table(states, 0.7));
            g.add({0, 4}, shared);
            g.add({4, 8}, shared);
            return g;
          }};
}

/// Groups of two, three and four states, joined by tables of one to four variables; binary Potts, too.
DiscreteCase mixed_tables() {
  Random random(3);
  Model m("mixed_tables");
  const auto u = m.observed("u", {4});
  const auto a = m.discrete("a", {4}, 2);
  const auto b = m.discrete("b", {3}, 3);
  const auto c = m.discrete("c", {2}, 4);
  struct Group {
    std::string name;
    Edges edges;
    bool per_factor;
    std::vector<double> values;
  };
  std::vector<Group> groups = {
      {"one", tuples({b}, {{0}, {2}}), true, {}},
      {"two", pairs(a, b, {{0, 0}, {1, 2}, {3, 1}}), false, {}},
      {"three", tuples({c, a, b}, {{0, 1, 2}, {1, 2, 0}}), true, {}},
      {"four", tuples({a, b, a, c}, {{0, 1, 3, 1}}), false, {}},
      {"binary", pairs(a, {{0, 1}, {3, 2}}), true, {}},
  };
  for (Group& g : groups) {
    const int columns = g.per_factor ? g.edges.count() : 1;
    g.values = exact_floats(random, g.edges.table_size() * columns, -1.5, 1.5);
    m.factor(g.name, g.edges, Table{m.param("T_" + g.name, {g.edges.table_size(), columns}, g.values)});
  }
  m.factor("agree", pairs(a, {{1, 3}}), Potts{m.param("J", -0.4)});
  m.factor("data", each(a), Field{u});
  const Dataset data = one_array("u", 1, 4, exact_floats(random, samples * 4, -1, 1));
  return {
      "mixed tables", m, data, [=](int sample) {
        FactorGraph graph;
        const int first[] = {graph.add_variables(4, 2), graph.add_variables(3, 3), graph.add_variables(2, 4)};
        for (const Group& g : groups)
          for (int i = 0; i < g.edges.count(); ++i) {
            std::vector<int> scope;
            for (std::size_t k = 0; k < g.edges.slots.size(); ++k)
              scope.push_back(first[g.edges.groups[k].group] + g.edges.slots[k][at(i)]);
            graph.add(scope, column(g.values, g.edges.table_size(), g.per_factor ? i : 0));
          }
        graph.add({1, 3}, naive::potts_table(2, -0.4));
        const auto evidence = sample_of(data, "u", sample);
        for (int i = 0; i < 4; ++i) graph.add({i}, naive::field_table(evidence[at(i)]));
        return graph;
      }};
}

/// Couplings are data, different in every sample; one weight is learned. Two factors join the same pair.
DiscreteCase observed_couplings() {
  const int n = 5;
  Random random(4);
  Model m("observed_couplings");
  const auto x = m.discrete("x", {n}, 2);
  const Edges edges = pairs(x, {{0, 1}, {1, 2}, {2, 0}, {3, 2}, {0, 1}});
  const auto contrast = m.observed("contrast", {edges.count()});
  const auto y = m.features("y", {n}, 2);
  m.factor("evidence", each(x), Field{y});
  m.factor("smooth", edges, Ising{m.param("w", 0.75) * contrast});
  Dataset data =
      one_array("contrast", 1, edges.count(), exact_floats(random, samples * edges.count(), -1, 1));
  data.add("y", 2, n, as_floats(exact_floats(random, samples * 2 * n, -1, 1)));
  return {
      "observed couplings", m, data, [=](int sample) {
        FactorGraph g;
        g.add_variables(n, 2);
        const auto evidence = sample_of(data, "y", sample), couplings = sample_of(data, "contrast", sample);
        for (int i = 0; i < n; ++i) g.add({i}, column(evidence, 2, i));
        for (int e = 0; e < edges.count(); ++e)
          g.add({edges.slots[0][at(e)], edges.slots[1][at(e)]}, naive::ising_table(0.75 * couplings[at(e)]));
        return g;
      }};
}

/// Chains of different lengths in one batch: tables of three states, shared or not, that data switch off.
DiscreteCase absent_factors() {
  const int n = 4, states = 3;
  Random random(7);
  Model m("absent_factors");
  const auto x = m.discrete("x", {n}, states);
  const Edges next = chain(x), others = pairs(x, {{0, 2}, {3, 1}});
  const auto y = m.features("y", {n}, states);
  const auto joined = m.observed("joined", {next.count()}), there = m.observed("there", {others.count()});
  const auto shared = exact_floats(random, states * states, -1.5, 1.5);
  const auto own = exact_floats(random, states * states * others.count(), -1.5, 1.5);
  m.factor("evidence", each(x), Field{y});
  m.factor("next", next, Table{m.param("T", table(next), shared), joined});
  m.factor("others", others, Table{m.param("S", table_per_edge(others), own), there});
  Dataset data = one_array("y", states, n, exact_floats(random, samples * states * n, -1, 1));
  data.add("joined", 1, next.count(), {1, 1, 1, 1, 0, 1, 0, 0, 0});
  data.add("there", 1, others.count(), {1, 1, 0, 1, 0, 0});
  return {"absent factors", m, data, [=](int sample) {
            FactorGraph g;
            g.add_variables(n, states);
            const auto evidence = sample_of(data, "y", sample);
            for (int i = 0; i < n; ++i) g.add({i}, column(evidence, states, i));
            const auto add = [&](const Edges& edges, const std::string& mask, auto table_of) {
              const auto present = sample_of(data, mask, sample);
              for (int e = 0; e < edges.count(); ++e)
                g.add({edges.slots[0][at(e)], edges.slots[1][at(e)]},
                      present[at(e)] != 0 ? table_of(e) : Row(at(states * states), 0.0));
            };
            add(next, "joined", [&](int) -> const Row& { return shared; });
            add(others, "there", [&](int e) { return column(own, states * states, e); });
            return g;
          }};
}

/// Speech and noise, each with a dictionary of unit columns and sparse activations; `learned`: beta is a parameter.
LatentCase two_sources(double beta, bool learned = false) {
  const int bins = 6, speech = 3, noise = 2;
  const double sparsity = 0.25;
  Random random(5);
  Model m("two_sources");
  const auto v = m.observed("V", {bins}, nonneg);
  const auto speech_values = exact_floats(random, bins * speech, 0.1, 1);
  const auto noise_values = exact_floats(random, bins * noise, 0.1, 1);
  const auto ws = unit_columns(m.param("Ws", matrix(bins, speech), speech_values, nonneg));
  const auto wn = unit_columns(m.param("Wn", matrix(bins, noise), noise_values, nonneg));
  const auto hs = m.latent("Hs", {speech}, nonneg), hn = m.latent("Hn", {noise}, nonneg);
  const Expr learned_beta = learned ? m.param("beta", beta) : Expr(beta);
  m.factor("fit", BetaDivergence{learned_beta, v, ws * hs + wn * hn});
  m.factor("sparse_speech", L1{sparsity, hs});
  m.factor("sparse_noise", L1{m.param("mu", sparsity, nonneg), hn});
  m.readout("speech", cwise(v, ratio_mask(ws * hs, wn * hn)));
  const Dataset data = one_array("V", 1, bins, exact_floats(random, samples * bins, 0.1, 2));
  return {"two sources, beta " + std::to_string(beta) + (learned ? ", learned" : ""), m,
          MultiplicativeUpdate{}, data, [=](int sample, int iterations) {
            naive::Matrix w{bins, speech + noise, Row(at(bins * (speech + noise)), 0.0)};
            for (int i = 0; i < bins; ++i) {
              for (int j = 0; j < speech; ++j) w(i, j) = speech_values[at(i * speech + j)];
              for (int j = 0; j < noise; ++j) w(i, speech + j) = noise_values[at(i * noise + j)];
            }
            return naive::multiplicative_updates(naive::with_unit_columns(w), sample_of(data, "V", sample),
                                                 beta, sparsity, iterations);
          }};
}

enum class Shrinkage { ista, fista, lista };

LatentCase sparse_coding(Shrinkage form) {
  const int rows = 6, columns = 10;
  const double lambda = 0.2;
  Random random(6);
  Model m("sparse_coding");
  const naive::Matrix a{rows, columns, exact_floats(random, rows * columns, -1, 1)};
  const auto b = m.observed("b", {rows});
  const auto dictionary = m.param("A", matrix(rows, columns), a.entries);
  const auto x = m.latent("x", {columns});
  m.factor("fit", SquaredError{b, dictionary * x});
  m.factor("sparse", L1{m.param("lambda", lambda, nonneg), x});
  m.readout("approximation", dictionary * x);
  const Dataset data = one_array("b", 1, rows, exact_floats(random, samples * rows, -2, 2));
  ProximalGradient algorithm{.accelerated = form == Shrinkage::fista};
  if (form == Shrinkage::lista) algorithm.form = ProximalGradient::Form::lista;
  const double step = Network(unroll(m, ProximalGradient{}, 1).compile()).parameter("ista.step").values[0];
  const auto reference = [=](int sample, int iterations) {
    const auto signal = sample_of(data, "b", sample);
    if (form == Shrinkage::ista) return naive::ista(a, signal, lambda, step, iterations);
    if (form == Shrinkage::fista) return naive::fista(a, signal, lambda, step, iterations);
    naive::Matrix s{columns, columns, Row(at(columns * columns), 0.0)},
        inward{columns, rows, Row(at(columns * rows), 0.0)};
    for (int j = 0; j < columns; ++j) {
      for (int i = 0; i < rows; ++i) inward(j, i) = step * a(i, j);
      for (int k = 0; k < columns; ++k) {
        for (int i = 0; i < rows; ++i) s(j, k) -= step * a(i, j) * a(i, k);
        if (j == k) s(j, k) += 1;
      }
    }
    return naive::lista(s, inward, Row(at(columns), step * lambda), signal, iterations);
  };
  const char* names[] = {"ista", "fista", "lista"};
  return {names[static_cast<int>(form)], m, algorithm, data, reference};
}

}  // namespace

std::vector<double> exact_floats(Random& random, int count, double low, double high) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(static_cast<float>(low + (high - low) * random.uniform()));
  return values;
}

std::vector<float> as_floats(const std::vector<double>& values) {
  std::vector<float> result;
  for (double v : values) result.push_back(static_cast<float>(v));
  return result;
}

std::vector<double> sample_of(const Dataset& data, const std::string& name, int sample) {
  const Samples& s = data[name];
  const auto begin = s.values.begin() + static_cast<std::ptrdiff_t>(s.size()) * sample;
  return {begin, begin + static_cast<std::ptrdiff_t>(s.size())};
}

std::vector<DiscreteCase> discrete_cases() {
  std::vector<DiscreteCase> cases = {ising_grid(), potts_grid(), mixed_tables(), observed_couplings(),
                                     absent_factors()};
  for (const DiscreteCase& c : counted_cases()) cases.push_back(c);
  return cases;
}

std::vector<LatentCase> latent_cases() {
  std::vector<LatentCase> cases;
  for (double beta : {0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) cases.push_back(two_sources(beta));
  for (double beta : {0.0, 0.5, 1.0, 2.0}) cases.push_back(two_sources(beta, true));
  for (Shrinkage form : {Shrinkage::ista, Shrinkage::fista, Shrinkage::lista})
    cases.push_back(sparse_coding(form));
  for (const LatentCase& c : sparse_cases()) cases.push_back(c);
  return cases;
}

}  // namespace unfurl::test
