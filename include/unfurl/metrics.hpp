#pragma once
/// How near an estimated signal is to the true one, in decibels; larger is better.

#include <span>

namespace unfurl::audio {

/// Signal-to-distortion ratio of BSS Eval version 3 for one source [Vincent06]: the estimate is projected on
/// the reference delayed by 0 ... taps - 1 samples, P, so that a filter of that length is forgiven, and
///
///     SDR = 10 log10( |P|^2 / |estimate - P|^2 ).
///
/// Both signals have the same length. The value lies within 1e-3 dB of that of the floats given, and between -240 and 240 dB:
/// identical signals return 240, as does all that double precision cannot tell from a filtered reference, and orthogonal
/// ones -240. More taps never lower it, so sdr() >= si_sdr(). References that are smooth to the last bit take longer; where
/// not even quadruple precision tells their delays apart, NumericalError is thrown. Throws DataError for lengths that differ
/// or are zero, samples that are not finite, and silent signals (their ratio is undefined).
double sdr(std::span<const float> reference, std::span<const float> estimate, int taps = 512);

/// Scale-invariant signal-to-distortion ratio [LeRoux19]: as sdr(), but only a gain is forgiven (taps = 1).
double si_sdr(std::span<const float> reference, std::span<const float> estimate);

}  // namespace unfurl::audio
