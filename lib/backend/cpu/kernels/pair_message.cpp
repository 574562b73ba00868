// Belief propagation through tables of two binary variables, as log-ratios: one operation instead of fifteen.
#include <limits>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// For blocks of rows and samples: table entries plus what the message says, of which the larger part is 0.
template <class T>
struct Joint {
  static constexpr int block = 128;
  using Array = Eigen::Array<T, block, 1>;
  Array x[2][2];  // by i and j

  template <class Body>
  void for_blocks(const Call<T>& c, Body body) {
    const View<const T>&table = c.in[0], &message = c.in[1];
    const View<T>& o = c.out;
    const auto& a = c.attributes->template as<ir::PairMessage>();
    const T* t[2][2];
    for (int i : {0, 1})
      for (int j : {0, 1}) t[i][j] = table.row(a.plane(i, j), 0);
    int row = 0, lane = 0;
    const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(o.rows) * o.lanes;
    for (std::ptrdiff_t at = 0; at < n; at += block) {
      const int k = static_cast<int>(std::min<std::ptrdiff_t>(block, n - at));
      for (int e = 0; e < k; ++e) {
        const T m = message.row(0, row)[lane * message.lane_stride];
        const T said[2] = {m > T(0) ? -m : T(0), m > T(0) ? T(0) : m};
        const std::ptrdiff_t place = row * table.row_stride + lane * table.lane_stride;
        for (int i : {0, 1})
          for (int j : {0, 1}) x[i][j][e] = t[i][j][place] + said[j];
        if (++lane == o.lanes) lane = 0, ++row;
      }
      body(at, k);
    }
  }
  auto top(int i, int k) const { return x[i][0].head(k).max(x[i][1].head(k)); }
  /// The smaller as a share of the larger; 1 where both are impossible.
  Array share(int i, int k) const {
    Array of;
    of.head(k) =
        (x[i][0].head(k) == x[i][1].head(k)).select(T(0), -(x[i][0].head(k) - x[i][1].head(k)).abs());
    packet::map(of.data(), of.data(), k, [](auto v) { return packet::exp_of_negative<T>(v); });
    return of;
  }
};

template <class T>
void run_pair_message(const Call<T>& c) {
  Joint<T> joint;
  const auto& a = c.attributes->template as<ir::PairMessage>();
  joint.for_blocks(c, [&](std::ptrdiff_t at, int k) {
    ArrayMap<T> to(c.out.data + at, k);
    if (a.maximise) {
      to = joint.top(1, k) - joint.top(0, k);
    } else {
      typename Joint<T>::Array ratio;
      ratio.head(k) = (T(1) + joint.share(1, k).head(k)) / (T(1) + joint.share(0, k).head(k));
      packet::map(ratio.data(), ratio.data(), k, [](auto v) { return packet::log<T>(v); });
      to = (joint.top(1, k) - joint.top(0, k)) + ratio.head(k);
    }
  });
}

template <class T>
void run_pair_shares(const Call<T>& c) {
  Joint<T> joint;
  const auto& a = c.attributes->template as<ir::PairMessage>();
  const T impossible = -std::numeric_limits<T>::infinity();
  joint.for_blocks(c, [&](std::ptrdiff_t at, int k) {
    for (int i : {0, 1}) {
      const auto &first = joint.x[i][0], &second = joint.x[i][1];
      const typename Joint<T>::Array less = joint.share(i, k);
      T *one = c.out.row(a.plane(i, 0), 0) + at, *other = c.out.row(a.plane(i, 1), 0) + at;
      for (int e = 0; e < k; ++e) {
        const T small = a.maximise ? T(first[e] == second[e]) : less[e];
        const T low = small / (T(1) + small), high = T(1) / (T(1) + small);
        const bool none = first[e] == impossible && second[e] == impossible;
        one[e] = none ? T(0) : first[e] < second[e] ? low : high;
        other[e] = none ? T(0) : first[e] < second[e] ? high : low;
      }
    }
  });
}

}  // namespace

const Kernels pair_message{UNFURL_KERNELS(run_pair_message), .cut = Cut::rows};
const Kernels pair_shares{UNFURL_KERNELS(run_pair_shares), .cut = Cut::rows};

}  // namespace unfurl::cpu::kernels
