// Words side by side in tiles, as programs want them: [tile][entry][lane].
#pragma once

#include <cstddef>
#include <vector>

namespace unfurl::decoding {

/// An array of every word.
template <class T>
class LaneArray {
 public:
  LaneArray() = default;
  LaneArray(std::size_t entries, int lanes) : entries_(entries), lanes_(static_cast<std::size_t>(lanes)) {}
  std::size_t entries() const { return entries_; }
  std::size_t tile_size() const { return entries_ * lanes_; }
  void resize_tiles(int tiles) {
    const std::size_t n = tile_size() * static_cast<std::size_t>(tiles);
    if (values_.size() < n) values_.resize(n);
  }
  T* tile(int t) { return values_.data() + tile_size() * static_cast<std::size_t>(t); }
  const T* tile(int t) const { return values_.data() + tile_size() * static_cast<std::size_t>(t); }
  /// Entry e of this word is at [e * lanes].
  T* word(int slot) { return tile(slot / static_cast<int>(lanes_)) + slot % static_cast<int>(lanes_); }
  const T* word(int slot) const {
    return tile(slot / static_cast<int>(lanes_)) + slot % static_cast<int>(lanes_);
  }
  void move(int from, int to) {
    const T* a = word(from);
    T* b = word(to);
    for (std::size_t e = 0; e < entries_; ++e) b[e * lanes_] = a[e * lanes_];
  }

 private:
  std::size_t entries_ = 0, lanes_ = 1;
  std::vector<T> values_;
};

}  // namespace unfurl::decoding
