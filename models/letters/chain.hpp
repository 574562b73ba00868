/// The chain of letters, and where it starts.
#pragma once

#include "models/letters/words.hpp"
#include "models/models.hpp"
#include "unfurl/at.hpp"

namespace unfurl::letters_model {

inline constexpr int alphabet = Words::alphabet, pixels = Words::pixels;

/// Initial values, [letters, pixels], [letters] and [letters, letters].
struct Start {
  std::vector<double> W, b, T;
};

Start no_start();

/// Words of any length, which share their parameters; that of the longest has all of them. `after_next`: with tables for
/// letters two apart.
Model declare(int longest, bool after_next, const Start& start);

/// The generative model by counting: a Markov chain of letters whose pixels are independent,
///   W = log odds of a pixel, b = log p(letter) + log p(no pixels | letter), T = log p(pair) / (p(first) p(second)),
/// with `trust` < 1 in the pixels, which are not independent.
Start count(const Words& words, const std::vector<int>& chosen, double trust);

/// Wrong letters in per cent of all, and words with any. The items are words; their letter errors are scaled so that
/// their mean is the value.
std::vector<Metric> measure(const Network& network, const Dataset& words);

}  // namespace unfurl::letters_model
