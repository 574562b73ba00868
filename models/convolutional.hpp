/// Convolutional networks written as programs, to compare with.
#pragma once

#include <string>
#include <vector>

#include "unfurl/extend/builder.hpp"
#include "unfurl/network.hpp"
#include "unfurl/operators.hpp"

namespace unfurl {

/// Layers of filters with ReLU between; the channels are planes, and the sites of the image (or of the sequence, which is an
/// image of one row) are rows. Weights are normal with variance 2 / inputs [He15], biases zero.
struct Convolutional {
  std::string input{};
  ir::Type input_type{};
  int height = 1, width = 1;       ///< of the image
  std::vector<Windows> windows{};  ///< of every layer; the result is as large as the image
  std::vector<int> channels{};     ///< that come out of every layer
  std::string output{};            ///< name of the result, "x.logit" before a sigmoid or softmax
  std::uint64_t seed = 1;
  bool residual = false;    ///< the input is added to the result, which has as many channels
  bool any_length = false;  ///< a family: samples of structure (n) have n rows
};
Network convolutional(const Convolutional& options);

}  // namespace unfurl
