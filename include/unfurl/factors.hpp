/// The built-in factors. Spins: a binary variable's state 0 is s = -1 and state 1 is s = +1.
#pragma once

#include "unfurl/model.hpp"

namespace unfurl {

/// Evidence. One plane on binary variables: log-potential h s. One plane per state: log-potential h[state].
/// Linear evidence from features f is Field{W * f} with W [states, features].
struct Field {
  Expr h;
  operator FactorSpec() const;
};

/// Binary pairwise coupling: log-potential J s s'.
struct Ising {
  Expr J;
  operator FactorSpec() const;
};

/// Pairwise agreement of variables with equally many states: log-potential J where states agree, else 0.
struct Potts {
  Expr J;
  operator FactorSpec() const;
};

/// Any log-potential over one or more variables: planes are joint states in row-major order, last variable fastest.
/// `present`, one number per factor: where it is 0 the factor is absent. Observed, it lets samples of different structure,
/// such as chains of different length, share a model.
struct Table {
  Expr log_potential;
  Expr present{};
  operator FactorSpec() const;
};

/// Dense coupling of one binary group over all_pairs(x), states counted 0 and 1: log-potential sum_{i<j} W_ij x_i x_j
/// for symmetric W [n, n]. Mean field over it is a layer sigmoid(W mu + b) ([Hershey14], section 3).
struct Dense {
  Expr W;
  operator FactorSpec() const;
};

/// Beta divergence D_beta(target | approximation), summed over entries: 0 Itakura-Saito, 1 Kullback-Leibler, 2 half
/// the squared error. Target and approximation are non-negative; 1e-8 is added to the approximation.
struct BetaDivergence {
  double beta = 1;
  Expr target, approximation;
  operator FactorSpec() const;
};

/// Kullback-Leibler divergence.
struct KL {
  Expr target, approximation;
  operator FactorSpec() const;
};

/// Half the squared error, 1/2 |target - approximation|^2 (real values).
struct SquaredError {
  Expr target, approximation;
  operator FactorSpec() const;
};

/// weight * sum |x|.
struct L1 {
  Expr weight, x;
  operator FactorSpec() const;
};

}  // namespace unfurl
