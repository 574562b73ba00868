/// Kernels of convolutions, by pixels and by frequencies.
#pragma once

#include "models/sparse_autoencoder/dictionaries.hpp"

namespace unfurl::sparse_autoencoder_model {

/// Kernels of this length, by rows.
std::vector<double> random_kernels(double length);

/// The sum over kernels of circular convolutions by their low frequencies: codes are functions, too, whose values are the same
/// ones at every resolution. Parameters are in units in which they are as large as the kernels' own.
Operator multipliers(Model& m, int n, const std::string& prefix, double length);

}  // namespace unfurl::sparse_autoencoder_model
