/// Rows that several comparisons of speech systems have.
#pragma once

#include "models/deep_nmf/systems.hpp"

namespace unfurl::deep_nmf_rows {

using Options = std::map<std::string, std::string>;

/// One dictionary for activations and mask.
Options shared();
SpeechSystem untrained(int layers);
SpeechSystem tied(int layers);
SpeechSystem untied(int layers);
/// Both halves of the gradient are propagated through all layers, W <- W (g- / g+)^p.
SpeechSystem by_the_paper(int layers);
SpeechSystem plain(int iterations);

/// Ways to train the untied network.
SpeechSystems optimizers(int k);
/// Layers that look at other frames, and unfolded ISTA: with activations that start from the last frame's it is the
/// recurrent network of [Wisdom17].
SpeechSystems relatives(int k);

}  // namespace unfurl::deep_nmf_rows
