/// Words and what networks read.
#pragma once

#include "models/letters/chain.hpp"

namespace unfurl::letters_model {

/// The first word of each length, up to nine: its images side by side, what it is, and how every network reads it, wrong letters
/// as capitals.
std::vector<Illustration> words_and_readings(const std::vector<Exhibit>& networks, const Dataset& words);

}  // namespace unfurl::letters_model
