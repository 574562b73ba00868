/// For authors of targets: what can run or write a program, and how a program is brought into its operations.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "unfurl/extend/operation.hpp"
#include "unfurl/extend/program.hpp"

namespace unfurl::ir {

/// What can run a program: its name, and the operations that it has. Leaves (inputs, parameters, constants) it has always.
struct Target {
  std::string name;
  std::function<bool(const Operation&)> has;
};

/// The program in operations of the target alone: others are expanded. Throws InternalError for one that has no expansion.
Graph lower(const Graph& graph, const Target& target);

/// The library's targets: "cpu", which runs programs, "reference", by which tests check what it gives, "c", which writes them as
/// C, and "onnx", as models in ONNX.
const std::vector<Target>& all_targets();

}  // namespace unfurl::ir
