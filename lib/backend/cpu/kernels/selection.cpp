// Choosing the largest entries of a sample.
#include <numeric>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// Entries of one sample with their places, in memory that grows once for each thread.
template <class T>
std::vector<std::pair<T, int>>& candidates(int n) {
  static thread_local std::vector<std::pair<T, int>> mine;
  mine.resize(static_cast<std::size_t>(n));
  return mine;
}

/// One sample: the entries are `step` apart, in the operand and in the result.
template <class T>
void choose(const T* in, std::ptrdiff_t in_step, T* out, std::ptrdiff_t out_step, int n, T count) {
  auto& all = candidates<T>(n);
  bool defined = !std::isnan(count);
  for (int i = 0; i < n; ++i) {
    all[static_cast<std::size_t>(i)] = {in[i * in_step], i};
    defined = defined && !std::isnan(in[i * in_step]);
  }
  const T rest = defined ? T(0) : std::numeric_limits<T>::quiet_NaN();
  for (int i = 0; i < n; ++i) out[i * out_step] = rest;
  if (!defined || count <= 0) return;
  const int whole = static_cast<int>(std::min(std::floor(count), T(n)));
  const auto before = [](const auto& a, const auto& b) {
    return a.first > b.first || (a.first == b.first && a.second < b.second);
  };
  if (whole < n) std::nth_element(all.begin(), all.begin() + whole, all.end(), before);
  for (int i = 0; i < whole; ++i) out[all[static_cast<std::size_t>(i)].second * out_step] = T(1);
  if (whole < n) out[all[static_cast<std::size_t>(whole)].second * out_step] = count - static_cast<T>(whole);
}

template <class T>
void run_top_k(const Call<T>& c) {
  const bool whole = c.attributes->template as<ir::Selection>().whole;
  const View<const T>&a = c.in[0], &k = c.in[1];
  for (int p = 0; p < c.out.planes; ++p)
    for (int l = 0; l < c.out.lanes; ++l) {
      const T given = k.row(p, 0)[l * k.lane_stride];
      choose(a.row(p, 0) + l * a.lane_stride, a.row_stride, c.out.row(p, 0) + l, c.out.row_stride, a.rows,
             whole ? std::floor(given + T(0.5)) : given);
    }
}

}  // namespace

const Kernels top_k{UNFURL_KERNELS(run_top_k)};

}  // namespace unfurl::cpu::kernels
