#include "train/batches.hpp"

#include <algorithm>

namespace unfurl {

namespace {

/// Samples of one structure are alike in more than that, so a step has several; and a run of few samples costs as much as one
/// that fills the widest registers.
constexpr int structures = 4, fewest = 16;

}  // namespace

Batches::Batches(const Dataset& data, int batch, Random random) {
  static const Structure none;
  if (data.parts().empty()) {
    const int* order = orders_.emplace_back(random.permutation(data.samples())).data();
    for (int first = 0; first < data.samples(); first += batch)
      steps_.push_back({{&none, &data, order + first, std::min(batch, data.samples() - first)}});
    return;
  }
  const int run = std::min(batch, std::max(fewest, (batch + structures - 1) / structures));
  std::vector<Piece> whole, left_over;
  for (const auto& [structure, part] : data.parts()) {
    const int samples = part.samples();
    const int* order = orders_.emplace_back(random.permutation(samples)).data();
    for (int first = 0; first < samples; first += run) {
      const Piece piece{&structure, &part, order + first, std::min(run, samples - first)};
      (piece.count == run ? whole : left_over).push_back(piece);
    }
  }
  std::vector<Piece> pieces;
  for (const std::vector<Piece>* some : {&whole, &left_over})
    for (const int i : random.permutation(static_cast<int>(some->size())))
      pieces.push_back((*some)[static_cast<std::size_t>(i)]);
  int room = 0;
  for (Piece piece : pieces)
    while (piece.count > 0) {
      if (room == 0) {
        steps_.emplace_back();
        room = batch;
      }
      Piece fits = piece;
      fits.count = std::min(piece.count, room);
      steps_.back().push_back(fits);
      piece.order += fits.count;
      piece.count -= fits.count;
      room -= fits.count;
    }
  std::vector<std::vector<Piece>> shuffled;
  for (const int i : random.permutation(static_cast<int>(steps_.size())))
    shuffled.push_back(std::move(steps_[static_cast<std::size_t>(i)]));
  steps_ = std::move(shuffled);
}

}  // namespace unfurl
