// Which samples make a step.
#pragma once

#include <deque>
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

/// The steps of one pass over the data: each a batch drawn at random from all samples, the last one perhaps smaller. Samples of
/// one structure run together, but what makes a batch is chance alone: steps of like samples train worse.
class Batches {
 public:
  Batches(const Dataset& data, int batch, Random random);

  std::size_t size() const { return steps_.size(); }
  const std::vector<Piece>& operator[](std::size_t step) const { return steps_[step]; }

 private:
  std::deque<std::vector<int>> orders_;  ///< which stay where they are
  std::vector<std::vector<Piece>> steps_;
};

inline int samples_of(const std::vector<Piece>& step) {
  int samples = 0;
  for (const Piece& piece : step) samples += piece.count;
  return samples;
}

}  // namespace unfurl
