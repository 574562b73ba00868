// The text form of types.
#include "unfurl/ir.hpp"

namespace unfurl::ir {

using detail::cat;

std::string to_string(const Type& type) {
  std::string s = cat("[", type.planes, ", ", type.rows, type.lanes ? ", lanes]" : "]");
  if (type.domain == Domain::nonneg) s += "+";
  if (type.domain == Domain::index) s += type.states > 0 ? cat("#", type.states) : "#";
  return s;
}

}  // namespace unfurl::ir
