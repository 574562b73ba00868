// Inverses of small matrices, one for every sample: the samples of a vector of the machine go together.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

using std::ptrdiff_t;

/// Gauss-Jordan elimination in place, `Width` samples at a time.
template <class T, int Width>
void invert(const Call<T>& c) {
  using Vector = Eigen::Array<T, Width, 1>;
  static thread_local std::vector<Vector, Eigen::aligned_allocator<Vector>> work;
  const int n = c.out.planes, lanes = c.out.lanes, blocks = (lanes + Width - 1) / Width;
  work.resize(static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
  const auto entry = [n](int i, int j) -> Vector& {
    return work[static_cast<std::size_t>(std::ptrdiff_t{i} * n + j)];
  };
  const auto [begin, end] = c.range(blocks);
  for (int block = begin; block < end; ++block) {
    const int lane = block * Width, count = std::min(Width, lanes - lane);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        Vector& v = entry(i, j);
        const T* from = c.in[0].row(i, j) + lane;
        if (count == Width)
          v = Eigen::Map<const Vector>(from);
        else
          for (int l = 0; l < Width; ++l) v[l] = l < count ? from[l] : T(i == j);
      }
    for (int k = 0; k < n; ++k) {
      Vector* const pivots = work.data() + ptrdiff_t{k} * n;
      const Vector pivot =
          (pivots[k] > T(0)).select(pivots[k].inverse(), std::numeric_limits<T>::quiet_NaN());
      pivots[k].setOnes();
      for (int j = 0; j < n; ++j) pivots[j] *= pivot;
      for (int i = 0; i < n; ++i) {
        if (i == k) continue;
        Vector* const row = work.data() + ptrdiff_t{i} * n;
        const Vector factor = row[k];
        row[k].setZero();
        for (int j = 0; j < n; ++j) row[j] -= factor * pivots[j];
      }
    }
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        const Vector& v = entry(i, j);
        for (int l = 0; l < count; ++l) c.out.row(i, j)[lane + l] = v[l];
      }
  }
}

template <class T>
void run_inverse(const Call<T>& c) {
  if (c.out.lanes == 1)
    invert<T, 1>(c);
  else
    invert<T, 64 / static_cast<int>(sizeof(T))>(c);
}

}  // namespace

const Kernels inverse{UNFURL_KERNELS(run_inverse), .cut = Cut::parts};

}  // namespace unfurl::cpu::kernels
