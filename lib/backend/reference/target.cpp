#include "backend/reference/definitions.hpp"
#include "backend/targets.hpp"

namespace unfurl {

ir::Target targets::reference() {
  return {"reference", [](const ir::Operation& op) { return reference::find_definition(op) != nullptr; }};
}

}  // namespace unfurl
