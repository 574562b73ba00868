// The passes that every program goes through, by name and in order.
#pragma once

#include "passes/passes.hpp"

namespace unfurl::ir {

struct Pass {
  std::string name;
  std::function<Graph(const Graph&)> run{};
  std::string purpose;  ///< in a few words
};

/// hoist_uniform, compute_before_copies, merge_common, sum_neighbours, remove_dead.
const std::vector<Pass>& pipeline();
/// The same for training programs, and then recompute, which merge_common would undo. 0: nothing is computed again.
std::vector<Pass> training_pipeline(int recompute_every);

/// Called after every pass with what it gave and the seconds that it took.
using AfterPass = std::function<void(const Pass&, const Graph&, double seconds)>;

/// The program after these passes, verified before and after. The second shows it to whoever watches.
Graph optimize(const Graph& graph, const std::vector<Pass>& passes, const AfterPass& after);
Graph optimize(const Graph& graph, const std::vector<Pass>& passes);

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
