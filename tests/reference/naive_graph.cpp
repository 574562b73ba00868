#include "reference/naive_graph.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "unfurl/at.hpp"

namespace unfurl::naive {

namespace {

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
  const auto entry_of = [&](const Factor& f, const std::vector<int>& x) {
    int entry = 0;
    for (int v : f.scope) entry = entry * g.states[at(v)] + x[at(v)];
    return at(entry);
  };
  Row weights;
  double top = -std::numeric_limits<double>::infinity(), sum = 0;
  for (const auto& x : all) {
    double weight = 0;
    for (const Factor& f : g.factors) weight += f.log_potential[entry_of(f, x)];
    weights.push_back(weight);
    top = std::max(top, weight);
  }
  for (double w : weights) sum += std::exp(w - top);
  for (std::size_t i = 0; i < all.size(); ++i)
    for (int v = 0; v < g.variables(); ++v)
      result.marginals[at(v)][at(all[i][at(v)])] += std::exp(weights[i] - top) / sum;
  for (const Factor& f : g.factors) {
    Row& joint = result.joints.emplace_back(f.log_potential.size(), 0.0);
    for (std::size_t i = 0; i < all.size(); ++i)
      joint[entry_of(f, all[i])] += std::exp(weights[i] - top) / sum;
  }
  result.log_partition = top + std::log(sum);
  return result;
}

namespace {

/// All at once, or one variable after the other.
Updates updates_or_all(const Updates& updates, const FactorGraph& g) {
  if (!updates.empty()) return updates;
  Updates all(1);
  for (int v = 0; v < g.variables(); ++v) all[0].push_back(v);
  return all;
}

bool contains(const std::vector<int>& list, int v) {
  return std::find(list.begin(), list.end(), v) != list.end();
}

}  // namespace

History message_passing(const Places& places, int iterations, const MessageOptions& o) {
  const FactorGraph& first = places(0);
  const std::size_t n = first.factors.size();
  std::vector<Rows> message(n);  // [factor][position in its scope][state], as logarithms
  std::vector<Rows> undamped;    // the last ones before damping: what beliefs are made of
  for (std::size_t f = 0; f < n; ++f)
    for (int v : first.factors[f].scope) message[f].emplace_back(at(first.states[at(v)]), 0.0);
  const auto multiplicity = [&](std::size_t f) {
    return o.multiplicity.empty() || first.factors[f].scope.size() == 1 ? 1.0 : o.multiplicity[f];
  };

  // What the factors of a place tell a variable, each as often as it counts; `to` is told itself once less.
  const auto told = [&](const FactorGraph& g, const std::vector<Rows>& messages, int variable, std::size_t to,
                        bool evidence_messages) {
    Row sum(at(g.states[at(variable)]), 0.0);
    for (std::size_t f = 0; f < n; ++f)
      for (std::size_t k = 0; k < g.factors[f].scope.size(); ++k) {
        const double count = multiplicity(f) - (f == to ? 1 : 0);
        if (g.factors[f].scope[k] != variable || count == 0) continue;
        const bool evidence = g.factors[f].scope.size() == 1 && !evidence_messages;
        for (std::size_t s = 0; s < sum.size(); ++s)
          sum[s] += count * (evidence ? g.factors[f].log_potential[s] : messages[f][k][s]);
      }
    return sum;
  };

  History history;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    const FactorGraph& g = places(iteration);
    undamped = message;
    for (const std::vector<int>& together : updates_or_all(o.updates, g)) {
      const std::vector<Rows> old = message;
      for (std::size_t f = 0; f < n; ++f) {
        const Factor& factor = g.factors[f];
        const double power = 1 / multiplicity(f);
        const auto states = joint_states(g.states, factor.scope);
        Rows incoming;
        for (int v : factor.scope) incoming.push_back(softmax(told(g, old, v, f, o.evidence_messages)));
        for (std::size_t k = 0; k < factor.scope.size(); ++k) {
          if (!contains(together, factor.scope[k])) continue;
          Row out(incoming[k].size(), 0.0);
          for (std::size_t entry = 0; entry < states.size(); ++entry) {
            double product = std::exp(power * factor.log_potential[entry]);
            for (std::size_t other = 0; other < factor.scope.size(); ++other)
              if (other != k) product *= incoming[other][at(states[entry][other])];
            double& to = out[at(states[entry][k])];
            to = o.maximise ? std::max(to, product) : to + product;
          }
          double top = 0, sum = 0;
          for (double x : out) top = std::max(top, x), sum += x;
          for (std::size_t s = 0; s < out.size(); ++s) {
            double fresh = std::log(out[s] / (o.maximise ? top : sum));
            if (factor.scope.size() > 1) fresh *= o.scale;
            undamped[f][k][s] = fresh;
            message[f][k][s] = o.damping == 0 ? fresh : o.damping * old[f][k][s] + (1 - o.damping) * fresh;
          }
        }
      }
    }
    Rows marginals;
    for (int v = 0; v < g.variables(); ++v)
      marginals.push_back(softmax(told(places(iteration + 1), undamped, v, n, false)));
    history.push_back(std::move(marginals));
  }
  return history;
}

History message_passing(const FactorGraph& graph, int iterations, const MessageOptions& options) {
  return message_passing([&](int) -> const FactorGraph& { return graph; }, iterations, options);
}

History sum_product(const Places& places, int iterations, double damping) {
  return message_passing(places, iterations, {.damping = damping});
}

History sum_product(const FactorGraph& graph, int iterations, double damping) {
  return message_passing(graph, iterations, {.damping = damping});
}

History mean_field(const FactorGraph& graph, int iterations, double damping, const Updates& updates) {
  return mean_field([&](int) -> const FactorGraph& { return graph; }, iterations, damping, updates);
}

History mean_field(const Places& places, int iterations, double damping, const Updates& updates) {
  Rows q;
  for (int n : places(0).states) q.emplace_back(at(n), 1.0 / n);
  History history;
  for (int iteration = 0; iteration < iterations; ++iteration) {
    const FactorGraph& g = places(iteration);
    for (const std::vector<int>& together : updates_or_all(updates, g)) {
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
      for (int v : together) {
        const Row fresh = softmax(expected[at(v)]);
        Row& own = q[at(v)];
        for (std::size_t s = 0; s < fresh.size(); ++s) own[s] = damping * own[s] + (1 - damping) * fresh[s];
      }
    }
    history.push_back(q);
  }
  return history;
}

}  // namespace unfurl::naive
