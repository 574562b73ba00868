// Gathering, summing and log-sum-exp over planes: the states of variables and the entries of tables.
#include <limits>

#include "backend/cpu/kernels/kernels.hpp"
#include "core/guards.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// One plane as a flat array.
template <class T>
ArrayMap<T> plane(const View<T>& v, int p) {
  return {v.row(p, 0), Eigen::Index(v.rows) * v.lanes};
}

template <class T>
ConstArrayMap<T> plane(const View<const T>& v, int p) {
  return {v.row(p, 0), Eigen::Index(v.rows) * v.lanes};
}

template <class T>
void run_gather_planes(const Call<T>& c) {
  for (int p = 0; p < c.out.planes; ++p)
    plane(c.out, p) = plane(c.in[0], index_of(c).target[static_cast<std::size_t>(p)]);
}

template <class T>
void run_segment_sum_planes(const Call<T>& c) {
  const ir::IndexTable& index = index_of(c);
  for (int p = 0; p < c.out.planes; ++p) {
    auto to = plane(c.out, p);
    to.setZero();
    for (int i = index.offsets[static_cast<std::size_t>(p)];
         i < index.offsets[static_cast<std::size_t>(p) + 1]; ++i)
      to += plane(c.in[0], index.members[static_cast<std::size_t>(i)]);
  }
}

template <class T>
void run_concat_planes(const Call<T>& c) {
  int to = 0;
  for (const auto& part : c.in)
    for (int p = 0; p < part.planes; ++p) plane(c.out, to++) = plane(part, p);
}

// Shifted by the largest entry; a segment of -inf only stays -inf (an impossible state), never NaN.
template <class T>
void run_segment_log_sum_exp(const Call<T>& c) {
  const ir::IndexTable& index = index_of(c);
  const std::ptrdiff_t n = std::ptrdiff_t{c.out.rows} * c.out.lanes;
  const packet::Packet<T> lowest = packet::constant(std::numeric_limits<T>::lowest());
  for (int p = 0; p < c.out.planes; ++p) {
    const auto begin = static_cast<std::size_t>(index.offsets[static_cast<std::size_t>(p)]);
    const auto end = static_cast<std::size_t>(index.offsets[static_cast<std::size_t>(p) + 1]);
    for (std::ptrdiff_t at = 0; at < n; at += packet::size<T>) {
      const auto member = [&](std::size_t i) {
        return packet::load(c.in[0].row(index.members[i], 0) + at, n - at);
      };
      packet::Packet<T> top = lowest, sum = {};
      for (std::size_t i = begin; i < end; ++i) top = packet::max(member(i), top);
      for (std::size_t i = begin; i < end; ++i) sum += packet::exp_of_negative<T>(member(i) - top);
      const packet::Packet<T> impossible = packet::constant(-std::numeric_limits<T>::infinity());
      top = packet::select<T>(top == lowest, impossible, top);
      packet::store(c.out.row(p, 0) + at, top + packet::log<T>(sum), n - at);
    }
  }
}

template <class T>
void run_normalize_planes(const Call<T>& c) {
  constexpr std::ptrdiff_t size = packet::size<T>;
  const View<const T>& x = c.in[0];
  const std::ptrdiff_t n = std::ptrdiff_t{x.rows} * x.lanes;
  const auto some = [&]<int width>(std::ptrdiff_t at) {  // packets, which do not wait for each other
    const auto entry = [&](int p, int w) {
      return packet::load(x.row(p, 0) + at + w * size, n - at - w * size);
    };
    packet::Packet<T> top[width], sum[width] = {};
    for (auto& t : top) t = packet::constant(std::numeric_limits<T>::lowest());
    for (int p = 0; p < x.planes; ++p)
      for (int w = 0; w < width; ++w) top[w] = packet::max(entry(p, w), top[w]);
    for (int p = 0; p < x.planes; ++p)
      for (int w = 0; w < width; ++w) sum[w] += packet::exp_of_negative<T>(entry(p, w) - top[w]);
    for (int w = 0; w < width; ++w) top[w] += packet::log<T>(sum[w]);
    for (int p = 0; p < x.planes; ++p)
      for (int w = 0; w < width; ++w)
        packet::store(c.out.row(p, 0) + at + w * size, entry(p, w) - top[w], n - at - w * size);
  };
  std::ptrdiff_t at = 0;
  for (; at + 4 * size <= n; at += 4 * size) some.template operator()<4>(at);
  for (; at < n; at += size) some.template operator()<1>(at);
}

