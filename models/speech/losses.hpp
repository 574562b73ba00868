/// Losses of masks for speech.
#pragma once

#include "models/speech/frames.hpp"

namespace unfurl::loss {

/// Minus the scale-invariant signal-to-distortion ratio [LeRoux19] of the waveform: the result times the mixture's phase,
/// through the inverse short-time Fourier transform, in nats. Reads the arrays that FrameShape::waveform adds.
Loss si_sdr(const std::string& result, const FrameShape& shape);

/// A loss in which the result "noise" is what the mask leaves, V less the result "speech".
Loss of_noise(const Loss& loss, const FrameShape& shape);

}  // namespace unfurl::loss
