// The passes that every program goes through, by name and in order.
#pragma once

#include "passes/passes.hpp"

namespace unfurl::ir {

struct Pass {
  std::string name;
  Graph (*run)(const Graph&) = nullptr;
  std::string purpose;  ///< in a few words
};

/// hoist_uniform, merge_common, remove_dead.
const std::vector<Pass>& pipeline();

/// Called after every pass with what it gave and the seconds that it took.
using AfterPass = std::function<void(const Pass&, const Graph&, double seconds)>;

/// The program after all passes of the pipeline, verified before and after.
Graph optimize(const Graph& graph, const AfterPass& after);

/// While it lives, what optimize() does in this thread is shown, wherever it is called.
class PassWatch {
 public:
  explicit PassWatch(AfterPass after);
  PassWatch(const PassWatch&) = delete;
  PassWatch& operator=(const PassWatch&) = delete;
  ~PassWatch();

 private:
  AfterPass before_;
};

}  // namespace unfurl::ir
