// Belief propagation through pairwise tables that the samples share: products of small matrices of exponentials with blocks of
// columns, instead of one exponential for every entry of the joint table.
#include "backend/cpu/kernels/table_columns.hpp"

namespace unfurl::cpu::kernels {

namespace {

// Both factors of a product are at most 1, so nothing overflows; sums so small that terms may be lost are done again. Normalised
// messages are less the logarithm of their sum, in which the tops of the columns cancel.
template <class T, bool normalised>
void run_message(const Call<T>& c) {
  constexpr int width = 2, lanes = static_cast<int>(packet::size<T>), rows = 4;
  const View<const T>&table = c.in[0], &x = c.in[1];
  Entries<T> m(table, c.out.planes, x.planes, c.attributes->template as<ir::TableMessage>().transpose,
               normalised);
  Block<T, width, 0> e(x.planes);
  for_blocks(table, m, x, width * lanes, [&](std::ptrdiff_t from, int count) {
    Packet<T> top[width], all[width];
    for (int w = 0; w < width; ++w) top[w] = take_message(x, from, count, w, e[0] + w, width);
    if constexpr (normalised) {
      sum_of_results<T, width>(m, e[0], width, all);
      for (int w = 0; w < width; ++w) top[w] = -m.highest() - packet::log<T>(all[w]);
    }
    const auto finish = [&](int i, int w, const Packet<T>& sum) {
      const int first = w * lanes, left = std::min(lanes, count - first);
      if (left <= 0) return;
      T* to = c.out.data + i * c.out.plane_stride + from + first;
      packet::store(to, packet::log<T>(sum) + (top[w] + m.top(i)), std::ptrdiff_t{left});
      auto lost = sum < least<T>;
      if constexpr (normalised) lost |= all[w] < least<T>;
      if (packet::any(lost))
        for (int k = 0; k < left; ++k)
          if (lost[k])
            to[k] = exact_message(m, i, x, from + first + k) -
                    (normalised ? exact_total(m, x, from + first + k) : T(0));
    };
    int i = 0;
    for (; i + rows <= m.results(); i += rows) {
      Packet<T> sum[rows][width] = {};
      const T* entry[rows];
      for (int q = 0; q < rows; ++q) entry[q] = m.of_result(i + q);
      for (int j = 0; j < m.messages(); ++j)
        for (int q = 0; q < rows; ++q)
          for (int w = 0; w < width; ++w) sum[q][w] += entry[q][j] * e[j][w];
      for (int q = 0; q < rows; ++q)
        for (int w = 0; w < width; ++w) finish(i + q, w, sum[q][w]);
    }
    for (; i < m.results(); ++i) {
      Packet<T> sum[width] = {};
      for (int j = 0; j < m.messages(); ++j)
        for (int w = 0; w < width; ++w) sum[w] += m.of_result(i)[j] * e[j][w];
      for (int w = 0; w < width; ++w) finish(i, w, sum[w]);
    }
  });
}

}  // namespace

const Kernels table_message{
    .f32 = run_message<float, false>, .f64 = run_message<double, false>, .cut = Cut::rows};
const Kernels normalized_table_message{
    .f32 = run_message<float, true>, .f64 = run_message<double, true>, .cut = Cut::rows};

}  // namespace unfurl::cpu::kernels
