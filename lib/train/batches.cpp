#include "train/batches.hpp"

#include <algorithm>
#include <utility>

namespace unfurl {

Batches::Batches(const Dataset& data, int batch, Random random) {
  static const Structure none;
  if (data.parts().empty()) {
    const int* order = orders_.emplace_back(random.permutation(data.samples())).data();
    for (int first = 0; first < data.samples(); first += batch)
      steps_.push_back({{&none, &data, order + first, std::min(batch, data.samples() - first)}});
    return;
  }
  // Which structure a sample of the whole is of, and which number it has there.
  std::vector<std::pair<int, int>> samples;
  std::vector<std::pair<const Structure*, const Dataset*>> parts;
  for (const auto& [structure, part] : data.parts()) {
    for (int i = 0; i < part.samples(); ++i) samples.emplace_back(static_cast<int>(parts.size()), i);
    parts.emplace_back(&structure, &part);
  }
  const std::vector<int> shuffled = random.permutation(static_cast<int>(samples.size()));
  for (std::size_t first = 0; first < shuffled.size(); first += static_cast<std::size_t>(batch)) {
    const std::size_t last = std::min(shuffled.size(), first + static_cast<std::size_t>(batch));
    std::vector<std::vector<int>> of_part(parts.size());
    for (std::size_t i = first; i < last; ++i) {
      const auto [part, number] = samples[static_cast<std::size_t>(shuffled[i])];
      of_part[static_cast<std::size_t>(part)].push_back(number);
    }
    steps_.emplace_back();
    for (std::size_t p = 0; p < parts.size(); ++p) {
      if (of_part[p].empty()) continue;
      const std::vector<int>& order = orders_.emplace_back(std::move(of_part[p]));
      steps_.back().push_back(
          {parts[p].first, parts[p].second, order.data(), static_cast<int>(order.size())});
    }
  }
}

}  // namespace unfurl
