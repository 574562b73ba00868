// A program as a model in ONNX.
#pragma once

#include "backend/c/program.hpp"

namespace unfurl::onnx {

/// What the model says of itself.
struct Options {
  std::string name = "network";
  bool doubles = false;
  std::string about{};
};

/// The bytes of a model of operator set 17: the program, whose outputs are per sample, with the parameters' values as constants.
/// Inputs and results have the samples first; what samples hand on is an input and a result, and named in the model's metadata.
/// Throws InternalError for an operation that is not written in ONNX and has no expansion to operations that are.
std::string write(const ir::Graph& program, const c::Arrays& parameters, const std::vector<Input>& inputs,
                  const std::vector<CarriedState>& states, const Options& options);

}  // namespace unfurl::onnx
