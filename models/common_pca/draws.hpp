/// Domain generalisation on made data, and what linear algebra it takes: covariances, eigenvectors, ridge regression.
#pragma once

#include <cstdint>
#include <vector>

#include "models/common_pca/matrix.hpp"
#include "unfurl/data.hpp"

namespace unfurl::common_pca_model {

constexpr int size = 20, stable = 5, domains = 4, classes = 5, per_domain = 200;

/// Points in space, one a row, with their classes.
struct Points {
  Matrix at{0, 0};
  std::vector<int> label{};
};

/// A task: in axes that are the same everywhere, the first `stable` coordinates tell the class and vary alike in all domains; the
/// others vary by themselves, in every domain with other variances.
struct Draw {
  Points source, target;        ///< of all domains, one after the other; and of one that is not among them
  Matrix axes{size, size};      ///< in the columns
  Matrix covariances{0, size};  ///< of the domains, one below the other
  Matrix pooled{size, size};    ///< eigenvectors of their sum, in the columns, by falling eigenvalue
};
Draw make_draw(std::uint64_t seed);
/// What networks see of them: "S" and "eigenvectors".
Dataset as_data(const std::vector<Draw>& draws);

}  // namespace unfurl::common_pca_model
