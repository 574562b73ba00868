#include "backend/cpu/memory_refused.hpp"

#include <sys/sysinfo.h>

#include "core/size_text.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/operation.hpp"

namespace unfurl::exec {

using detail::cat;

namespace {

/// Bytes of this machine; 0 where it does not say.
double machine_memory() {
  struct sysinfo info {};
  if (sysinfo(&info) != 0) return 0;
  return (static_cast<double>(info.totalram) + static_cast<double>(info.totalswap)) * info.mem_unit;
}

std::string in_words(double bytes) { return detail::size_text(static_cast<std::size_t>(bytes)); }

}  // namespace

void refuse_memory(const Plan& plan, double entries, std::size_t bytes) {
  ir::Value largest{0};
  for (int i = 0; i < plan.graph.size(); ++i)
    if (plan.graph.type(ir::Value{i}).size() > plan.graph.type(largest).size()) largest = ir::Value{i};
  const ir::Node& node = plan.graph[largest];
  throw Error(cat("there is not enough memory: a run takes ", in_words(entries * static_cast<double>(bytes)),
                  ", and its largest value, by the operation '", node.op->name, "', ",
                  in_words(static_cast<double>(node.type.size()) * static_cast<double>(bytes)),
                  node.type.lanes ? " a sample" : ""),
              node.origin.empty() ? cat("a value of type ", ir::to_string(node.type), " in the program")
                                  : node.origin,
              "use fewer layers, a smaller batch or less data");
}

void require_memory(const Plan& plan, double entries, std::size_t bytes) {
  const double there = machine_memory();
  if (there > 0 && entries * static_cast<double>(bytes) > there) refuse_memory(plan, entries, bytes);
}

}  // namespace unfurl::exec
