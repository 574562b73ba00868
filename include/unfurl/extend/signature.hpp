/// What a compiled network takes and gives, by role. How that is computed is the program's.
#pragma once

#include <string>
#include <vector>

#include "unfurl/error.hpp"
#include "unfurl/extend/type.hpp"

namespace unfurl {

/// An array that the data hold for every sample.
struct Input {
  std::string name;
  ir::Type type;      ///< of one sample: all of its frames, and those around them
  Where where{};      ///< the line that asked for it
  bool gaps = false;  ///< entries may be `missing`
};

/// What one sample hands to the next: the input that takes it, and the result that the next one's input is.
struct CarriedState {
  std::string input, result;
};

struct Signature {
  int layers = 0;
  int frames = 1;  ///< consecutive frames in a sample
  std::vector<Input> inputs{};
  std::vector<CarriedState> states{};   ///< of latents that the model looks back at: previous(latent)
  std::vector<std::string> readouts{};  ///< results after every layer, by name
  /// Those of them that are a variable's log-beliefs, before the sigmoid or softmax: without bounds, and infinite where it is sure.
  std::vector<std::string> log_beliefs{};
  /// More names, of results that are computed only where they are asked for: see Algorithm::on_request.
  std::vector<std::string> on_request{};
  /// What layers carry, where the gradient is that of a fixed point: outputs of the last layer and of the one before.
  std::vector<std::string> fixed_point{};

  /// Throws InternalError when absent.
  const Input& input(const std::string& name) const;
  /// All results, by name.
  std::vector<std::string> results() const;
  /// The name of the program's output that is the result `name` after `layer`, 1 .. layers: "x@3".
  static std::string output(const std::string& result, int layer);
};

}  // namespace unfurl
