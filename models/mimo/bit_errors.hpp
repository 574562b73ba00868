/// What is measured of transmissions.
#pragma once

#include "models/mimo/transmissions.hpp"

namespace unfurl::mimo_model {

/// Wrong bits, by sample, of levels that are numbered as in the labels: neighbours differ in one bit.
Metric bit_errors(const Link& link, const std::vector<int>& decided, const Dataset& data);
Metric bit_errors(const Link& link, const Network& network, const Dataset& data);

/// Where on the curve of bit errors over SNR, of as many samples at each, they fall to `level`: between the last SNR with more and
/// the next, by their logarithm, none taken for half a bit. Not a number where that is beyond the SNRs.
Metric snr_where(const Link& link, const Metric& errors, const std::vector<double>& snr, double level);

}  // namespace unfurl::mimo_model
