/// Symbols over channels of many antennas, and what is measured of them.
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

/// Wrong bits, by sample, of levels that are numbered as in the labels: neighbours differ in one bit.
Metric bit_errors(const Link& link, const std::vector<int>& decided, const Dataset& data);
Metric bit_errors(const Link& link, const Network& network, const Dataset& data);

/// Where on the curve of bit errors over SNR, of as many samples at each, they fall to `level`: between the last SNR with more and
/// the next, by their logarithm, none taken for half a bit. Not a number where that is beyond the SNRs.
Metric snr_where(const Link& link, const Metric& errors, const std::vector<double>& snr, double level);

/// The most probable symbols by enumeration of all: for few antennas.
std::vector<int> most_probable(const Link& link, const Dataset& data);

}  // namespace unfurl::mimo_model
