/// The built-in inference algorithms: how one iteration goes. Options are plain structs; parameters an algorithm owns
/// (damping, steps, message weights) are named "<algorithm>.<parameter>" and are tied, untied and trained as the model's.
#pragma once

#include <memory>
#include <string>

namespace unfurl {

class Algorithm;
using AlgorithmPointer = std::shared_ptr<const Algorithm>;

/// Parallel naive mean field on discrete variables, started from uniform beliefs:
///   q_i(s) <- softmax_s( theta_i(s) + sum of expected log-potentials ),  q <- damping q_old + (1 - damping) q.
/// Fixed points are stationary points of the mean-field free energy, a lower bound on log Z; the parallel schedule need
/// not converge without damping. Parameter: "mean_field.damping" when damping > 0.
struct MeanField {
  double damping = 0;
  operator AlgorithmPointer() const;
};

/// Flooding sum-product in the log domain; binary variables travel as one log-ratio:
///   m_{i->a} = theta_i + sum_{b != a} m_{b->i},   m_{a->i}(x_i) = log sum exp( theta_a + sum_{j != i} m_{j->a} ),
/// normalised, weighted, then damped: m <- damping m_old + (1 - damping) w m. Exact on trees after as many iterations
/// as the longest path; fixed points elsewhere are stationary points of the Bethe free energy [Yedidia05].
/// Parameters: "bp.damping" when damping > 0, "bp.weight" when message_weights.
struct SumProduct {
  double damping = 0;
  /// Weight of every message, one per edge, initially 1 [Nachmani16].
  bool message_weights = false;
  operator AlgorithmPointer() const;
};

/// Multiplicative updates for non-negative latents, from any objective F whose gradient splits:
///   H <- H * ( [dF/dH]_- / [dF/dH]_+ )^exponent      [LeeSeung01], [Hershey14] eq. for the layers of deep NMF.
/// Started from `initial`. Never raises F with one beta divergence, fixed dictionaries and exponent 1 for beta in [1, 2].
struct MultiplicativeUpdate {
  double initial = 1;
  double exponent = 1;
  operator AlgorithmPointer() const;
};

/// ISTA: x <- prox( x - step * gradient ), step 1/L with L = 1.001 |A|_2^2, started from zero. Objective never rises.
/// Form `lista` [Gregor10]: x <- soft_threshold( S x + B b, theta ), S = I - A^T A / L, B = A^T / L, theta = lambda / L
/// as parameters of their own. Parameters: "ista.step" ; "lista.S", "lista.B", "lista.theta".
struct ProximalGradient {
  enum class Form { ista, lista } form = Form::ista;
  /// Nesterov momentum (FISTA [Beck09]), form ista only: fixed weights t_k, no parameters.
  bool accelerated = false;
  operator AlgorithmPointer() const;
};

/// An algorithm by its short name ("mf", "bp", "mu", "ista", "fista", "lista"); throws ScheduleError with the list.
AlgorithmPointer algorithm_by_name(const std::string& name);

}  // namespace unfurl
