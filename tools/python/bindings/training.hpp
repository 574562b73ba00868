/// Optimizers as one class, which every built-in one's options serve as.
#pragma once

#include "bind.hpp"
#include "unfurl/train.hpp"

namespace unfurl::python {

struct AnyOptimizer {
  AnyOptimizer(Optimizer p) : pointer(std::move(p)) {}  // NOLINT: optimizers are optimizers
  template <class Options>
  explicit AnyOptimizer(const Options& options) : pointer(options) {}
  Optimizer pointer;
};

}  // namespace unfurl::python
