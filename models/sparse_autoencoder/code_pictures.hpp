/// Pictures of atoms and of codes, for the report.
#pragma once

#include "models/sparse_autoencoder/dictionaries.hpp"

namespace unfurl::sparse_autoencoder_model {

/// Atoms, and codes of some pictures at three resolutions: entries in lines, or of codes over pixels the largest of the kernels'
/// at every pixel.
std::vector<Illustration> code_pictures(const std::vector<Exhibit>& networks, const Pictures& pictures);

}  // namespace unfurl::sparse_autoencoder_model
