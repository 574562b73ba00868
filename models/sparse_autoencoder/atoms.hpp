/// What single entries of codes make, for pictures of them.
#pragma once

#include "models/sparse_autoencoder/dictionaries.hpp"

namespace unfurl::sparse_autoencoder_model {

/// What a one makes of every entry of a code, or of a kernel's entry in the middle (pixel side / 2 down and to the right), on
/// 28 x 28 pixels: pictures of the dictionary that decodes, projected where it is lifted.
Pictures atoms_of(const Network& network);

/// Atoms, and codes of some pictures at three resolutions: entries in lines, or of codes over pixels the largest of the kernels'
/// at every pixel.
std::vector<Illustration> code_pictures(const std::vector<Exhibit>& networks, const Pictures& pictures);

}  // namespace unfurl::sparse_autoencoder_model
