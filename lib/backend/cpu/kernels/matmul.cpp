// Matrix products with a matrix that all samples share, and their gradients.
#include <utility>

#include "backend/cpu/kernels/kernels.hpp"
#include "backend/cpu/kernels/matrix_vector.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// One sample alone, whose matrices have rows of a packet and more. Its sums are in another order than those of wider tiles.
template <class T>
bool is_one_column(int lanes, int columns) {
  return lanes == 1 && columns >= product_kernel::width<T>;
}

template <class T>
void run_matmul(const Call<T>& c) {
  const auto &m = c.in[0], &x = c.in[1];
  Strided<T> matrix{m.data, m.rows, 1};
  const auto [axis, transpose] = c.attributes->template as<ir::MatrixProduct>();
  if (transpose) std::swap(matrix.row_step, matrix.column_step);
  if (axis == ir::Axis::planes) {
    const std::ptrdiff_t columns = std::ptrdiff_t{x.rows} * x.lanes;
    const auto [first, last] = c.range(columns);
    product<T>(matrix, {x.data + first, columns, 1}, c.out.planes, x.planes, last - first, 0,
               c.out.data + first, columns);
    return;
  }
  const auto [first, last] = c.range(c.out.rows);
  if (is_one_column<T>(x.lanes, transpose ? last - first : x.rows)) {
    for (int p = 0; p < x.planes; ++p)
      if (transpose)
        vector_matrix(m.data + first, m.rows, x.rows, last - first, x.row(p, 0), c.out.row(p, first));
      else
        matrix_vector(m.data + std::ptrdiff_t{first} * m.rows, last - first, m.rows, x.row(p, 0),
                      c.out.row(p, first));
    return;
  }
  for (int p = 0; p < x.planes; ++p)
    product<T>(matrix.from(first, 0), {x.row(p, 0), x.lanes, 1}, last - first, x.rows, x.lanes, 0,
               c.out.row(p, first), x.lanes);
}

template <class T>
void run_outer(const Call<T>& c) {
  const auto &x = c.in[0], &y = c.in[1];
  const auto add = [&](const T* a, const T* b, std::ptrdiff_t contracted, int accumulate) {
    product<T>({a, contracted, 1}, {b, 1, contracted}, c.out.planes, static_cast<int>(contracted), c.out.rows,
               accumulate, c.out.data, c.out.rows);
  };
  if (c.attributes->template as<ir::OuterProduct>().axis == ir::Axis::planes) {
    add(x.data, y.data, std::ptrdiff_t{x.rows} * x.lanes, c.accumulate);
    return;
  }
  if (x.planes == 1 && is_one_column<T>(x.lanes, c.out.rows)) {
    rank_one(x.data, x.rows, y.data, y.rows, c.accumulate, c.out.data);
    return;
  }
  for (int p = 0; p < x.planes; ++p)
    add(x.row(p, 0), y.row(p, 0), x.lanes, p == 0 || c.accumulate ? c.accumulate : 1);
}

}  // namespace

const Kernels matmul{UNFURL_KERNELS(run_matmul), .cut = Cut::parts};
const Kernels outer{UNFURL_KERNELS(run_outer)};

}  // namespace unfurl::cpu::kernels
