/// A prior of channels that is known by what it makes of noisy ones alone: the empirical Wiener filter of SpectralPrior, and a
/// small convolutional network over the spectrum that corrects it.
#pragma once

#include <cstdint>
#include <vector>

#include "unfurl/linear_gaussian.hpp"

namespace unfurl::superimposed_csi_model {

/// Of the unitary transform u of z, centred so that the leakage of a path is real, with noise of variance v: the network sees
/// |u|^2 / (|u|^2 + c v) for two numbers c and how alike neighbours are, and gives every frequency three gains, of itself and of
/// its neighbours. Times 4 v / (|u|^2 + 4 v) they are added to max(1 - threshold v / |u|^2, 0) of itself; zeros at first.
struct SpectrumNetwork {
  Expr threshold, variance;
  std::vector<Expr> filters, biases;
  Expr x;
  operator FactorSpec() const;
};
/// With parameters "filter0", "bias0", ... of so many channels.
SpectrumNetwork declare_spectrum_network(Model& model, const Expr& threshold, const Expr& variance,
                                         const Expr& x, int channels, std::uint64_t seed);

}  // namespace unfurl::superimposed_csi_model
