// Which states of a variable are the best, where best is a matter of all or nothing.
#include "core/guards.hpp"
#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

// Rounding breaks no tie. Where every plane is -inf, all are the largest.
template <class T>
void run_near_largest(const Call<T>& c) {
  const View<const T>& in = c.in[0];
  const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(in.rows) * in.lanes;
  const auto entry = [&](int p, std::ptrdiff_t i) { return in.row(p, 0)[i]; };
  for (std::ptrdiff_t i = 0; i < n; ++i) {
    T top = entry(0, i);
    for (int p = 1; p < in.planes; ++p) top = std::max(top, entry(p, i));
    const T least = std::isinf(top) ? top : top - guards::rounding_of_sums<T> * std::abs(top);
    for (int p = 0; p < in.planes; ++p) c.out.row(p, 0)[i] = entry(p, i) >= least ? T(1) : T(0);
  }
}

}  // namespace

/// 1 where an entry is the largest of its row and sample over the planes, up to the rounding of sums, else 0; no gradient.
const OpDef near_largest_planes{
    .name = "near_largest_planes", .infer = infer_domain<Domain::nonneg>, UNFURL_KERNELS(run_near_largest)};

}  // namespace unfurl::ir::ops
