// Sums over planes, rows and samples, and their adjoint.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

template <class T>
void run_sum_to(const Call<T>& c) {
  const View<T>& o = c.out;
  const View<const T>& x = c.in[0];
  for (int p = 0; p < o.planes && !c.accumulate; ++p)
    ArrayMap<T>(o.row(p, 0), Eigen::Index(o.rows) * o.lanes).setZero();
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

}  // namespace

const Kernels sum_to{UNFURL_KERNELS(run_sum_to), .cut = Cut::rows};
const Kernels broadcast{UNFURL_KERNELS(run_broadcast), .cut = Cut::rows};

}  // namespace unfurl::cpu::kernels
