#include "backend/c/texts/text.hpp"
#include "backend/targets.hpp"

namespace unfurl {

ir::Target targets::c() {
  return {"c", [](const ir::Operation& op) { return c::find_writer(op) != nullptr; }};
}

}  // namespace unfurl
