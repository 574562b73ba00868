/// Dictionaries of pictures at any resolution, as linear operators from sparse codes: matrices of pixels or of Fourier modes, and
/// convolutions by kernels of pixels or of Fourier modes.
#pragma once

#include "models/sparse_autoencoder/pictures.hpp"
#include "unfurl/operators.hpp"

namespace unfurl::sparse_autoencoder_model {

enum class Dictionary { dense, fourier, convolution, multiplier };
Dictionary dictionary_by_name(const std::string& name);
inline bool is_local(Dictionary d) { return d == Dictionary::convolution || d == Dictionary::multiplier; }

inline constexpr int atoms = 128, kernels = 8, kernel_side = 7;
/// Frequencies 0 .. highest in either direction, which a grid of 14 pixels still has.
inline constexpr int highest = 6, waves = 2 * highest + 1;

/// All products of a wave down and one to the right, at the pixels of an n x n picture, [n^2, waves^2]; orthonormal on 28.
std::vector<double> modes(int n);

/// Numbers of a code at a resolution: {atoms}, or one for every kernel and pixel.
std::vector<int> code_extents(Dictionary d, int side);

/// The operator, and its parameters "D", or "D0_re", "D0_im" ... of each kernel, in the model, named with the prefix. `start` are
/// pictures: atoms of this length begin as some of them, kernels as noise. What a code makes of it at other resolutions is the
/// same picture, seen there.
Operator dictionary(Model& m, Dictionary d, int side, const Pictures& start, const std::string& prefix = "",
                    double length = 1);

/// Pictures x in several channels, each times a number "lift", with a dictionary for each channel, and the sum of these times
/// numbers "project", which leads back; all of them parameters "channel0_lift" and so on. As they begin, channels are multiples of
/// one another, and codes and pictures those of the dictionary alone. One channel: just that dictionary.
struct Lifted {
  Expr seen;            ///< what the dictionary should make
  Operator dictionary;  ///< of all channels, one behind the other
  Operator picture;     ///< projected
};
Lifted lifted(Model& m, Dictionary d, int side, const Pictures& start, const Expr& x, int channels);

}  // namespace unfurl::sparse_autoencoder_model
