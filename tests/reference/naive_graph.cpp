#include "reference/naive_graph.hpp"

#include <cmath>
#include <limits>

namespace unfurl::naive {

namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// Probabilities proportional to exp(weights).
Row softmax(const Row& weights) {
  double top = -std::numeric_limits<double>::infinity(), sum = 0;
  for (double w : weights) top = std::max(top, w);
  Row p;
  for (double w : weights) p.push_back(std::exp(w - top));
  for (double x : p) sum += x;
  for (double& x : p) x /= sum;
  return p;
}

/// Joint states of the variables of a scope, as state[k] per position; the last one changes fastest.
std::vector<std::vector<int>> joint_states(const std::vector<int>& states, const std::vector<int>& scope) {
  std::vector<std::vector<int>> all{{}};
  for (int v : scope) {
    std::vector<std::vector<int>> longer;
    for (const auto& begin : all)
      for (int s = 0; s < states[at(v)]; ++s) {
        longer.push_back(begin);
        longer.back().push_back(s);
      }
    all = std::move(longer);
  }
  return all;
}

}  // namespace

int FactorGraph::add_variables(int count, int states_each) {
  const int first = variables();
  for (int i = 0; i < count; ++i) states.push_back(states_each);
  return first;
}

Row field_table(double h) { return {-h, h}; }

Row ising_table(double coupling) {
  Row table;
  for (double s : {-1.0, 1.0})
    for (double t : {-1.0, 1.0}) table.push_back(coupling * s * t);
  return table;
}

Row potts_table(int states, double coupling) {
  Row table;
  for (int s = 0; s < states; ++s)
    for (int t = 0; t < states; ++t) table.push_back(s == t ? coupling : 0);
  return table;
}

Exact enumerate(const FactorGraph& g) {
  std::vector<int> everything;
  for (int v = 0; v < g.variables(); ++v) everything.push_back(v);
  Exact result;
  for (int n : g.states) result.marginals.emplace_back(at(n), 0.0);
  const auto all = joint_states(g.states, everything);
  Row weights;
  double top = -std::numeric_limits<double>::infinity(), sum = 0;
  for (const auto& x : all) {
    double weight = 0;
    for (const Factor& f : g.factors) {
      int entry = 0;
      for (int v : f.scope) entry = entry * g.states[at(v)] + x[at(v)];
      weight += f.log_potential[at(entry)];
    }
    weights.push_back(weight);
    top = std::max(top, weight);
  }
  for (double w : weights) sum += std::exp(w - top);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (int v = 0; v < g.variables(); ++v)
      result.marginals[at(v)][at(all[i][at(v)])] += std::exp(weights[i] - top) / sum;
  result.log_partition = top + std::log(sum);
  return result;
}

History sum_product(const FactorGraph& graph, int iterations, double damping) {
  return sum_product([&](int) -> const FactorGraph& { return graph; }, iterations, damping);
}

History mean_field(const FactorGraph& graph, int iterations, double damping) {
  return mean_field([&](int) -> const FactorGraph& { return graph; }, iterations, damping);
}

History sum_product(const Places& places, int iterations, double damping) {
  const FactorGraph& first = places(0);
  const std::size_t n = first.factors.size();
  std::vector<Rows> message(n);  // [factor][position in its scope][state], as logarithms
  for (std::size_t f = 0; f < n; ++f)
    for (int v : first.factors[f].scope) message[f].emplace_back(at(first.states[at(v)]), 0.0);

  // What all factors of a place but one tell a variable; evidence is no message, but there from the start.
  const auto told = [&](const FactorGraph& g, const std::vector<Rows>& messages, int variable,
                        std::size_t except) {
    Row sum(at(g.states[at(variable)]), 0.0);
    for (std::size_t f = 0; f < n; ++f)
      for (std::size_t k = 0; f != except && k < g.factors[f].scope.size(); ++k)
        if (g.factors[f].scope[k] == variable)
          for (std::size_t s = 0; s < sum.size(); ++s)
            sum[s] += g.factors[f].scope.size() == 1 ? g.factors[f].log_potential[s] : messages[f][k][s];
    return sum;
  };

  History history;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    const FactorGraph& g = places(iteration);
    const std::vector<Rows> old = message;
    for (std::size_t f = 0; f < n; ++f) {
      const Factor& factor = g.factors[f];
      if (factor.scope.size() == 1) continue;
      const auto states = joint_states(g.states, factor.scope);
      Rows incoming;
      for (int v : factor.scope) incoming.push_back(softmax(told(g, old, v, f)));
      for (std::size_t k = 0; k < factor.scope.size(); ++k) {
        Row out(incoming[k].size(), 0.0);
        for (std::size_t entry = 0; entry < states.size(); ++entry) {
          double product = std::exp(factor.log_potential[entry]);
          for (std::size_t other = 0; other < factor.scope.size(); ++other)
            if (other != k) product *= incoming[other][at(states[entry][other])];
          out[at(states[entry][k])] += product;
        }
        double sum = 0;
        for (double x : out) sum += x;
        for (std::size_t s = 0; s < out.size(); ++s) {
          const double fresh = std::log(out[s] / sum);
          message[f][k][s] = damping == 0 ? fresh : damping * old[f][k][s] + (1 - damping) * fresh;
        }
      }
    }
    Rows marginals;
    for (int v = 0; v < g.variables(); ++v)
      marginals.push_back(softmax(told(places(iteration + 1), message, v, n)));
    history.push_back(std::move(marginals));
  }
  return history;
}

History mean_field(const Places& places, int iterations, double damping) {
  Rows q;
  for (int n : places(0).states) q.emplace_back(at(n), 1.0 / n);
  History history;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    const FactorGraph& g = places(iteration);
    Rows expected;
    for (int n : g.states) expected.emplace_back(at(n), 0.0);
    for (const Factor& f : g.factors) {
      const auto states = joint_states(g.states, f.scope);
      for (std::size_t entry = 0; entry < states.size(); ++entry)
        for (std::size_t k = 0; k < f.scope.size(); ++k) {
          double product = f.log_potential[entry];
          for (std::size_t other = 0; other < f.scope.size(); ++other)
            if (other != k) product *= q[at(f.scope[other])][at(states[entry][other])];
          expected[at(f.scope[k])][at(states[entry][k])] += product;
        }
    }
    for (std::size_t v = 0; v < q.size(); ++v) {
      const Row fresh = softmax(expected[v]);
      for (std::size_t s = 0; s < fresh.size(); ++s) q[v][s] = damping * q[v][s] + (1 - damping) * fresh[s];
    }
    history.push_back(q);
  }
  return history;
}

}  // namespace unfurl::naive
