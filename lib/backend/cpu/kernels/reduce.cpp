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
  if (x.lanes == 1 && o.rows == 1 && x.row_stride == 1) {
    for (int p = 0; p < x.planes; ++p) *o.row(to_plane(p), 0) += sign * sum_of(x.row(p, 0), x.rows);
    return;
  }
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

/// The sum of a[i] * b[i] for n entries; of a step of 0 all are the same number. Four sums, which do not wait for each other.
template <class T>
T sum_of_products(const T* a, std::ptrdiff_t a_step, const T* b, std::ptrdiff_t b_step, std::ptrdiff_t n) {
  using packet::Packet, packet::load;
  constexpr std::ptrdiff_t size = packet::size<T>;
  const T factor = (a_step ? T(1) : *a) * (b_step ? T(1) : *b);
  if (!a_step && !b_step) return factor * static_cast<T>(n);
  const auto product = [&](std::ptrdiff_t i, std::ptrdiff_t count) {
    if (!b_step) return load(a + i, count);
    return a_step ? load(a + i, count) * load(b + i, count) : load(b + i, count);
  };
  if (n <= size) return factor * packet::sum<T>(product(0, n));
  Packet<T> sum = {}, second = {}, third = {}, fourth = {};
  std::ptrdiff_t i = 0;
  for (; i + 4 * size <= n; i += 4 * size) {
    sum += product(i, size);
    second += product(i + size, size);
    third += product(i + 2 * size, size);
    fourth += product(i + 3 * size, size);
  }
  for (; i + size <= n; i += size) sum += product(i, size);
  if (i < n) second += product(i, n - i);
  return factor * packet::sum<T>((sum + second) + (third + fourth));
}

template <class T>
void run_product_sum(const Call<T>& c) {
  const View<T>& o = c.out;
  const View<const T>&a = c.in[0], &b = c.in[1];
  const int planes = std::max(a.planes, b.planes), rows = std::max(a.rows, b.rows);
  const std::ptrdiff_t lanes = std::max(a.lanes, b.lanes);
  const auto contiguous = [&](const View<const T>& x) { return x.lane_stride == 1 && x.row_stride == lanes; };
  const bool all_rows = o.rows == 1 && contiguous(a) && contiguous(b);
  const std::ptrdiff_t to_step = o.rows == 1 ? 0 : o.row_stride;
  if (c.accumulate == 0)
    for (int p = 0; p < o.planes; ++p) ArrayMap<T>(o.row(p, 0), o.rows).setZero();
  for (int p = 0; p < planes; ++p) {
    T* to = o.row(o.planes == 1 ? 0 : p, 0);
    const T *x = a.row(p, 0), *y = b.row(p, 0);
    const auto add = [&](T sum) { *to += c.accumulate < 0 ? -sum : sum; };
    if (all_rows) {
      add(sum_of_products(x, 1, y, 1, rows * lanes));
      continue;
    }
    for (int r = 0; r < rows; ++r, x += a.row_stride, y += b.row_stride, to += to_step)
      add(sum_of_products(x, a.lane_stride, y, b.lane_stride, lanes));
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

const Kernels sum_to{UNFURL_KERNELS(run_sum_to), .cut = Cut::sums};
const Kernels product_sum{UNFURL_KERNELS(run_product_sum), .cut = Cut::sums};
const Kernels broadcast{UNFURL_KERNELS(run_broadcast), .cut = Cut::rows};

}  // namespace unfurl::cpu::kernels
