/// What many of the models share: defaults in a line, streams of random numbers, and data that never end.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "unfurl/data.hpp"
#include "unfurl/options.hpp"

namespace unfurl {

inline Settings defaults_of(std::string algorithm, int layers, std::string tying, int epochs) {
  Settings s;
  s.algorithm = std::move(algorithm);
  s.layers = layers;
  s.tying = std::move(tying);
  s.epochs = epochs;
  return s;
}

/// The seed of stream k of those that belong to a seed: data to test with, to validate with, of each epoch.
inline std::uint64_t stream(std::uint64_t seed, int k) {
  return seed * 1000003 + static_cast<std::uint64_t>(k);
}

/// Data that are made anew in every epoch.
inline DataSource fresh(std::function<Dataset(int epoch)> make) {
  return {[make = std::move(make)](int epoch, int) { return std::make_shared<const Dataset>(make(epoch)); }};
}

}  // namespace unfurl
