// Which operation has which kernels: the library's, and those that its users give.
#include <map>
#include <mutex>

#include "backend/cpu/kernels/kernels.hpp"
#include "program/operations.hpp"
#include "unfurl/error.hpp"

namespace unfurl::cpu {

namespace {

struct Table {
  std::mutex mutex;
#define UNFURL_ENTRY(name) {&ir::ops::name, kernels::name},
  std::map<const ir::Operation*, Kernels> entries = {UNFURL_CPU_KERNELS(UNFURL_ENTRY)};
#undef UNFURL_ENTRY
};

Table& table() {
  static Table all;
  return all;
}

}  // namespace

const Kernels* find_kernels(const ir::Operation& op) {
  Table& all = table();
  const std::lock_guard lock(all.mutex);
  const auto found = all.entries.find(&op);
  return found == all.entries.end() ? nullptr : &found->second;  // entries stay where they are
}

void give_kernels(const ir::Operation& op, Kernels kernels) {
  if (!kernels.f32 || !kernels.f64)
    throw InternalError(detail::cat("operation '", op.name, "' is given no kernel for ",
                                    kernels.f32   ? "f64"
                                    : kernels.f64 ? "f32"
                                                  : "f32, f64"),
                        "", "give one for either precision, or let the operation expand to others");
  Table& all = table();
  const std::lock_guard lock(all.mutex);
  if (!all.entries.emplace(&op, kernels).second)
    throw InternalError(detail::cat("operation '", op.name, "' has kernels"), "", "give them once");
}

}  // namespace unfurl::cpu
