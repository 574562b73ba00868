// A conventional network for comparison.
#include <algorithm>

#include "models/convolutional.hpp"
#include "networks.hpp"

namespace unfurl::bench {

Bench convolution(const Shape& shape) {
  const int side = shape.side(32), batch = shape.batch(64);
  constexpr int channels = 16;
  const Windows windows{.height = 5, .width = 5, .padding_down = 2, .padding_right = 2};
  Random random(1);
  const auto n =
      static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * static_cast<std::size_t>(batch);
  std::vector<float> labels(n), evidence(n);
  std::generate(labels.begin(), labels.end(), [&] { return static_cast<float>(random.below(2)); });
  std::transform(labels.begin(), labels.end(), evidence.begin(),
                 [&](float x) { return static_cast<float>(2 * x - 1 + 1.5 * random.normal()); });
  Dataset data;
  data.add("y", 1, side * side, std::move(evidence)).add("x", 1, side * side, std::move(labels));
  return {convolutional({.input = "y",
                         .input_type = {1, side * side, true},
                         .height = side,
                         .width = side,
                         .windows = std::vector<Windows>(4, windows),
                         .channels = {channels, channels, channels, 1},
                         .output = "x.logit"}),
          std::move(data),
          loss::cross_entropy("x", "x"),
          {"x.logit"}};
}

}  // namespace unfurl::bench
