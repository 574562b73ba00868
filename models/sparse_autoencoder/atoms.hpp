/// What single entries of codes make, for pictures of them.
#pragma once

#include "models/sparse_autoencoder/dictionaries.hpp"

namespace unfurl::sparse_autoencoder_model {

/// What a one makes of every entry of a code, or of a kernel's entry in the middle (pixel side / 2 down and to the right), on
/// 28 x 28 pixels: pictures of the dictionary that decodes, projected where it is lifted.
Pictures atoms_of(const Network& network);

}  // namespace unfurl::sparse_autoencoder_model
