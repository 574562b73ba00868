#include "models/speech/mask_network.hpp"

#include <cmath>

#include "unfurl/at.hpp"

namespace unfurl {

namespace {}  // namespace

Network mask_network(const Samples& v, const FrameShape& shape, const std::vector<int>& hidden,
                     std::uint64_t seed) {
  const std::size_t bins = at(shape.bins());
  std::vector<double> mean(bins, 0), deviation(bins, 0);
  const double frames = static_cast<double>(v.values.size()) / static_cast<double>(bins);
  for (const bool second : {false, true})
    for (std::size_t i = 0; i < v.values.size(); ++i) {
      const double x = std::log(1e-3 + static_cast<double>(v.values[i]));
      double& to = (second ? deviation : mean)[i % bins];
      to += (second ? (x - mean[i % bins]) * (x - mean[i % bins]) : x) / frames;
    }
  for (double& d : deviation) d = std::sqrt(d) + 1e-3;
  for (std::size_t i = bins; i < bins * at(shape.width()); ++i) {
    mean.push_back(mean[i - bins]);
    deviation.push_back(deviation[i - bins]);
  }
  return feed_forward({.input = "V",
                       .input_type = {1, shape.bins() * shape.width(), true, nonneg},
                       .hidden = hidden,
                       .outputs = shape.bins(),
                       .activation = FeedForward::Activation::sigmoid,
                       .output = "speech",
                       .log_input = true,
                       .mean = mean,
                       .deviation = deviation,
                       .mask_of = "V",
                       .mask_first = shape.past * shape.bins(),
                       .seed = seed});
}

double mask_rate(const FrameShape& shape, int hidden) {
  return 1 / std::sqrt(static_cast<double>(shape.bins()) * shape.width() * hidden);
}

}  // namespace unfurl
