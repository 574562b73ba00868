// Sums over planes, rows and samples, and their adjoint.
#include <cstring>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

template <class T>
T sum_of(const T* from, std::ptrdiff_t n) {
  packet::Packet<T> packets = {};
  std::ptrdiff_t i = 0;
  for (; i + packet::size<T> <= n; i += packet::size<T>) packets += packet::load(from + i);
  T sum = i ? packet::sum<T>(packets) : T(0);
  for (; i < n; ++i) sum += from[i];
  return sum;
}

template <class T>
void run_sum_to(const Call<T>& c) {
  const View<T>& o = c.out;
  const View<const T>& x = c.in[0];
  for (int p = 0; p < o.planes && !c.accumulate; ++p)
    ArrayMap<T>(o.row(p, 0), Eigen::Index(o.rows) * o.lanes).setZero();
  const bool lanes_summed = o.lanes < x.lanes;
  const T sign = c.accumulate < 0 ? T(-1) : T(1);
  const auto to_plane = [&](int p) { return o.planes == 1 ? 0 : p; };
  if (lanes_summed) {
    for (int p = 0; p < x.planes; ++p)
      for (int r = 0; r < x.rows; ++r)
        *o.row(to_plane(p), o.rows == 1 ? 0 : r) += sign * sum_of(x.row(p, r), x.lanes);
    return;
  }
  const int together = x.rows / o.rows;  // rows that make one
  for (int p = 0; p < x.planes; ++p)
    for (int r = 0; r < o.rows; ++r)
      for_lanes<T>(x.lanes, [&](auto sum, std::ptrdiff_t lane) {
        T* const to = o.row(to_plane(p), r) + lane;
        std::memcpy(&sum, to, sizeof sum);
        for (int i = 0; i < together; ++i) {
          auto more = sum;
          std::memcpy(&more, x.row(p, r + i) + lane, sizeof more);
          sum += sign * more;
        }
        std::memcpy(to, &sum, sizeof sum);
      });
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
