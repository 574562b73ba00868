// Sums over planes, rows and samples, and their adjoint.
#include <cstring>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// The whole packets of n entries, added up.
template <class T>
packet::Packet<T> packets_of(const T* from, std::ptrdiff_t n) {
  packet::Packet<T> sum = {};
  for (std::ptrdiff_t i = 0; i + packet::size<T> <= n; i += packet::size<T>) sum += packet::load(from + i);
  return sum;
}

/// Calls take(row, sum) for the sums of packet_of(row), row by row: of many at once, to the same bits as of one.
template <class T, class Packets, class Take>
void for_sums(int rows, Packets packet_of, Take take) {
  constexpr int size{packet::size<T>};
  int r = 0;
  for (; r + size <= rows; r += size) {
    packet::Packet<T> packets[size];
    for (int i = 0; i < size; ++i) packets[i] = packet_of(r + i);
    const packet::Packet<T> sums = packet::sums<T>(packets);
    for (int i = 0; i < size; ++i) take(r + i, sums[i]);
  }
  for (; r < rows; ++r) take(r, packet::sum<T>(packet_of(r)));
}

template <class T>
T sum_of(const T* from, std::ptrdiff_t n) {
  T sum = n < packet::size<T> ? T(0) : packet::sum<T>(packets_of(from, n));
  for (std::ptrdiff_t i = n - n % packet::size<T>; i < n; ++i) sum += from[i];
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
    const std::ptrdiff_t rest = x.lanes % packet::size<T>;
    for (int p = 0; p < x.planes; ++p)
      for_sums<T>(
          x.rows, [&](int r) { return packets_of(x.row(p, r), x.lanes); },
          [&](int r, T sum) {
            for (std::ptrdiff_t i = x.lanes - rest; i < x.lanes; ++i) sum += x.row(p, r)[i];
            *o.row(to_plane(p), o.rows == 1 ? 0 : r) += sign * sum;
          });
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

/// Sums of a[i] * b[i] for n entries, of every packet's first entries, second ones and so on; of a step of 0 all are the same
/// number. Four sums, which do not wait for each other.
template <class T>
class Products {
 public:
  Products(std::ptrdiff_t a_step, std::ptrdiff_t b_step, std::ptrdiff_t n)
      : a_step_(a_step), b_step_(b_step), n_(n) {}
  /// Of entries, without what is the same for all.
  packet::Packet<T> packets(const T* a, const T* b) const {
    if (a_step_ && b_step_)
      return summed([=](auto i, auto count) { return load(a + i, count) * load(b + i, count); });
    if (!a_step_ && !b_step_) return packet::Packet<T>{static_cast<T>(n_)};
    return summed([from = a_step_ ? a : b](auto i, auto count) { return load(from + i, count); });
  }
  /// What is the same for all.
  T factor(const T* a, const T* b) const { return (a_step_ ? T(1) : *a) * (b_step_ ? T(1) : *b); }

 private:
  static packet::Packet<T> load(const T* from, std::ptrdiff_t count) { return packet::load(from, count); }
  template <class F>
  packet::Packet<T> summed(F product) const {
    constexpr std::ptrdiff_t size = packet::size<T>;
    if (n_ <= size) return product(0, n_);
    packet::Packet<T> sum = {}, second = {}, third = {}, fourth = {};
    std::ptrdiff_t i = 0;
    for (; i + 4 * size <= n_; i += 4 * size) {
      sum += product(i, size);
      second += product(i + size, size);
      third += product(i + 2 * size, size);
      fourth += product(i + 3 * size, size);
    }
    for (; i + size <= n_; i += size) sum += product(i, size);
    if (i < n_) second += product(i, n_ - i);
    return (sum + second) + (third + fourth);
  }
  std::ptrdiff_t a_step_, b_step_, n_;
};

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
    T* const to = o.row(o.planes == 1 ? 0 : p, 0);
    const T *x = a.row(p, 0), *y = b.row(p, 0);
    if (all_rows) {
      const T sum = packet::sum<T>(Products<T>(1, 1, rows * lanes).packets(x, y));
      *to += c.accumulate < 0 ? -sum : sum;
      continue;
    }
    const Products<T> products(a.lane_stride, b.lane_stride, lanes);
    for_sums<T>(
        rows, [&](int r) { return products.packets(x + r * a.row_stride, y + r * b.row_stride); },
        [&](int r, T sum) {
          sum *= products.factor(x + r * a.row_stride, y + r * b.row_stride);
          to[r * to_step] += c.accumulate < 0 ? -sum : sum;
        });
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
