// What AMP and OAMP share: a factor that treats entries alone, as an estimator of a latent under normal noise.
#pragma once

#include "algorithms/proximal/linear_fit.hpp"

namespace unfurl::algorithms {

/// A model of one SquaredError{b, A * x} and one such factor of x.
struct Denoising {
  LinearFit fit;
  int factor = -1;              ///< its declaration
  bool posterior_mean = false;  ///< it has one; else a proximal map
};
/// Throws ScheduleError, naming the factor, for other models. `proximal`: whether a proximal map will do.
Denoising denoising(const Model& model, const char* algorithm, bool proximal);

/// A variance, where rounding left less than what counts beside that of the data: see floors.hpp.
ir::Value variance_above_rounding(ir::Builder& b, ir::Value variance, ir::Value of_data);

}  // namespace unfurl::algorithms
