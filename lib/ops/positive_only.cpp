// A gate that lets nothing pass silently: precisions of Gaussians go through it.
#include <limits>

#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

template <class T>
void run_positive_only(const Call<T>& c) {
  map_array(c, [](auto x) {
    return x.unaryExpr([](T v) { return v > T(0) ? v : std::numeric_limits<T>::quiet_NaN(); });
  });
}
Value vjp_positive_only(Builder&, Value, int, Value g) { return g; }

}  // namespace

const OpDef positive_only{.name = "positive_only",
                          .elementwise = true,
                          .infer = infer_domain<Domain::nonneg>,
                          .vjp = vjp_positive_only,
                          .sign = sign_plus,
                          UNFURL_KERNELS(run_positive_only)};

}  // namespace unfurl::ir::ops
