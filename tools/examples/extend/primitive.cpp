#include "primitive.hpp"

unfurl::ir::Target primitive() {
  return {"primitive", [](const unfurl::ir::Operation& op) { return op.expand == nullptr; }};
}

std::string primitive_text(const unfurl::ir::Graph& program) { return lower(program, primitive()).text(); }
