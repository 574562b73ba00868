/// Linear-Gaussian observations of vectors with known priors, Gaussian or discrete, and the algorithms that infer them: soft
/// interference cancellation and expectation propagation.
///
///     m.factor("channel", LinearGaussian{variance, y, A * x + B * d});
///     m.factor("prior", GaussianPrior{1, x});
///     m.factor("symbols", OneOf{{-1, 1}, d});
///     unroll(m, InterferenceCancellation{}, 6)
///
/// Everything is real. Complex vectors are pairs (unfurl/complex.hpp): of circular complex noise of variance s every part has
/// variance s / 2, and quadrature amplitude modulation is OneOf in either part.
#pragma once

#include <vector>

#include "unfurl/algorithms.hpp"
#include "unfurl/factors.hpp"

namespace unfurl {

/// target = approximation + independent normal noise of this variance, a scalar of parameters and data. The approximation is
/// linear in all its latents. Energy: |target - approximation|^2 / (2 variance).
struct LinearGaussian {
  Expr variance, target, approximation;
  operator FactorSpec() const;
};

/// Entries of a latent are independent and normal, with mean 0 and this variance, a scalar or one number for each.
struct GaussianPrior {
  Expr variance, x;
  operator FactorSpec() const;
};

/// Every entry of a latent is one of these numbers, all as probable: a discrete variable that formulas can speak of. Results have
/// "x.logit", the log-probabilities of the numbers in the order given, or of two the log-ratio of the second to the first.
struct OneOf {
  std::vector<double> numbers;
  Expr x;
  operator FactorSpec() const;
};

/// A complex latent (a pair) whose discrete Fourier transform is mostly near zero: entries u of the unitary transform of what was
/// observed with noise of variance v (of both parts) are multiplied by max(|u|^2 - threshold v, 0) / |u|^2, an empirical
/// Wiener filter. The variance that is left is that under GaussianPrior{variance, x}.
struct SpectralPrior {
  Expr threshold, variance, x;
  operator FactorSpec() const;
};

/// Mean field between latents that one LinearGaussian observes and priors describe. A layer updates one latent, the first
/// declared in layer 0, then in turn, from its prior. With means and variances m, v of all, A_g the columns of the latent g,
/// of equal length sqrt(n_g) and orthogonal, and M entries observed:
///   z = m_g + A_g^T (y - A m) / n_g,   w = (variance + sum_{j != g} n_j sum(v_j) / M) / n_g,
///   (m_g, v_g) <- mean and variance of x given z = x + normal noise of variance w.
/// The sum is what the cancelled interference leaves: soft interference cancellation [Wang99]. Without it, as plain mean field
/// has it, the other latents' estimates are believed. Hard decisions take the most probable number, with variance 0.
/// Parameters: "cancellation.variance", a factor of w, and "cancellation.shrinkage", one of m_g, both initially 1;
/// "cancellation.damping", the share of the old mean and variance, where given. Results: "x", "x.variance", "x.logit".
/// Refused: columns that depend on data, are not orthogonal or of other lengths, for which there is ExpectationPropagation.
struct InterferenceCancellation {
  bool remaining_variance = true;
  bool hard = false;
  double damping = 0;
  operator AlgorithmPointer() const;
};

/// Expectation propagation [Minka01], [Cespedes14]: any number of LinearGaussian factors, and a prior of every latent, which is
/// taken for a normal density of precision L and potential h in each entry. With A of all latents' columns and factors:
///   S = (sum A^T A / variance + diag L)^-1,  m = S (sum A^T y / variance + h),
///   w = S_ii / (1 - S_ii L_i),  z = w (m_i / S_ii - h_i),  (p, s) <- mean and variance of x given z = x + noise of variance w,
///   L_i <- d L_i + (1 - d) (1 / s - 1 / w),  h_i <- d h_i + (1 - d) (p / s - z / w),
/// where the new L_i is above 1e-5 (sum A^T A / variance)_ii, as far as floats tell it from none; elsewhere both stay. s is at
/// least `least_variance`. The start is normal densities of the priors' variances, so that one layer is LMMSE and then decides by each entry; results are those p, s, logits, as of the
/// layer's z and w. Gaussian priors alone are exact after one. The matrix is one for every sample: n^3 a layer.
/// `averaged`: S_ii, L_i and s are averaged over every latent's entries; orthogonal AMP with the linear estimator that is best
/// [Ma17], which is vector AMP [Rangan19].
/// Parameters: "ep.damping", d, taken for 0 or 1 outside of these; "ep.variance", a factor of w, initially 1: above that it
/// makes up for what neighbours' errors have in common, and w leaves out.
struct ExpectationPropagation {
  double damping = 0;
  double least_variance = 1e-4;  ///< in squares of the latents' unit; smaller ones ask too much of floats
  bool averaged = false;
  operator AlgorithmPointer() const;
};

}  // namespace unfurl
