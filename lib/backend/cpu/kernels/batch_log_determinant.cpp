// Determinants of matrices of which every sample has its own.
#include "backend/cpu/kernels/elimination.hpp"

namespace unfurl::cpu::kernels {

namespace {

template <class T>
void run(const Call<T>& c) {
  static thread_local eliminating::Workspace<T> workspace;
  const int n = c.in[0].planes;
  T* const a = workspace.at_least(std::ptrdiff_t{n} * n);
  const auto [first, last] = c.range(c.out.lanes);
  for (int l = first; l < last; ++l) {
    eliminating::load(c.in[0], l, false, a, n);
    c.out.data[l] = eliminating::eliminate<T>(a, n, n);
  }
}

}  // namespace

const Kernels batch_log_determinant{UNFURL_KERNELS(run), .cut = Cut::parts};

}  // namespace unfurl::cpu::kernels
