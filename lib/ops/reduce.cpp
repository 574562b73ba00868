// Sums over planes, rows and samples, and their adjoint.
#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

bool reduces_to(const Type& from, const Type& to) {
  return (to.planes == from.planes || to.planes == 1) && (to.rows == from.rows || to.rows == 1) &&
         (!to.lanes || from.lanes);
}

Type infer_sum_to(const std::vector<Type>& t, const Attributes& a) {
  if (!reduces_to(t[0], a.shape))
    throw InternalError(cat("cannot sum ", to_string(t[0]), " to ", to_string(a.shape)));
  return a.shape.with(t[0].domain == Domain::real ? Domain::real : Domain::nonneg);
}

template <class T>
void run_sum_to(const Call<T>& c) {
  const View<T>& o = c.out;
  const View<const T>& x = c.in[0];
  if (!c.accumulate) ArrayMap<T>(o.data, eigen_index(o.size())).setZero();
  const bool lanes_summed = o.lanes < x.lanes;
  const T sign = c.accumulate < 0 ? T(-1) : T(1);
  for (int p = 0; p < x.planes; ++p)
    for (int r = 0; r < x.rows; ++r) {
      T* to = o.row(o.planes == 1 ? 0 : p, o.rows == 1 ? 0 : r);
      const ConstArrayMap<T> from(x.row(p, r), x.lanes);
      if (lanes_summed)
        *to += sign * from.sum();
      else
        ArrayMap<T>(to, x.lanes) += sign * from;
    }
}

Value vjp_sum_to(Builder& b, Value out, int, Value g) {
  return b.broadcast(g, b.type(b.graph()[out].args[0]).with(b.type(g).domain));
}

Type infer_broadcast(const std::vector<Type>& t, const Attributes& a) {
  if (!reduces_to(a.shape, t[0]))
    throw InternalError(cat("cannot spread ", to_string(t[0]), " over ", to_string(a.shape)));
  return a.shape.with(t[0].domain);
}

template <class T>
void run_broadcast(const Call<T>& c) {
  const View<T>& o = c.out;
  const View<const T>& x = c.in[0];
  for (int p = 0; p < o.planes; ++p)
    for (int r = 0; r < o.rows; ++r) {
      const T* from = x.row(p, r);
      if (x.lane_stride == 0)
        ArrayMap<T>(o.row(p, r), o.lanes).setConstant(*from);
      else
        ArrayMap<T>(o.row(p, r), o.lanes) = ConstArrayMap<T>(from, o.lanes);
    }
}

Value vjp_broadcast(Builder& b, Value out, int, Value g) {
  return b.sum_to(g, b.type(b.graph()[out].args[0]));
}

}  // namespace

const OpDef sum_to{.name = "sum_to",
                   .infer = infer_sum_to,
                   .vjp = vjp_sum_to,
                   .sign = sign_plus,
                   UNFURL_KERNELS(run_sum_to)};
const OpDef broadcast{.name = "broadcast",
                      .infer = infer_broadcast,
                      .vjp = vjp_broadcast,
                      .sign = sign_plus,
                      UNFURL_KERNELS(run_broadcast)};

}  // namespace unfurl::ir::ops
