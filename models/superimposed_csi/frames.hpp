/// Frames of superimposed coding, and what is measured of them.
#pragma once

#include <cstdint>
#include <vector>

#include "unfurl/experiment.hpp"

namespace unfurl::superimposed_csi_model {

constexpr int antennas = 64, symbols = 512;

/// What frames are drawn from.
struct Setting {
  bool paths = true;  ///< the channel is that of three paths, else independent entries
  double rho = 0.1;   ///< the share of the power that the channel has
  double snr = 8;     ///< in dB
};

/// Columns 1 .. antennas of the Walsh matrix of `symbols` rows, by rows.
std::vector<double> walsh();

/// So many frames of every setting, one after the other: "y", and for targets "truth" (the channel) and "bits" (1: positive), with what is known, "rho" and "noise", its variance. For
/// networks of another kind, "spread": the channel's least-squares estimate, as if there were no symbols.
Dataset make_frames(const std::vector<Setting>& settings, int count, std::uint64_t seed);

/// The error of the channel, over all frames (and of each, in dB), and wrong bits. Networks without symbols have their channel
/// subtracted, and signs taken.
std::vector<Metric> measure(const Network& network, const Dataset& data);

}  // namespace unfurl::superimposed_csi_model
