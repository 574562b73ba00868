// What kernels share: loops over broadcast operands. And the one list of kernels: an operation that runs on a CPU by more than
// its expansion is a line here.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "core/packet.hpp"
#include "program/attributes.hpp"
#include "unfurl/extend/backend.hpp"

// clang-format off
#define UNFURL_CPU_KERNELS(each) \
  each(add) \
  each(sub) \
  each(mul) \
  each(div) \
  each(neg) \
  each(exp) \
  each(log) \
  each(sqrt) \
  each(square) \
  each(abs) \
  each(sign) \
  each(pow) \
  each(maximum) \
  each(greater) \
  each(relu) \
  each(sigmoid) \
  each(sigmoid_slope) \
  each(sigmoid_difference) \
  each(tanh) \
  each(softplus) \
  each(log_cosh) \
  each(one_minus) \
  each(where) \
  each(soft_threshold) \
  each(ratio_mask) \
  each(parallel) \
  each(squared_difference) \
  each(zero_if_infinite) \
  each(multiply_no_nan) \
  each(positive_only) \
  each(stop_gradient) \
  each(box_cox) \
  each(matmul) \
  each(outer) \
  each(sum_to) \
  each(product_sum) \
  each(broadcast) \
  each(gather_rows) \
  each(segment_sum_rows) \
  each(slice_rows) \
  each(pad_rows) \
  each(concat_rows) \
  each(neighbour_sum) \
  each(gather_planes) \
  each(segment_sum_planes) \
  each(concat_planes) \
  each(segment_log_sum_exp_planes) \
  each(normalize_planes) \
  each(normalize_planes_pull) \
  each(segment_max_planes) \
  each(segment_largest_planes) \
  each(near_largest_planes) \
  each(one_hot) \
  each(exclusive_sum) \
  each(ising_message) \
  each(ising_max_message) \
  each(parity_message) \
  each(parity_slope) \
  each(parity_messages) \
  each(parity_pull) \
  each(potts_message) \
  each(pair_message) \
  each(pair_shares) \
  each(table_message) \
  each(table_pull) \
  each(table_sums) \
  each(normalized_table_message) \
  each(normalized_table_pull) \
  each(normalized_table_sums) \
  each(convolution) \
  each(convolution_transpose) \
  each(convolution_kernel) \
  each(reshape) \
  each(top_k) \
  each(total_variation) \
  each(mean_over_runs) \
  each(shrink_singular_values) \
  each(shrink_singular_values_slope) \
  each(polar_factor) \
  each(fourier) \
  each(fourier_transpose) \
  each(inverse) \
  each(batch_matmul) \
  each(batch_solve) \
  each(batch_log_determinant)
// clang-format on

