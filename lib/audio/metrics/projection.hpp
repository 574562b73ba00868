/// Least squares on delayed copies of a signal: the estimate's share that a filter of the reference explains.
#pragma once

#include <span>

namespace unfurl::audio {

/// Energies of an estimate of unit energy: of its projection on the span of the delayed references, and of the rest. Both
/// are sums of squares, so neither is lost in the other's rounding.
struct Projection {
  double explained = 0, missed = 0;
};

/// Projects `estimate` on the span of `reference` delayed by 0 ... taps - 1 samples, zeros before and behind it. Both signals
/// have the same length, at least 1, and are neither silent nor hold values that are not finite; taps >= 1. Once less than
/// `negligible` is missed it stops. Throws NumericalError where the delays are so nearly dependent that quadruple precision
/// cannot tell the energies to 1e-3 dB.
Projection project_on_delays(std::span<const float> reference, std::span<const float> estimate, int taps,
                             double negligible);

}  // namespace unfurl::audio
