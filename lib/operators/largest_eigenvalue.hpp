// The norm of a linear map, from its products with vectors.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace unfurl::operators {

/// The largest eigenvalue of a symmetric, positive semidefinite map of n numbers, or a little more: 1e-12 of it where it stands
/// apart from the others, and 1e-3 where they are close. `apply` puts the product in the place of the vector.
///
/// Lanczos's method from a random vector v (of a fixed seed). After k steps its polynomial p_k has |p_k(A) v| = 1, while the
/// share of v along the eigenvector that is looked for is not below s but with a probability of 1e-10; so the eigenvalue is
/// not above the largest root of p_k(t) = 1 / s [Hochstenbach13]. Power iteration, and the largest root of p_k, are
/// estimates from below, too low for a step size.
double largest_eigenvalue(std::size_t n, const std::function<void(std::vector<double>&)>& apply);

}  // namespace unfurl::operators
