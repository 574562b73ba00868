#include "train/batches.hpp"

#include <algorithm>

namespace unfurl {

Batches::Batches(const Dataset& data, int batch, Random random) {
  static const Structure none;
  if (data.parts().empty()) {
    const int* order = orders_.emplace_back(random.permutation(data.samples())).data();
    for (int first = 0; first < data.samples(); first += batch)
      steps_.push_back({{&none, &data, order + first, std::min(batch, data.samples() - first)}});
    return;
  }
  std::vector<Piece> left_over;
  for (const auto& [structure, part] : data.parts()) {
    const int *order = orders_.emplace_back(random.permutation(part.samples())).data(),
              samples = part.samples();
    int first = 0;
    for (; first + batch <= samples; first += batch)
      steps_.push_back({{&structure, &part, order + first, batch}});
    if (first < samples) left_over.push_back({&structure, &part, order + first, samples - first});
  }
  int room = 0;
  for (Piece piece : left_over)
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
