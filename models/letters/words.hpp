/// Handwritten words as images of single letters, for the model `letters`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "unfurl/data.hpp"

namespace unfurl {

/// Words of small letters a to z; an image has 16 rows of 8 pixels, 0 or 1, row by row.
struct Words {
  static constexpr int alphabet = 26, height = 16, width = 8, pixels = height * width;

  std::vector<std::uint8_t> images;  ///< [letters, pixels / 8], eight pixels a byte, the first one highest
  std::vector<int> labels;           ///< 0 .. 25, of all letters one after the other
  std::vector<int> offsets;          ///< word w has the letters offsets[w] .. offsets[w + 1] - 1
  std::vector<int> group;            ///< of each word

  /// Whether a letter has ink at a pixel.
  bool ink(std::size_t letter, std::size_t pixel) const {
    const std::size_t bit = letter * pixels + pixel;
    return (images[bit / 8] >> (7 - bit % 8) & 1) != 0;
  }

  int count() const { return static_cast<int>(group.size()); }
  int length(int word) const;
  int longest() const;  ///< letters in the longest word; 0 without words
};

/// Reads a .npz with the arrays `pixels` uint8 [letters, 16] (eight pixels a byte, the first one highest), `labels`
/// [letters], `word_offsets` [words + 1] and, if there are groups, `group` [words]. Throws DataError for other contents. Takes
/// at most twelve times the memory of these arrays, and keeps at most four times.
Words read_words(const std::filesystem::path& file);

/// Words of 3 to 9 letters from a Markov chain in which few letters follow each, in noisy, shifted glyphs of random
/// strokes; a fifth of them is in group 2, the others in group 1.
Words make_words(int count, std::uint64_t seed);

/// The chosen words, a part for each length: "pixels" [128, length] and "label" [1, length] of structure (length), in the
/// order in which they were chosen.
Dataset as_samples(const Words& words, const std::vector<int>& chosen);

}  // namespace unfurl
