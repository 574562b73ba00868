// The type rule of broadcast operands.
#include "ops/rules.hpp"

namespace unfurl::ir {

using detail::cat;

Type broadcast_type(const std::vector<Type>& types, Domain domain) {
  Type out{1, 1, false, domain};
  const auto join = [&](int a, int b) {
    if (a == b || b == 1) return a;
    if (a == 1) return b;
    std::string shapes;
    for (const Type& t : types) shapes += " " + to_string(t);
    throw InternalError(cat("operands of shapes", shapes, " do not fit each other"));
  };
  for (const Type& t : types) {
    out.planes = join(out.planes, t.planes);
    out.rows = join(out.rows, t.rows);
    out.lanes = out.lanes || t.lanes;
  }
  return out;
}

}  // namespace unfurl::ir
