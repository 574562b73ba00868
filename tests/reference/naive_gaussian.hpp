// Gaussian belief propagation by plain loops, float64. Nothing here is shared with the library.
#pragma once

#include <vector>

namespace unfurl::naive {

/// A log-potential of two real variables: -(p_i x_i^2 + p_j x_j^2) / 2 - c x_i x_j.
struct GaussianPair {
  int i = 0, j = 0;
  double precision_i = 0, precision_j = 0, coupling = 0;
};

/// exp of sum_i ( h_i x_i - P_i x_i^2 / 2 ) and of the pairs.
struct GaussianGraph {
  std::vector<double> precision, potential;
  std::vector<GaussianPair> pairs;
};

struct Gaussians {
  std::vector<double> mean, variance;
};

/// After 1, 2, ... iterations of all messages at once, damped: m <- damping m_old + (1 - damping) m; beliefs are made of
/// the last messages before damping.
std::vector<Gaussians> gaussian_belief_propagation(const GaussianGraph& graph, int iterations,
                                                   double damping);

}  // namespace unfurl::naive