namespace unfurl::cpu {

/// The kernels of operations, by the operations' names.
namespace kernels {

#define UNFURL_DECLARE(name) extern const Kernels name;
UNFURL_CPU_KERNELS(UNFURL_DECLARE)
#undef UNFURL_DECLARE

}  // namespace kernels

/// Null for an operation that has none, of the library's or given.
const Kernels* find_kernels(const ir::Operation& op);

#define UNFURL_KERNELS(function) .f32 = function<float>, .f64 = function<double>

// The result may take the place of an operand, but entries do not depend on each other.
#if defined(__clang__)
#define UNFURL_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define UNFURL_INDEPENDENT _Pragma("GCC ivdep")
#endif

/// The index table of a call.
template <class T>
const ir::IndexTable& index_of(const Call<T>& c) {
  return *c.attributes->template as<ir::Indexed>().index;
}

template <class T>
using ArrayMap = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;
template <class T>
using ConstArrayMap = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>;
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline Eigen::Index eigen_index(std::size_t n) { return static_cast<Eigen::Index>(n); }

/// out = f(in) for operands of the result's own shape; f maps Eigen arrays.
template <class T, class F>
void map_array(const Call<T>& c, F f) {
  const Eigen::Index n = eigen_index(c.out.size());
  ArrayMap<T>(c.out.data, n) = f(ConstArrayMap<T>(c.in[0].data, n));
}

/// The same for f of packets, see core/packet.hpp.
template <class T, class F>
void map_packets(const Call<T>& c, F f) {
  packet::map(c.out.data, c.in[0].data, static_cast<std::ptrdiff_t>(c.out.size()), f);
}

/// Calls body(entries, place) for packets of lanes, then half packets, then single entries, of which `entries` has the type.
template <class T, class F>
void for_lanes(std::ptrdiff_t lanes, F body) {
  constexpr std::ptrdiff_t size = packet::size<T>;
  std::ptrdiff_t at = 0;
  for (; at + size <= lanes; at += size) body(packet::Packet<T>{}, at);
  for (; at + size / 2 <= lanes; at += size / 2) body(typename packet::Types<T>::Half{}, at);
  for (; at < lanes; ++at) body(T{}, at);
}

/// Calls body(out, a, a_step, b, b_step, n) for runs in which each operand is contiguous (step 1) or constant
/// (step 0), as long as the broadcasting allows.
template <class T, class F>
void for_runs(const Call<T>& c, F body) {
  const View<T>& o = c.out;
  const View<const T>&a = c.in[0], &b = c.in[1];
  const auto uniform = [](const View<const T>& v, int lanes) {  // rows and lanes walk as one extent
    return lanes == 1 ? v.row_stride <= 1 : v.row_stride == lanes * v.lane_stride;
  };
  const auto step_of = [&](const View<const T>& v) { return o.lanes == 1 ? v.row_stride : v.lane_stride; };
  if ((o.rows == 1 || (uniform(a, o.lanes) && uniform(b, o.lanes))) && o.rows * o.lanes > 1) {
    const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(o.rows) * o.lanes;
    const std::ptrdiff_t sa = o.rows == 1 ? a.lane_stride : step_of(a),
                         sb = o.rows == 1 ? b.lane_stride : step_of(b);
    if (o.planes == 1 || (a.plane_stride == n * sa && b.plane_stride == n * sb)) {
      body(o.data, a.data, sa, b.data, sb, n * o.planes);
      return;
    }
    for (int p = 0; p < o.planes; ++p) body(o.row(p, 0), a.row(p, 0), sa, b.row(p, 0), sb, n);
    return;
  }
  for (int p = 0; p < o.planes; ++p)
    for (int r = 0; r < o.rows; ++r)
      body(o.row(p, r), a.row(p, r), a.lane_stride, b.row(p, r), b.lane_stride,
           static_cast<std::ptrdiff_t>(o.lanes));
}

/// Of two operands one has an entry for each lane, the other one for all lanes of a row: no run is longer than a row.
template <class T>
bool one_is_uniform(const View<const T>& a, const View<const T>& b, int lanes) {
  const auto contiguous = [lanes](const View<const T>& x) {
    return x.lane_stride == 1 && x.row_stride == lanes;
  };
  return (contiguous(a) && b.lane_stride == 0) || (contiguous(b) && a.lane_stride == 0);
}

/// Calls body(out, a, b) for packets of a and the entry of b for a row, or the other way round, as `swapped` says; false where
/// rows are not such, of whole packets, or have all the same entry, and longer runs.
template <class T, class F>
bool for_packets_of_rows(const Call<T>& c, F body) {
  const View<T>& o = c.out;
  if (o.lanes % packet::size<T> != 0 || o.row_stride != o.lanes || !one_is_uniform(c.in[0], c.in[1], o.lanes))
    return false;
  if ((c.in[0].lane_stride ? c.in[1] : c.in[0]).row_stride == 0) return false;
  const auto walk = [&](auto swapped, const View<const T>& a, const View<const T>& b) {
    for (int p = 0; p < o.planes; ++p) {
      T* to = o.row(p, 0);
      const T *from = a.row(p, 0), *other = b.row(p, 0);
      for (int r = 0; r < o.rows; ++r, other += b.row_stride)
        for (std::ptrdiff_t at = 0; at < o.lanes; at += packet::size<T>) {  // rows follow each other
          body(swapped, to, from, *other);
          to += packet::size<T>;
          from += packet::size<T>;
        }
    }
  };
  if (c.in[0].lane_stride)
    walk(std::false_type(), c.in[0], c.in[1]);
  else
    walk(std::true_type(), c.in[1], c.in[0]);
  return true;
}

/// out = f(a, b) of numbers, entry by entry; what packets can do too is sooner done by map_packet_pair.
template <class T, class F>
void map_pair(const Call<T>& c, F f) {
  for_runs(c, [f](T* o, const T* a, std::ptrdiff_t sa, const T* b, std::ptrdiff_t sb, std::ptrdiff_t n) {
    for (std::ptrdiff_t i = 0; i < n; ++i) o[i] = f(a[i * sa], b[i * sb]);
  });
}

/// Two rows, each of half a packet's lanes.
template <class T>
[[gnu::always_inline]] inline packet::Packet<T> load_two_rows(const View<const T>& x, int plane, int row) {
  const T* first = x.row(plane, row);
  if (x.lane_stride) return packet::load(first);
  return packet::halves(*first, first[x.row_stride]);
}

/// out = f(a, b) of packets.
template <class T, class F>
void map_packet_pair(const Call<T>& c, F f) {
  using packet::load, packet::store;
  if (for_packets_of_rows(c, [f](auto swapped, T* to, const T* from, T other) {
        const packet::Packet<T> a = load(from), b = packet::constant(other);
        store(to, swapped() ? f(b, a) : f(a, b));
      }))
    return;
  constexpr std::ptrdiff_t size = packet::size<T>;
  const View<T>& o = c.out;
  const View<const T>&a = c.in[0], &b = c.in[1];
  if (2 * o.lanes == size && o.row_stride == o.lanes && one_is_uniform(a, b, o.lanes)) {
    for (int p = 0; p < o.planes; ++p) {
      int r = 0;
      for (; r + 2 <= o.rows; r += 2) store(o.row(p, r), f(load_two_rows(a, p, r), load_two_rows(b, p, r)));
      if (r == o.rows) continue;
      const auto last = [p, r, n = o.lanes](const View<const T>& x) {
        return x.lane_stride ? load(x.row(p, r), n) : packet::constant(*x.row(p, r));
      };
      store(o.row(p, r), f(last(a), last(b)), o.lanes);
    }
    return;
  }
  for_runs(c, [f](T* o, const T* a, std::ptrdiff_t sa, const T* b, std::ptrdiff_t sb, std::ptrdiff_t n) {
    const auto walk = [&](auto of_a, auto of_b) {
      std::ptrdiff_t i = 0;
      for (; i + size <= n; i += size) store(o + i, f(of_a(i, size), of_b(i, size)));
      if (i < n) store(o + i, f(of_a(i, n - i), of_b(i, n - i)), n - i);
    };
    const auto entries = [](const T* x) {
      return [x](std::ptrdiff_t i, std::ptrdiff_t count) { return load(x + i, count); };
    };
    const auto same = [](const T* x) {
      return [p = packet::constant(*x)](std::ptrdiff_t, std::ptrdiff_t) { return p; };
    };
    if (sa && sb)
      walk(entries(a), entries(b));
    else if (sa)
      walk(entries(a), same(b));
    else if (sb)
      walk(same(a), entries(b));
    else
      walk(same(a), same(b));
  });
}

}  // namespace unfurl::cpu
