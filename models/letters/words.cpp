#include "models/letters/words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>

#include "unfurl/at.hpp"
#include "unfurl/npz.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// Takes an array of whole numbers from `least` to `most` out of those of a file.
template <class Number = int>
std::vector<Number> whole_numbers(std::map<std::string, NpzArray>& arrays, const std::string& name,
                                  std::size_t dimensions, double least, double most,
                                  const std::string& where) {
  const auto found = arrays.find(name);
  if (found == arrays.end())
    throw DataError(cat("the words have no array '", name, "'"), where,
                    "arrays pixels, labels, word_offsets and group, as numpy.savez writes them");
  if (found->second.shape.size() != dimensions)
    throw DataError(cat("'", name, "' has ", found->second.shape.size(), " dimensions"), where,
                    cat("it needs ", dimensions));
  std::vector<Number> numbers;
  numbers.reserve(found->second.values.size());
  for (const double v : found->second.values) {
    if (!(v >= least && v <= most) || v != std::floor(v))
      throw DataError(cat("'", name, "' holds ", v), where, cat("whole numbers from ", least, " to ", most));
    numbers.push_back(static_cast<Number>(v));
  }
  arrays.erase(found);
  return numbers;
}

/// Draws a line of pixels.
void draw_stroke(std::array<bool, Words::pixels>& glyph, double x0, double y0, double x1, double y1) {
  for (int step = 0; step <= 32; ++step) {
    const double t = step / 32.0;
    const int x = static_cast<int>(x0 + t * (x1 - x0)), y = static_cast<int>(y0 + t * (y1 - y0));
    glyph[at(y * Words::width + x)] = true;
  }
}

}  // namespace

int Words::length(int word) const { return offsets[at(word) + 1] - offsets[at(word)]; }

int Words::longest() const {
  int most = 0;
  for (int w = 0; w < count(); ++w) most = std::max(most, length(w));
  return most;
}

Words read_words(const std::filesystem::path& file) {
  const std::string where = file.string();
  auto arrays = read_npz(file);
  constexpr double any = 1e9;
  Words words;
  words.images = whole_numbers<std::uint8_t>(arrays, "pixels", 2, 0, 255, where);
  words.labels = whole_numbers(arrays, "labels", 1, 0, Words::alphabet - 1, where);
  words.offsets = whole_numbers(arrays, "word_offsets", 1, 0, any, where);
  if (words.images.size() != words.labels.size() * Words::pixels / 8)
    throw DataError(cat("'pixels' has ", words.images.size(), " bytes for ", words.labels.size(), " labels"),
                    where, cat(Words::pixels / 8, " bytes for each letter"));
  if (words.offsets.empty() || words.offsets.front() != 0 ||
      words.offsets.back() != static_cast<int>(words.labels.size()) ||
      std::adjacent_find(words.offsets.begin(), words.offsets.end(), std::greater_equal<>()) !=
          words.offsets.end())
    throw DataError("'word_offsets' does not cut the letters into words", where,
                    "rising numbers from 0 to the number of letters, one more than there are words");
  if (arrays.count("group") != 0)
    words.group = whole_numbers(arrays, "group", 1, 0, any, where);
  else
    words.group.assign(words.offsets.size() - 1, 0);
  if (words.group.size() + 1 != words.offsets.size())
    throw DataError(
        cat("'group' has ", words.group.size(), " entries for ", words.offsets.size() - 1, " words"), where,
        "one for each word");
  return words;
}

Words make_words(int count, std::uint64_t seed) {
  constexpr double flipped = 0.12;
  Random random(seed);
  std::array<std::array<bool, Words::pixels>, Words::alphabet> glyphs{};
  std::array<std::array<int, 4>, Words::alphabet> followers{};
  for (int letter = 0; letter < Words::alphabet; ++letter) {
    // Two strokes inside a frame of one pixel, the second from the end of the first.
    std::array<double, 6> p{};
    for (std::size_t i = 0; i < p.size(); ++i)
      p[i] = 1 + random.uniform() * ((i % 2 == 0 ? Words::width : Words::height) - 2);
    draw_stroke(glyphs[at(letter)], p[0], p[1], p[2], p[3]);
    draw_stroke(glyphs[at(letter)], p[2], p[3], p[4], p[5]);
    for (int& next : followers[at(letter)]) next = random.below(Words::alphabet);
  }
  Words words;
  words.offsets = {0};
  for (int w = 0; w < count; ++w) {
    int letter = random.below(Words::alphabet);
    for (int left = 3 + random.below(7); left > 0; --left) {
      words.labels.push_back(letter);
      const int down = random.below(3) - 1, right = random.below(3) - 1;
      unsigned byte = 0;
      for (int i = 0; i < Words::height; ++i)
        for (int j = 0; j < Words::width; ++j) {
          const int y = i - down, x = j - right;
          const bool inside = y >= 0 && y < Words::height && x >= 0 && x < Words::width;
          const bool ink = inside && glyphs[at(letter)][at(y * Words::width + x)];
          byte = byte << 1U | (ink != (random.uniform() < flipped) ? 1U : 0U);
          if (j % 8 == 7) words.images.push_back(static_cast<std::uint8_t>(byte));
        }
      letter = followers[at(letter)][at(random.below(4))];
    }
    words.offsets.push_back(static_cast<int>(words.labels.size()));
    words.group.push_back(w % 5 == 4 ? 2 : 1);
  }
  return words;
}

Dataset as_samples(const Words& words, const std::vector<int>& chosen) {
  struct Part {
    std::vector<float> pixels, label;
  };
  std::map<int, Part> parts;
  for (const int word : chosen) {
    const int length = words.length(word);
    const auto n = at(length), first = at(words.offsets[at(word)]);
    Part& part = parts[length];
    const auto begin = part.pixels.size();
    part.pixels.resize(begin + Words::pixels * n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t p = 0; p < Words::pixels; ++p)
        part.pixels[begin + p * n + i] = words.ink(first + i, p) ? 1.0F : 0.0F;
      part.label.push_back(static_cast<float>(words.labels[first + i]));
    }
  }
  Dataset data;
  for (auto& [length, part] : parts) {
    Dataset one;
    one.add("pixels", Words::pixels, length, std::move(part.pixels))
        .add("label", 1, length, std::move(part.label));
    data.add({length}, std::move(one));
  }
  return data;
}

}  // namespace unfurl
