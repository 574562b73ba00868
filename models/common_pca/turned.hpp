/// Classification of turned pictures by features of a small convolutional network, projected on common components.
#pragma once

#include <memory>

#include "unfurl/experiment.hpp"

namespace unfurl::common_pca_model {

/// How the directions are found on which features are projected.
enum class Alignment {
  common,  ///< of all domains at once
  pooled,  ///< of the mean of their covariances: principal components
};

/// Covariances of the features of each domain are those of a mini-batch, with a learned multiple of their mean variance on the
/// diagonal; a layer is a step of descent from the first `columns` coordinates.
Model declare_turned(std::uint64_t seed, Alignment alignment = Alignment::common, int columns = 12);
/// All parameters are shared by the layers, but steps, where that is asked.
Schedule schedule_turned(const Model& model, int layers, bool untied);

std::unique_ptr<Problem> turned_problem(const Settings& settings);

}  // namespace unfurl::common_pca_model
