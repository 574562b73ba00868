// Whether results are numbers, and which operation is at fault where they are not.
#pragma once

#include <cmath>
#include <limits>

#include "unfurl/error.hpp"
#include "unfurl/extend/backend.hpp"
#include "unfurl/extend/operation.hpp"
#include "unfurl/extend/program.hpp"

namespace unfurl::exec {

template <class T>
bool all_finite(const T* data, std::size_t n) {
  constexpr std::size_t several = 128 / sizeof(T);  // sums at once, for one would wait for itself
  T sum[several] = {};                              // 0 * x is 0 for finite x and NaN otherwise
  std::size_t i = 0;
  for (; i + several <= n; i += several)
    for (std::size_t k = 0; k < several; ++k) sum[k] += T(0) * data[i + k];
  for (; i < n; ++i) sum[0] += T(0) * data[i];
  T total = 0;
  for (const T s : sum) total += s;
  return total == T(0);
}

/// Throws NumericalError, with the node's operation, layer and declaration, for NaN and infinity; the logarithm of zero is fine.
template <class T>
void require_finite(const ir::Node& node, const cpu::View<T>& result) {
  const std::size_t n = result.size() / static_cast<std::size_t>(result.planes);
  for (std::size_t i = 0; i < n * static_cast<std::size_t>(result.planes); ++i) {
    const T v = result.row(static_cast<int>(i / n), 0)[i % n];
    if (std::isfinite(v) || v == -std::numeric_limits<T>::infinity()) continue;
    throw NumericalError(
        detail::cat("operation '", node.op->name, "' gives ", std::isnan(v) ? "NaN" : "infinity",
                    node.layer >= 0 ? detail::cat(" in layer ", node.layer + 1) : std::string()),
        node.origin,
        node.op->remedy.empty() ? "check the data and the values of the parameters" : node.op->remedy);
  }
}

}  // namespace unfurl::exec
