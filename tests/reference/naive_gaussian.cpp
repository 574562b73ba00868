#include "reference/naive_gaussian.hpp"

namespace unfurl::naive {

std::vector<Gaussians> gaussian_belief_propagation(const GaussianGraph& g, int iterations, double damping) {
  struct Message {
    int from = 0, to = 0;
    double own_from = 0, own_to = 0, coupling = 0;  // of the pair
    std::size_t pair = 0;
    double precision = 0, potential = 0, fresh_precision = 0, fresh_potential = 0;
  };
  std::vector<Message> messages;
  for (std::size_t p = 0; p < g.pairs.size(); ++p) {
    const GaussianPair& e = g.pairs[p];
    messages.push_back({e.i, e.j, e.precision_i, e.precision_j, e.coupling, p});
    messages.push_back({e.j, e.i, e.precision_j, e.precision_i, e.coupling, p});
  }
  std::vector<Gaussians> history;
  for (int n = 0; n < iterations; ++n) {
    for (Message& m : messages) {
      double precision = g.precision[static_cast<std::size_t>(m.from)] + m.own_from;
      double potential = g.potential[static_cast<std::size_t>(m.from)];
      for (const Message& other : messages)
        if (other.to == m.from && other.pair != m.pair) {
          precision += other.precision;
          potential += other.potential;
        }
      m.fresh_precision = m.own_to - m.coupling * m.coupling / precision;
      m.fresh_potential = -m.coupling * potential / precision;
    }
    Gaussians beliefs;
    for (std::size_t v = 0; v < g.precision.size(); ++v) {
      double precision = g.precision[v], potential = g.potential[v];
      for (const Message& m : messages)
        if (m.to == static_cast<int>(v)) {
          precision += m.fresh_precision;
          potential += m.fresh_potential;
        }
      beliefs.mean.push_back(potential / precision);
      beliefs.variance.push_back(1 / precision);
    }
    history.push_back(beliefs);
    for (Message& m : messages) {
      m.precision = damping * m.precision + (1 - damping) * m.fresh_precision;
      m.potential = damping * m.potential + (1 - damping) * m.fresh_potential;
    }
  }
  return history;
}

}  // namespace unfurl::naive
