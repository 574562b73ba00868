/// The model of a channel superimposed on symbols.
#pragma once

#include "models/models.hpp"
#include "unfurl/linear_gaussian.hpp"

namespace unfurl::superimposed_csi_model {

/// What is known of the channel: its variance; that it is sparse in the Fourier domain; or what is learned of that.
enum class Prior { gaussian, spectral, learned };

/// In units of the symbols, so that power and noise are data: y / c = Q x + d + noise / c with x = (a / c) h.
Model declare(Prior prior, std::uint64_t seed);
/// The spreading matrix is known and stays.
Schedule schedule(const Model& model, const InterferenceCancellation& algorithm, int layers);

}  // namespace unfurl::superimposed_csi_model
