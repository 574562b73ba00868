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

/// The parity check of binary codes, over any number of binary variables (of one, its state): the sum of their states (0 and 1) is even, or
/// odd with probability `odd` (a syndrome, where data give 0 or 1): log-potential log(1 - odd) where the sum is even,
/// log(odd) where it is odd, -inf for log 0. Messages cost O(n): with log-ratios r = log p(0)/p(1), sum-product is
/// tanh(r_i/2) = prod_{j != i} tanh(r_j/2), max-product the smallest |r_j| with the product of the signs
/// ([Richardson08], section 2.5). Certain (infinite) messages stay exact. Mean field is refused.
struct Parity {
  Expr odd{};
  operator FactorSpec() const;
};

/// A function of the number of ones among n binary variables: log-potential log_potential[count], n + 1 planes; -inf (as
/// log of 0) forbids a count. All messages together cost O(n^2), by sums over pairs of counts up and down a tree of the
/// slots [Tarlow12].
struct Cardinality {
  Expr log_potential;
  operator FactorSpec() const;
};

/// At most one of the binary variables is in state 1: log-potential 0, else -inf. Messages cost O(n). Mean field is
/// refused: the expectation of what is forbidden is -inf.
struct AtMostOne {
  operator FactorSpec() const;
};
/// Exactly one of the binary variables is in state 1.
struct ExactlyOne {
  operator FactorSpec() const;
};

/// Evidence on a real variable: log-potential -precision (x - mean)^2 / 2. Arguments are formulas over parameters and data.
struct Gaussian {
  Expr precision, mean;
  operator FactorSpec() const;
};

/// Smoothness of two real variables: log-potential -weight (x - x')^2 / 2.
struct GaussianDifference {
  Expr weight;
  operator FactorSpec() const;
};

/// Coupling of two real variables: log-potential J x x'; -J is an entry of the precision matrix. The model is a density
/// only where that matrix is positive definite.
struct GaussianCoupling {
  Expr J;
  operator FactorSpec() const;
};

/// Beta divergence D_beta(target | approximation), summed over entries: 0 Itakura-Saito, 1 Kullback-Leibler, 2 half
/// the squared error. Both are non-negative; 1e-8 of the sample's mean target (of 1: it is silent) is added to the
/// approximation. A parameter as beta is learned, per layer where untied; floats want it above -1.8, or 1e-8^(beta-2) overflows.
struct BetaDivergence {
  /// A number, or a scalar formula over parameters and data.
  struct Beta {
    Beta(double number);  // NOLINT: numbers
    Beta(Expr formula);   // NOLINT: and formulas
    double number = 0;
    Expr formula{};  ///< empty: the number
  };
  Beta beta = 1.0;
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

/// weight * sum |x|; the weight is a scalar, or has an entry for each of x. ProximalGradient needs a latent as x,
/// MultiplicativeUpdate takes any formula.
struct L1 {
  Expr weight, x;
  operator FactorSpec() const;
};

/// Huber's loss of the residuals r = target - approximation [Huber64]: r^2 / 2 up to |r| = delta, delta |r| - delta^2 / 2
/// beyond, summed over entries. Smooth, with the curvature of half the squared error.
struct Huber {
  Expr target, approximation;
  Expr delta = 1.0;
  operator FactorSpec() const;
};

/// The sum over groups of weight times the Euclidean norm of their entries [Yuan06]: groups are zero as a whole. The weight is a
/// scalar, or has a number for each group.
struct GroupLasso {
  Expr weight, x;
  std::vector<int> group;  ///< of every entry of x, counted from 0
  operator FactorSpec() const;
};

/// weight * sum |x| + ridge / 2 * sum x^2 [Zou05]; either is a scalar, or has an entry for each of x.
struct ElasticNet {
  Expr weight, ridge, x;
  operator FactorSpec() const;
};

/// weight times the number of entries that are not zero. Its proximal map keeps the entries beyond sqrt(2 step weight) as they
/// are and sets the others to zero: the hard threshold, for non-negative latents the jumping ReLU. Not convex; the threshold
/// gets no gradient.
struct L0 {
  Expr weight, x;
  operator FactorSpec() const;
};

/// At most `count` entries of x are not zero: a number, or a formula of one, rounded. Its proximal map keeps the largest
/// magnitudes; with it, proximal gradient descent is iterative hard thresholding [Blumensath08]. Not convex.
struct TopK {
  Expr count, x;
  operator FactorSpec() const;
};

/// weight times the total variation of x [Rudin92]: of an array of {n} the sum of |x[i + 1] - x[i]|, whose proximal map is
/// exact [Condat13b]; of one of {height, width} the sum of |x_i - x_j| over neighbours, or with `isotropic` that over pixels of
/// the length of the differences to the right and downwards. The proximal map of images has no formula: it is what
/// `iterations` steps of the accelerated projected gradient on the dual problem come to [Beck09b], which training sees.
/// L1{weight, grid_differences() * x} is the penalty without `isotropic`, for Admm.
struct TotalVariation {
  Expr weight, x;
  int iterations = 50;
  bool isotropic = false;
  operator FactorSpec() const;
};

/// weight times the sum of the singular values of x, an array of {rows, columns} [Cai10]. For small matrices: each sample's is
/// decomposed in every iteration.
struct NuclearNorm {
  Expr weight, x;
  operator FactorSpec() const;
};

/// The prior under which every entry is zero but with probability `density`, and then normal with mean 0 and `variance`;
/// either is a scalar, or has an entry for each of x. It has no penalty that ProximalGradient could take; Amp and Oamp
/// take its posterior mean.
struct BernoulliGaussian {
  Expr density, variance, x;
  operator FactorSpec() const;
};

/// low <= x <= high for every entry; either is a scalar, or has an entry for each of x.
struct Box {
  Expr low, high, x;
  operator FactorSpec() const;
};

}  // namespace unfurl
