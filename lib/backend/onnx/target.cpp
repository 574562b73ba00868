#include "backend/onnx/writers/writers.hpp"
#include "backend/targets.hpp"

namespace unfurl {

ir::Target targets::onnx() {
  return {"onnx", [](const ir::Operation& op) { return onnx::find_writer(op) != nullptr; }};
}

}  // namespace unfurl
