/// What is measured on autoencoders: errors, and what becomes of codes at other resolutions.
#pragma once

#include <vector>

#include "models/sparse_autoencoder/dictionaries.hpp"

namespace unfurl::sparse_autoencoder_model {

/// "error", relative to the power of the pictures, "active", the non-zero entries of a code, and at 14 and 56 pixels the error, the cosine of
/// codes with those at 28, and the share of common entries among all that either has. Codes over pixels are compared on the
/// coarser grid, by means over its cells.
std::vector<Metric> transfer(const Network& network, const Pictures& pictures, Dictionary d);

}  // namespace unfurl::sparse_autoencoder_model
