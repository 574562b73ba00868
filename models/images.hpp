/// What the models of square images share.
#pragma once

#include <vector>

#include "models/convolutional.hpp"
#include "unfurl/data.hpp"

namespace unfurl {

/// Sizes of a task of images; the defaults are those of its benchmark.
struct ImageSizes {
  int side = 50;  ///< pixels in a row and in a column
  int images_per_epoch = 640;
  int test_images = 200;
  int tuning_images = 32;  ///< to tune the plain algorithm, and for validation losses
};

/// Uniform noise on [0, 1), smoothed by a Gaussian window as wide as the image; images are mirrored at their borders.
class SmoothNoise {
 public:
  /// `deviation` of the window, in pixels.
  SmoothNoise(int side, double deviation);
  /// Pixels row by row.
  std::vector<double> draw(Random& random) const;

 private:
  std::vector<double> product_with_transpose(const std::vector<double>& a,
                                             const std::vector<double>& b) const;
  std::size_t side_;
  std::vector<double> matrix_;  ///< smooths columns, [side, side]
};

/// Filters of 5 x 5 pixels. Pixels beyond the border are those at the border.
inline constexpr Windows five_by_five{
    .height = 5, .width = 5, .padding_down = 2, .padding_right = 2, .border = Border::nearest};

}  // namespace unfurl
