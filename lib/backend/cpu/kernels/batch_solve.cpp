// Systems of linear equations of which every sample has its own.
#include "backend/cpu/kernels/elimination.hpp"
#include "unfurl/extend/batch_matrices.hpp"

namespace unfurl::cpu::kernels {

namespace {

template <class T>
void run(const Call<T>& c) {
  static thread_local eliminating::Workspace<T> workspace;
  const View<T>& x = c.out;
  const int n = x.planes, width = n + x.rows;
  T* const a = workspace.at_least(std::ptrdiff_t{n} * width);
  const auto [first, last] = c.range(x.lanes);
  for (int l = first; l < last; ++l) {
    eliminating::load(c.in[0], l, c.attributes->template as<ir::BatchSolve>().transpose, a, width);
    eliminating::load(c.in[1], l, false, a + n, width);
    (void)eliminating::eliminate<T>(a, n, width);
    eliminating::substitute<T>(a, n, width);
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < x.rows; ++j) x.row(i, j)[l] = a[i * width + n + j];
  }
}

}  // namespace

const Kernels batch_solve{UNFURL_KERNELS(run), .cut = Cut::parts};

}  // namespace unfurl::cpu::kernels
