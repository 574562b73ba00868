/// How good components are.
#pragma once

#include <vector>

#include "models/common_pca/draws.hpp"
#include "unfurl/experiment.hpp"

namespace unfurl::common_pca_model {

/// The accuracy on every draw's target by the draw's components, or by the steadiest of them, then with the objective as well.
std::vector<Metric> measure(const std::vector<Draw>& draws, const std::vector<Matrix>& components,
                            bool steady);
/// The largest entry of |B^T B - I|.
double departure(const std::vector<Matrix>& components);

}  // namespace unfurl::common_pca_model
