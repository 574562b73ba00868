// Gradients of messages through tables that the samples share, by the message and by the table.
#include "backend/cpu/kernels/table_columns.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// Of every result, what its gradient g_i gives to entries of the message, before these are multiplied: g_i divided by the sum that is
/// behind result i, 0 where that is impossible; of normalised results, less the sum of g divided by the sum behind all, with the
/// result's weight. Where a sum is too small, 0 too, and apart(i, column of the block) is called.
template <class T, bool normalised, class F>
void take_gradient(const Call<T>& c, const Entries<T>& m, const Packet<T>& top, std::ptrdiff_t from,
                   int count, int w, const Packet<T>* e, Packet<T>* to, std::ptrdiff_t stride, F apart) {
  const int first = w * static_cast<int>(packet::size<T>);
  const T most = -std::log(least<T>);
  Packet<T> all[1], sum = {}, below = top;
  if constexpr (normalised) {
    sum_of_results<T, 1>(m, e, static_cast<int>(stride), all);
    below = -m.highest() - packet::log<T>(all[0]);
    for (int i = 0; i < m.results(); ++i) sum += columns(c.in[3], i, from, count, w);
  }
  for (int i = 0; i < m.results(); ++i) {
    const Packet<T> out = columns(c.in[2], i, from, count, w), g = columns(c.in[3], i, from, count, w);
    const Packet<T> over = (below + m.top(i)) - out;
    auto far = (over > most) & (out > -infinity<T>);
    auto none = over > most;
    Packet<T> share = g * packet::exp<T>(over);
    if constexpr (normalised) {
      const auto lost = all[0] < least<T>;
      far |= lost, none |= lost;
      share -= sum * (m.weight(i) / all[0]);
    } else {
      far &= g != T(0);
      none |= g == T(0);
    }
    to[i * stride] = packet::select<T>(none, Packet<T>{}, share);
    if (packet::any(far))
      for (int k = 0; k < static_cast<int>(packet::size<T>) && first + k < count; ++k)
        if (far[k]) apart(i, first + k);
  }
}

/// What result i gives to entry j of the message in this column, exact for any numbers.
template <class T, bool normalised>
T exact_share(const Call<T>& c, const Entries<T>& m, int i, int j, std::ptrdiff_t column) {
  const View<const T>&x = c.in[1], &out = c.in[2], &g = c.in[3];
  const T term = m.log_entry(i, j) + x.data[j * x.plane_stride + column],
          message = out.data[i * out.plane_stride + column];
  const auto gradient = [&](int k) { return g.data[k * g.plane_stride + column]; };
  if constexpr (!normalised) return gradient(i) == T(0) ? T(0) : std::exp(term - message) * gradient(i);
  const T total = exact_total(m, x, column);
  if (std::isinf(message) || std::isinf(total)) return 0;
  T sum = 0;
  for (int k = 0; k < m.results(); ++k) sum += gradient(k);
  const T own = gradient(i) == T(0) ? T(0) : std::exp(term - (message + total)) * gradient(i);
  return own - std::exp(term - total) * sum;
}

template <class T, bool normalised>
void run_pull(const Call<T>& c) {
  constexpr int width = 2, lanes = static_cast<int>(packet::size<T>), rows = 4;
  const View<const T>&table = c.in[0], &x = c.in[1], &g = c.in[3];
  Entries<T> m(table, g.planes, x.planes, c.attributes->template as<ir::TableMessage>().transpose,
               normalised);
  Block<T, width, 0> e(x.planes);
  Block<T, width, 1> r(g.planes);
  std::vector<std::pair<int, int>>& apart = []() -> auto& {
    thread_local std::vector<std::pair<int, int>> list;  // results and columns of the block
    return list;
  }
  ();
  for_blocks(table, m, x, width * lanes, [&](std::ptrdiff_t from, int count) {
    apart.clear();
    for (int w = 0; w < width; ++w) {
      const Packet<T> top = take_message(x, from, count, w, e[0] + w, width);
      take_gradient<T, normalised>(c, m, top, from, count, w, e[0] + w, r[0] + w, width,
                                   [&](int i, int k) { apart.emplace_back(i, k); });
    }
    const auto finish = [&](int j, int w, const Packet<T>& sum) {
      if (w * lanes >= count) return;
      packet::store(c.out.data + j * c.out.plane_stride + from + w * lanes, e[j][w] * sum,
                    std::ptrdiff_t{std::min(lanes, count - w * lanes)});
    };
    int j = 0;
    for (; j + rows <= x.planes; j += rows) {
      Packet<T> sum[rows][width] = {};
      for (int i = 0; i < m.results(); ++i)
        for (int q = 0; q < rows; ++q)
          for (int w = 0; w < width; ++w) sum[q][w] += m.of_result(i)[j + q] * r[i][w];
      for (int q = 0; q < rows; ++q)
        for (int w = 0; w < width; ++w) finish(j + q, w, sum[q][w]);
    }
    for (; j < x.planes; ++j) {
      Packet<T> sum[width] = {};
      for (int i = 0; i < m.results(); ++i)
        for (int w = 0; w < width; ++w) sum[w] += m.of_result(i)[j] * r[i][w];
      for (int w = 0; w < width; ++w) finish(j, w, sum[w]);
    }
    for (const auto& [i, k] : apart)
      for (int p = 0; p < x.planes; ++p)
        c.out.data[p * c.out.plane_stride + from + k] += exact_share<T, normalised>(c, m, i, p, from + k);
  });
}

