// Which samples make a step.
#pragma once

#include <vector>

#include "unfurl/data.hpp"

namespace unfurl {

/// Some samples of one structure.
struct Piece {
  const Structure* structure = nullptr;
  const Dataset* data = nullptr;
  const int* order = nullptr;  ///< numbers of the samples
  int count = 0;
};

/// The steps of one pass over the data, in random order. Of samples of several structures a step has about four runs, each of one
/// structure; shorter ones are left over and make steps together. Every step but the last one has a whole batch.
class Batches {
 public:
  Batches(const Dataset& data, int batch, Random random);

  std::size_t size() const { return steps_.size(); }
  const std::vector<Piece>& operator[](std::size_t step) const { return steps_[step]; }

 private:
  std::vector<std::vector<int>> orders_;
  std::vector<std::vector<Piece>> steps_;
};

inline int samples_of(const std::vector<Piece>& step) {
  int samples = 0;
  for (const Piece& piece : step) samples += piece.count;
  return samples;
}

}  // namespace unfurl
