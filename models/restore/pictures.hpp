/// Grey pictures, and what blur or a scanner of few frequencies leave of them.
#pragma once

#include <filesystem>
#include <vector>

#include "unfurl/data.hpp"

namespace unfurl::restore_model {

/// Pictures of height x width pixels from 0 to 1, row by row, one after the other.
struct Pictures {
  int height = 0, width = 0;
  std::vector<float> pixels;
  std::size_t size() const { return static_cast<std::size_t>(height) * static_cast<std::size_t>(width); }
  int count() const { return size() == 0 ? 0 : static_cast<int>(pixels.size() / size()); }
};

/// A file of MNIST's format, such as train-images-idx3-ubyte.gz of Fashion-MNIST [Xiao17], compressed or not. Throws
/// DataError for other contents.
Pictures read_pictures(const std::filesystem::path& file);

/// Patches of one grey each, side x side pixels: where one of several fields of smoothed noise is largest.
Pictures make_pictures(int side, int count, std::uint64_t seed);

/// What degrades pictures: a circular convolution, then normal noise.
struct Degradation {
  int height = 0, width = 0;
  double noise = 0;                ///< its deviation
  bool noise_is_filtered = false;  ///< noise has the frequencies that are kept, and no others
  std::vector<double> kernel;      ///< [height, width], of which pixel (0, 0) is the one in the middle
};

/// A Gaussian blur of 5 x 5 pixels, and its weights, row by row.
Degradation blur(int height, int width);
std::vector<double> blur_weights();

/// Few of the frequencies: all of the lowest, and of the others the fewer the higher they are, a third in all.
Degradation few_frequencies(int height, int width);
/// Which of them are kept, 0 or 1, [height, width / 2 + 1].
std::vector<double> kept_frequencies(int height, int width);

/// Arrays "clean" and "y", what is left of it.
Dataset degraded(const Pictures& pictures, const Degradation& degradation, std::uint64_t seed);

}  // namespace unfurl::restore_model
