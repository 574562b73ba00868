/// Convolutional networks written as programs, to compare with.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "unfurl/network.hpp"

namespace unfurl {

/// What a filter sees at one of its taps: its input moved by some rows.
using Shift = std::function<ir::Value(ir::Builder&, ir::Value)>;

/// Layers of filters with ReLU between; the channels are planes, and the sites of the image or sequence rows. Weights are
/// normal with variance 2 / inputs [He15], biases zero.
struct Convolutional {
  std::string input{};
  ir::Type input_type{};
  std::vector<std::vector<Shift>> taps{};  ///< of every layer
  std::vector<int> channels{};             ///< that come out of every layer
  std::string output{};  ///< name of the result before a sigmoid or softmax, without ".logit"
  std::uint64_t seed = 1;
  bool any_length = false;  ///< a family: samples of structure (n) have n rows
};
Network convolutional(const Convolutional& options);

}  // namespace unfurl
