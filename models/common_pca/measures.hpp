/// How good components are.
#pragma once

#include <vector>

#include "models/common_pca/draws.hpp"
#include "unfurl/experiment.hpp"

namespace unfurl::common_pca_model {

/// Those `count` columns of `components` whose variances differ least from domain to domain: the least variance of logarithms.
Matrix steadiest(const Draw& draw, const Matrix& components, int count);
/// The share of the target's points whose class a ridge regression of the source's points finds, both projected on the columns of
/// `components`; penalty 1e-3 for each point, none on the intercept.
double accuracy(const Draw& draw, const Matrix& components);
/// The objective of common principal components.
double objective(const Draw& draw, const Matrix& components);

/// The accuracy on every draw's target by the draw's components, or by the steadiest of them, then with the objective as well.
std::vector<Metric> measure(const std::vector<Draw>& draws, const std::vector<Matrix>& components,
                            bool steady);
/// The largest entry of |B^T B - I|.
double departure(const std::vector<Matrix>& components);

}  // namespace unfurl::common_pca_model
