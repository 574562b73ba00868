/// Common principal components [Flury84]: directions in which several groups of data vary independently, each with variances of
/// its own. And descent on matrices with orthonormal columns.
///
///     auto S = m.features("S", {p}, groups * p);        // covariances, one below the other
///     auto B = m.latent("B", {p, p});
///     m.start(B, m.observed("eigenvectors", {p, p}));   // or none: the first columns of the identity
///     m.factor("common", CommonComponents{S, B});
///     m.readout("variances", component_variances(S, B));
#pragma once

#include <vector>

#include "unfurl/algorithms.hpp"
#include "unfurl/model.hpp"

namespace unfurl {

/// How far the columns of B are from making the covariances S_g diagonal:
///   sum over g of weight_g ( log det diag(B^T S_g B) - log det(B^T S_g B) ),
/// which is not negative, 0 where all are diagonal, and minus the log-likelihood of normal data up to a constant where weights
/// are degrees of freedom. `components` is a latent of {size, columns}, whose columns its algorithms keep orthonormal;
/// `covariances` is [groups * size, size], symmetric and positive definite. Weights count relative to their sum; none: equal ones.
struct CommonComponents {
  Expr covariances;
  Expr components;
  std::vector<double> weights{};
  operator FactorSpec() const;
};

/// b^T S_g b for every column b: [groups, columns].
Expr component_variances(Expr covariances, const Latent& components, Where where = Where::here());

/// The algorithm of Flury and Gautschi [Flury86], one latent and one CommonComponents factor: a layer is a sweep over all pairs
/// of columns, each turned in its plane by `inner` steps of their fixed point: with the 2 x 2 covariances T_g of the pair and
/// its variances d_1, d_2 in the turned axes, the eigenvectors of sum_g weight_g (1 / d_2 - 1 / d_1) T_g. Pairs go round by round
/// as in a tournament, so that those of a round are disjoint and are turned at once. The objective never rises. No parameters.
struct FluryGautschi {
  int inner = 3;
  operator AlgorithmPointer() const;
};

/// Every pair's angle at once, the first step of FluryGautschi's fixed point for each, and one Cayley transform of them:
///   a_lj = step * sum_g w_g (1/d_l - 1/d_j) c_lj / ( sum_g w_g (d_l - d_j)^2 / (d_l d_j) + 0.5e-8 ),   B <- B (I - A/2)^-1 (I + A/2)
/// with the skew matrix A of the angles, variances d and covariances c of the columns under S_g. Parameter: "angles.step".
struct PairAngles {
  double step = 1;  ///< its initial value
  operator AlgorithmPointer() const;
};

/// Descent on matrices with orthonormal columns, of all smooth factors of one latent of {rows, columns} [Wen13]: with their
/// gradient G in B and W = G B^T - B G^T,
///   B <- (I + step/2 W)^-1 (I - step/2 W) B,
/// which is orthonormal for every step. Parameter: "cayley.step".
struct CayleyDescent {
  double step = 0.1;  ///< its initial value
  operator AlgorithmPointer() const;
};

}  // namespace unfurl
