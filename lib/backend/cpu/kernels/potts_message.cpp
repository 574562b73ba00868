// Belief propagation through factors that know only whether two states agree: linear in the number of states.
#include <limits>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// log of the sum of exp over all planes but one, whatever their sizes.
template <class T>
T log_sum_of_others(const View<const T>& m, const T* first, int without) {
  T top = -std::numeric_limits<T>::infinity(), sum = 0;
  for (int p = 0; p < m.planes; ++p)
    if (p != without) top = std::max(top, first[p * m.plane_stride]);
  if (std::isinf(top)) return top;
  for (int p = 0; p < m.planes; ++p)
    if (p != without) sum += std::exp(first[p * m.plane_stride] - top);
  return top + std::log(sum);
}

// The sum over the others of a state holds the largest term, but for the state that has it: there it is a sum of its own,
// and done again where it is so small that terms may be lost. So nothing cancels, and nothing over- or underflows.
template <class T>
void run_potts_message(const Call<T>& c) {
  const View<const T>&coupling = c.in[0], &m = c.in[1];
  constexpr int block = 256;
  constexpr T nowhere = -1, impossible = -std::numeric_limits<T>::infinity();
  const T least =
      std::numeric_limits<T>::min() / (std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon());
  const T repulsive = std::log(least) / 2;
  Eigen::Array<T, block, 1> top, best, others, j, x, sum;  // best: the plane that has the top
  const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(c.out.rows) * c.out.lanes;
  const auto place = [&](const View<const T>& v, std::ptrdiff_t i) {
    return v.row(0, static_cast<int>(i / c.out.lanes)) + i % c.out.lanes * v.lane_stride;
  };
  const bool dense = m.lanes == c.out.lanes;  // rows and samples follow each other
  const bool shared = coupling.rows == 1 && coupling.lanes == 1;
  for (std::ptrdiff_t at = 0; at < n; at += block) {
    const auto k = static_cast<int>(std::min<std::ptrdiff_t>(block, n - at));
    const auto load = [&](int p) {
      if (dense)
        x.head(k) = ConstArrayMap<T>(m.row(p, 0) + at, k);
      else
        for (int i = 0; i < k; ++i) x[i] = place(m, at + i)[p * m.plane_stride];
    };
    const auto result = [&](int p) { return ArrayMap<T>(c.out.row(p, 0) + at, k); };
    for (int i = 0; i < k; ++i) j[i] = shared ? *coupling.data : *place(coupling, at + i);
    top.setConstant(impossible);
    best.setConstant(nowhere);
    for (int p = 0; p < m.planes; ++p) {
      load(p);
      for (int i = 0; i < k; ++i) {
        best[i] = x[i] > top[i] ? static_cast<T>(p) : best[i];
        top[i] = x[i] > top[i] ? x[i] : top[i];
      }
    }
    for (int i = 0; i < k; ++i) top[i] = best[i] == nowhere ? T(0) : top[i];
    others.setZero();
    for (int p = 0; p < m.planes; ++p) {
      load(p);
      auto to = result(p);  // exp(m - top), until it is the message
      x.head(k) -= top.head(k);
      packet::map(to.data(), x.data(), k, [](auto v) { return packet::exp_of_negative<T>(v); });
      const T own = static_cast<T>(p), *e = to.data();
      for (int i = 0; i < k; ++i) others[i] += best[i] == own ? T(0) : e[i];
    }
    bool far = false;  // where couplings are so repulsive that others count which exp(- top) has lost
    for (int i = 0; i < k; ++i) far = far || (others[i] < least && j[i] < repulsive);
    for (int p = 0; p < m.planes; ++p) {
      load(p);
      auto to = result(p);
      const T own = static_cast<T>(p);
      T* e = to.data();
      for (int i = 0; i < k; ++i) {
        const T rest = best[i] == nowhere ? T(0) : T(1) + (others[i] - e[i]);
        sum[i] = best[i] == own ? others[i] : rest;
      }
      // log(sum exp(top) + exp(J + m)), relative to the larger of exp(top) and exp(J + m)
      x.head(k) = top.head(k) - (j.head(k) + x.head(k));
      packet::map(e, x.data(), k, [](auto v) { return packet::exp_of_negative<T>(-packet::abs(v)); });
      for (int i = 0; i < k; ++i) {
        sum[i] = x[i] >= T(0) ? sum[i] + e[i] : T(1) + sum[i] * e[i];
        x[i] = x[i] >= T(0) ? top[i] : top[i] - x[i];
      }
      packet::map(sum.data(), sum.data(), k, [](auto v) { return packet::log<T>(v); });
      to = sum.head(k) + x.head(k);
      for (int i = 0; far && i < k; ++i)
        if (best[i] == own && others[i] < least && j[i] < repulsive) {
          const T* first = place(m, at + i);
          const T apart = log_sum_of_others(m, first, p), alone = j[i] + first[p * m.plane_stride];
          const T high = std::max(apart, alone), low = std::min(apart, alone);
          to[i] = std::isinf(high) ? high : high + std::log1p(std::exp(low - high));
        }
    }
  }
}

}  // namespace

const Kernels potts_message{UNFURL_KERNELS(run_potts_message), .cut = Cut::rows};

}  // namespace unfurl::cpu::kernels
