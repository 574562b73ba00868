/// Pictures at three resolutions.
#pragma once

#include "models/models.hpp"
#include "models/restore/pictures.hpp"

namespace unfurl::sparse_autoencoder_model {

using restore_model::Pictures;

inline constexpr int side = 28, resolutions[] = {14, 28, 56};

/// The matrix [to^2, from^2] that shows a picture of from x from pixels with to x to: means of what falls together, straight
/// lines between the middles of pixels that are apart.
std::vector<double> resampling(int from, int to);
Pictures resampled(const Pictures& pictures, int to);

/// Training, validation and test pictures of 28 x 28, of which the mean of the training ones is taken; made at run time, or
/// of a folder. Throws DataError for pictures of another size.
struct Division {
  Pictures training, validation, test;
};
Division divide(const AutoencoderSizes& sizes, const Settings& settings);

/// "x", pixels.
Dataset as_data(const Pictures& pictures);

}  // namespace unfurl::sparse_autoencoder_model
