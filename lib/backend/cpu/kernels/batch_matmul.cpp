// Products of matrices of which every sample has its own: sums over vectors of samples.
#include "backend/cpu/kernels/kernels.hpp"
#include "unfurl/extend/batch_matrices.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// to += a * x for n samples, where an operand without lanes has one number.
template <class T>
void add_products(T* to, const T* a, bool a_shared, const T* x, bool x_shared, std::ptrdiff_t n) {
  if (a_shared && x_shared) {
    const T product = *a * *x;
    for (std::ptrdiff_t l = 0; l < n; ++l) to[l] += product;
  } else if (a_shared || x_shared) {
    const T factor = a_shared ? *a : *x;
    const T* other = a_shared ? x : a;
    UNFURL_INDEPENDENT
    for (std::ptrdiff_t l = 0; l < n; ++l) to[l] += factor * other[l];
  } else {
    UNFURL_INDEPENDENT
    for (std::ptrdiff_t l = 0; l < n; ++l) to[l] += a[l] * x[l];
  }
}

template <class T>
void run(const Call<T>& c) {
  const auto [left, right] = c.attributes->template as<ir::BatchProduct>();
  const View<const T>&a = c.in[0], &x = c.in[1];
  const View<T>& y = c.out;
  const int inner = left ? a.planes : a.rows;
  const auto [first, last] = c.range(y.planes);
  for (int p = first; p < last; ++p)
    for (int r = 0; r < y.rows; ++r) {
      T* to = y.row(p, r);
      std::fill(to, to + y.lanes, T(0));
      for (int k = 0; k < inner; ++k)
        add_products(to, left ? a.row(k, p) : a.row(p, k), a.lane_stride == 0 && y.lanes > 1,
                     right ? x.row(r, k) : x.row(k, r), x.lane_stride == 0 && y.lanes > 1, y.lanes);
    }
}

}  // namespace

const Kernels batch_matmul{UNFURL_KERNELS(run), .cut = Cut::parts};

}  // namespace unfurl::cpu::kernels
