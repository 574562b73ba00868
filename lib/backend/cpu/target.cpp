#include "backend/cpu/kernels/kernels.hpp"
#include "backend/targets.hpp"

namespace unfurl {

ir::Target targets::cpu() {
  return {"cpu", [](const ir::Operation& op) { return cpu::find_kernels(op) != nullptr; }};
}

}  // namespace unfurl