template <class T>
void run_normalize_planes_pull(const Call<T>& c) {
  const View<const T>&y = c.in[0], &g = c.in[1];
  const std::ptrdiff_t n = std::ptrdiff_t{y.rows} * y.lanes;
  for (std::ptrdiff_t at = 0; at < n; at += packet::size<T>) {
    const auto gradient = [&](int p) { return packet::load(g.row(p, 0) + at, n - at); };
    packet::Packet<T> sum = {};
    for (int p = 0; p < y.planes; ++p) sum += gradient(p);
    for (int p = 0; p < y.planes; ++p) {
      const packet::Packet<T> share = packet::exp_of_negative<T>(packet::load(y.row(p, 0) + at, n - at));
      packet::store(c.out.row(p, 0) + at, gradient(p) - share * sum, n - at);
    }
  }
}

template <class T>
void run_segment_max(const Call<T>& c) {
  const ir::IndexTable& index = index_of(c);
  for (int p = 0; p < c.out.planes; ++p) {
    auto to = plane(c.out, p);
    to.setConstant(-std::numeric_limits<T>::infinity());
    for (int i = index.offsets[static_cast<std::size_t>(p)];
         i < index.offsets[static_cast<std::size_t>(p) + 1]; ++i)
      to = to.binaryExpr(plane(c.in[0], index.members[static_cast<std::size_t>(i)]),
                         [](T most, T v) { return v <= most || most != most ? most : v; });  // a NaN stays
  }
}

// The largest entries of a segment share equally: a subgradient, also where they tie.
template <class T>
void run_segment_largest(const Call<T>& c) {
  const ir::IndexTable& index = index_of(c);
  const Eigen::Index n = Eigen::Index(c.out.rows) * c.out.lanes;
  const T impossible = -std::numeric_limits<T>::infinity();
  for (int p = 0; p < index.count; ++p) {
    const int begin = index.offsets[static_cast<std::size_t>(p)],
              end = index.offsets[static_cast<std::size_t>(p) + 1];
    const auto member = [&](int i) { return index.members[static_cast<std::size_t>(i)]; };
    for (Eigen::Index at = 0; at < n; ++at) {
      T top = impossible, ties = 0;
      for (int i = begin; i < end; ++i) top = std::max(top, plane(c.in[0], member(i))[at]);
      for (int i = begin; i < end; ++i) ties += plane(c.in[0], member(i))[at] == top ? T(1) : T(0);
      for (int i = begin; i < end; ++i)
        plane(c.out, member(i))[at] =
            plane(c.in[0], member(i))[at] == top && top != impossible ? T(1) / ties : T(0);
    }
  }
}

template <class T>
void run_one_hot(const Call<T>& c) {
  for (int p = 0; p < c.out.planes; ++p)
    plane(c.out, p) = (plane(c.in[0], 0) == static_cast<T>(p)).template cast<T>();
}

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

const Kernels gather_planes{UNFURL_KERNELS(run_gather_planes), .cut = Cut::rows};
const Kernels segment_sum_planes{UNFURL_KERNELS(run_segment_sum_planes), .cut = Cut::rows};
const Kernels concat_planes{UNFURL_KERNELS(run_concat_planes), .cut = Cut::rows};
const Kernels segment_log_sum_exp_planes{UNFURL_KERNELS(run_segment_log_sum_exp), .cut = Cut::rows};
const Kernels normalize_planes{UNFURL_KERNELS(run_normalize_planes), .cut = Cut::rows};
const Kernels normalize_planes_pull{UNFURL_KERNELS(run_normalize_planes_pull), .cut = Cut::rows};
const Kernels segment_max_planes{UNFURL_KERNELS(run_segment_max), .cut = Cut::rows};
const Kernels segment_largest_planes{UNFURL_KERNELS(run_segment_largest), .cut = Cut::rows};
const Kernels near_largest_planes{UNFURL_KERNELS(run_near_largest), .cut = Cut::rows};
const Kernels one_hot{UNFURL_KERNELS(run_one_hot), .cut = Cut::rows};

}  // namespace unfurl::cpu::kernels
