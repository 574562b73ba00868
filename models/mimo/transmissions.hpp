/// Symbols over channels of many antennas.
#pragma once

#include <cstdint>
#include <vector>

#include "unfurl/experiment.hpp"

namespace unfurl::mimo_model {

/// How symbols are sent.
struct Link {
  int antennas = 16;         ///< of either side
  bool many_levels = false;  ///< four levels in either part (16-QAM) instead of two (QPSK)
  double correlation = 0;    ///< of neighbouring antennas, on both sides [Loyka01]
  /// In either part, of symbols of power 1.
  std::vector<double> levels() const;
};

/// So many samples at every one of the SNRs (of all antennas, in dB), one after the other: "y", the channel "H" with entries of
/// variance 1, the noise's variance "noise", and for targets "sent", the symbols, and "labels", the numbers of their levels.
Dataset transmit(const Link& link, const std::vector<double>& snr, int count, std::uint64_t seed);

/// The most probable symbols by enumeration of all: for few antennas.
std::vector<int> most_probable(const Link& link, const Dataset& data);

}  // namespace unfurl::mimo_model
