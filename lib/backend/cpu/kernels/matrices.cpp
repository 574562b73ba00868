// Products and inverses of small matrices, one for every sample: the samples of a vector of the machine go together.
#include "unfurl/extend/matrices.hpp"

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

using std::ptrdiff_t;

/// Entry (i, j) of a matrix that may be transposed, for the samples from `lane` on.
template <class T>
struct Entries {
  const View<const T>& of;
  bool turned;
  const T* at(int i, int j) const { return turned ? of.row(j, i) : of.row(i, j); }
};

template <class T>
void run_product(const Call<T>& c) {
  const auto [first, second] = c.attributes->template as<ir::Transposes>();
  const Entries<T> x{c.in[0], first}, y{c.in[1], second};
  const int contracted = first ? c.in[0].planes : c.in[0].rows, lanes = c.out.lanes;
  const bool x_varies = c.in[0].lane_stride != 0, y_varies = c.in[1].lane_stride != 0;
  const auto [begin, end] = c.range(c.out.planes);
  for (int p = begin; p < end; ++p)
    for (int r = 0; r < c.out.rows; ++r) {
      T* out = c.out.row(p, r);
      std::fill_n(out, lanes, T(0));
      for (int k = 0; k < contracted; ++k) {
        const T *a = x.at(p, k), *b = y.at(k, r);
        if (x_varies && y_varies) UNFURL_INDEPENDENT
        for (int l = 0; l < lanes; ++l) out[l] += a[l] * b[l];
        else if (x_varies) UNFURL_INDEPENDENT for (int l = 0; l < lanes; ++l) out[l] += a[l] * *b;
        else if (y_varies) UNFURL_INDEPENDENT for (int l = 0; l < lanes; ++l) out[l] += *a * b[l];
        else for (int l = 0; l < lanes; ++l) out[l] += *a * *b;
      }
    }
}

/// Gauss-Jordan elimination in place, `Width` samples at a time.
template <class T, int Width>
void invert(const Call<T>& c) {
  using Vector = Eigen::Array<T, Width, 1>;
  static thread_local std::vector<Vector, Eigen::aligned_allocator<Vector>> work;
  const int n = c.out.planes, lanes = c.out.lanes, blocks = (lanes + Width - 1) / Width;
  work.resize(static_cast<std::size_t>(n) * static_cast<std::size_t>(n));
  const auto [begin, end] = c.range(blocks);
  for (int block = begin; block < end; ++block) {
    const int lane = block * Width, count = std::min(Width, lanes - lane);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) {
        Vector& v = work[static_cast<std::size_t>(i * n + j)];
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
        const Vector& v = work[static_cast<std::size_t>(i * n + j)];
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

const Kernels matrix_product{UNFURL_KERNELS(run_product), .cut = Cut::parts};
const Kernels inverse{UNFURL_KERNELS(run_inverse), .cut = Cut::parts};

}  // namespace unfurl::cpu::kernels
