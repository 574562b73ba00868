/// Conventional networks that mask speech, to compare with.
#pragma once

#include "models/speech/frames.hpp"

namespace unfurl {

/// A conventional network "V" -> "speech" for samples of one frame: dense layers on log-magnitudes, normalised as `frames`
/// are, give the mask.
Network mask_network(const Samples& frames, const FrameShape& shape, const std::vector<int>& hidden,
                     std::uint64_t seed);
/// Adam's learning rate for such a network with hidden layers of that width: 1 / sqrt(inputs * width), since the rates that
/// networks take fall with the number of inputs of their units [Yang21]. Within a factor of two of the best for 64 to 1024
/// units on one frame and on nine.
double mask_rate(const FrameShape& shape, int hidden);

}  // namespace unfurl