template <class T, bool normalised>
void run_sums(const Call<T>& c) {
  constexpr int width = 16, lanes = static_cast<int>(packet::size<T>);
  const View<const T>&table = c.in[0], &x = c.in[1], &g = c.in[3];
  Entries<T> m(table, g.planes, x.planes, c.attributes->template as<ir::TableMessage>().transpose,
               normalised);
  Block<T, width, 0> e(x.planes);
  Block<T, width, 1> r(g.planes);
  const std::size_t entries = static_cast<std::size_t>(table.planes);
  thread_local std::vector<T> sums, apart;
  const T sign = c.accumulate < 0 ? T(-1) : T(1);
  int row = -1;
  const auto place = [messages = static_cast<std::size_t>(m.messages())](int i, int j) {
    return static_cast<std::size_t>(i) * messages + static_cast<std::size_t>(j);
  };
  const auto finish = [&] {
    for (int i = 0; i < m.results() && row >= 0; ++i)
      for (int j = 0; j < m.messages(); ++j) {
        const auto k = place(i, j);
        T& to = *c.out.row(m.plane(i, j), row);
        const T total = m.of_result(i)[j] * sums[k] + apart[k];
        to = c.accumulate == 0 ? total : to + sign * total;
      }
  };
  const std::ptrdiff_t per_row = std::ptrdiff_t{table.rows == 1 ? x.rows : 1} * x.lanes;
  for (row = 0; row < table.rows; ++row) {
    m.take(row);
    sums.assign(entries, T(0));
    apart.assign(entries, T(0));
    constexpr std::ptrdiff_t block = std::ptrdiff_t{width} * lanes;
    for (std::ptrdiff_t at = 0; at < per_row; at += block) {
      const std::ptrdiff_t from = row * std::ptrdiff_t{x.lanes} + at;
      const int count = static_cast<int>(std::min(block, per_row - at));
      const int used = (count + lanes - 1) / lanes;
      for (int w = 0; w < used; ++w) {
        const Packet<T> top = take_message(x, from, count, w, e[0] + w, width);
        take_gradient<T, normalised>(c, m, top, from, count, w, e[0] + w, r[0] + w, width, [&](int i, int k) {
          for (int j = 0; j < x.planes; ++j)
            apart[place(i, j)] += exact_share<T, normalised>(c, m, i, j, from + k);
        });
      }
      constexpr int rows = 4;
      const auto add = [&]<int Rows>(int i) {
        for (int j = 0; j < m.messages(); ++j) {
          Packet<T> sum[Rows] = {};
          for (int w = 0; w < used; ++w)
            for (int q = 0; q < Rows; ++q) sum[q] += e[j][w] * r[i + q][w];
          for (int q = 0; q < Rows; ++q) sums[place(i + q, j)] += packet::sum<T>(sum[q]);
        }
      };
      int i = 0;
      for (; i + rows <= m.results(); i += rows) add.template operator()<rows>(i);
      for (; i < m.results(); ++i) add.template operator()<1>(i);
    }
    finish();
  }
}

}  // namespace

const Kernels table_pull{.f32 = run_pull<float, false>, .f64 = run_pull<double, false>, .cut = Cut::rows};
const Kernels table_sums{
    .f32 = run_sums<float, false>, .f64 = run_sums<double, false>, .cut = Cut::sums, .planes_apart = true};
const Kernels normalized_table_pull{
    .f32 = run_pull<float, true>, .f64 = run_pull<double, true>, .cut = Cut::rows};
const Kernels normalized_table_sums{
    .f32 = run_sums<float, true>, .f64 = run_sums<double, true>, .cut = Cut::sums, .planes_apart = true};

}  // namespace unfurl::cpu::kernels
