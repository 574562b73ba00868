// The table of operations.
#include <map>

#include "program/operations.hpp"
#include "unfurl/error.hpp"

namespace unfurl::ir {

const std::vector<const Operation*>& all_operations() {
#define UNFURL_ADDRESS(name) &ops::name,
  static const std::vector<const Operation*> list = {UNFURL_OPERATIONS(UNFURL_ADDRESS)};
#undef UNFURL_ADDRESS
  return list;
}

const Operation* find_operation(std::string_view name) {
  static const auto table = [] {
    std::map<std::string_view, const Operation*> t;
    for (const Operation* op : all_operations())
      if (!t.emplace(op->name, op).second)
        throw InternalError(detail::cat("operation '", op->name, "' is registered twice"));
    return t;
  }();
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

}  // namespace unfurl::ir
