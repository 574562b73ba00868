// Belief propagation through pairwise tables that the samples share, and its gradients: products of small matrices of
// exponentials with blocks of columns, which are rows and samples, instead of one exponential for every entry of the joint table.
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

using packet::Packet;

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();

/// Sums of products of numbers at most 1 that are smaller may have lost terms.
template <class T>
const T least = std::numeric_limits<T>::min() /
                (std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon());

/// The table of one row, [results, messages]; entries relative to the largest of each result, 0 where none is above -inf.
template <class T>
class Entries {
 public:
  Entries(const View<const T>& table, int results, int messages, bool transpose)
      : table_(&table), results_(results), messages_(messages), transpose_(transpose) {
    const std::size_t n = static_cast<std::size_t>(results) * static_cast<std::size_t>(messages);
    if (buffer.size() < 2 * n + static_cast<std::size_t>(results))
      buffer.resize(2 * n + static_cast<std::size_t>(results));
    log_entry_ = buffer.data(), entry_ = log_entry_ + n, top_ = entry_ + n;
  }
  void take(int row) {
    T* to = log_entry_;
    for (int i = 0; i < results_; ++i) {
      T top = -infinity<T>;
      for (int j = 0; j < messages_; ++j, ++to) {
        *to = *table_->row(transpose_ ? j * results_ + i : i * messages_ + j, row);
        top = top >= *to ? top : *to;
      }
      top_[i] = top == -infinity<T> ? T(0) : top;
      for (int j = 0; j < messages_; ++j) entry_[i * messages_ + j] = to[j - messages_] - top_[i];
    }
    packet::map(entry_, entry_, std::ptrdiff_t{results_} * messages_,
                [](auto x) { return packet::exp_of_negative<T>(x); });
  }
  int plane(int i, int j) const { return transpose_ ? j * results_ + i : i * messages_ + j; }
  T log_entry(int i, int j) const { return log_entry_[i * messages_ + j]; }
  const T* of_result(int i) const { return entry_ + i * messages_; }
  T top(int i) const { return top_[i]; }
  int results() const { return results_; }
  int messages() const { return messages_; }

 private:
  const View<const T>* table_;
  int results_, messages_;
  bool transpose_;
  T *log_entry_, *entry_, *top_;
  inline static thread_local std::vector<T> buffer;
};

/// `width` packets for each of some planes, of a block of columns; the memory stays for the next call.
template <class T, int width, int use>
class Block {
 public:
  explicit Block(int planes) {
    const std::size_t used = static_cast<std::size_t>(planes) * sizeof(Packet<T>) * width;
    if (buffer.size() < used + packet::bytes) buffer.resize(used + packet::bytes);
    void* at = buffer.data();
    std::size_t left = buffer.size();
    data_ = static_cast<Packet<T>*>(std::align(packet::bytes, used, at, left));
  }
  Packet<T>* operator[](int plane) { return data_ + std::ptrdiff_t{plane} * width; }

 private:
  Packet<T>* data_;
  inline static thread_local std::vector<std::byte> buffer;
};

/// Calls body(first column, columns) for blocks of `most` columns under each row of the table, which `entries` then has.
template <class T, class F>
void for_blocks(const View<const T>& table, Entries<T>& entries, const View<const T>& x, int most, F body) {
  const std::ptrdiff_t width = std::ptrdiff_t{table.rows == 1 ? x.rows : 1} * x.lanes;
  for (int r = 0; r < table.rows; ++r) {
    entries.take(r);
    for (std::ptrdiff_t at = 0; at < width; at += most)
      body(r * std::ptrdiff_t{x.lanes} + at, static_cast<int>(std::min<std::ptrdiff_t>(most, width - at)));
  }
}

/// Packet w of the columns from `from`, of which there are `count`.
template <class T>
Packet<T> columns(const View<const T>& x, int plane, std::ptrdiff_t from, int count, int w) {
  const int first = w * static_cast<int>(packet::size<T>);
  if (first >= count) return Packet<T>{};
  return packet::load(x.data + plane * x.plane_stride + from + first, std::ptrdiff_t{count - first});
}

/// exp(message - top) of each plane; returns the largest message of each column, 0 where there is none above -inf.
template <class T>
Packet<T> take_message(const View<const T>& x, std::ptrdiff_t from, int count, int w, Packet<T>* to,
                       std::ptrdiff_t stride) {
  Packet<T> top = packet::constant(-infinity<T>);
  for (int j = 0; j < x.planes; ++j) {
    to[j * stride] = columns(x, j, from, count, w);
    top = packet::max(to[j * stride], top);
  }
  top = packet::select<T>(top == -infinity<T>, Packet<T>{}, top);
  for (int j = 0; j < x.planes; ++j) to[j * stride] = packet::exp_of_negative<T>(to[j * stride] - top);
  return top;
}

/// log sum_j exp(table_ij + x_j) of one column, exact for any numbers; -inf where every term is impossible.
template <class T>
T exact_message(const Entries<T>& m, int i, const View<const T>& x, std::ptrdiff_t column) {
  const auto term = [&](int j) { return m.log_entry(i, j) + x.data[j * x.plane_stride + column]; };
  T top = -infinity<T>, sum = 0;
  for (int j = 0; j < m.messages(); ++j) top = std::max(top, term(j));
  if (std::isinf(top)) return top;
  for (int j = 0; j < m.messages(); ++j) sum += std::exp(term(j) - top);
  return top + std::log(sum);
}

// Both factors of a product are at most 1, so nothing overflows; sums so small that terms may be lost are done again.
template <class T>
void run_table_message(const Call<T>& c) {
  constexpr int width = 2, lanes = static_cast<int>(packet::size<T>), rows = 4;
  const View<const T>&table = c.in[0], &x = c.in[1];
  Entries<T> m(table, c.out.planes, x.planes, c.attributes->template as<ir::TableMessage>().transpose);
  Block<T, width, 0> e(x.planes);
  for_blocks(table, m, x, width * lanes, [&](std::ptrdiff_t from, int count) {
    Packet<T> top[width];
    for (int w = 0; w < width; ++w) top[w] = take_message(x, from, count, w, e[0] + w, width);
    const auto finish = [&](int i, int w, const Packet<T>& sum) {
      const int first = w * lanes, left = std::min(lanes, count - first);
      if (left <= 0) return;
      T* to = c.out.data + i * c.out.plane_stride + from + first;
      packet::store(to, packet::log<T>(sum) + (top[w] + m.top(i)), std::ptrdiff_t{left});
      if (packet::any(sum < least<T>))
        for (int k = 0; k < left; ++k)
          if (sum[k] < least<T>) to[k] = exact_message(m, i, x, from + first + k);
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

/// g_i divided by the sum that is behind message i, of every result, 0 where that is impossible. Where the sum is too small,
/// 0 too, and apart(i, column of the block) is called.
template <class T, class F>
void take_gradient(const Call<T>& c, const Entries<T>& m, const Packet<T>& top, std::ptrdiff_t from,
                   int count, int w, Packet<T>* to, std::ptrdiff_t stride, F apart) {
  const int first = w * static_cast<int>(packet::size<T>);
  const T most = -std::log(least<T>);
  for (int i = 0; i < m.results(); ++i) {
    const Packet<T> out = columns(c.in[2], i, from, count, w), g = columns(c.in[3], i, from, count, w);
    const Packet<T> over = (top + m.top(i)) - out;
    const auto far = (over > most) & (out > -infinity<T>);
    const auto none = (over > most) | (g == T(0));
    to[i * stride] = packet::select<T>(none, Packet<T>{}, g * packet::exp<T>(over));
    if (packet::any(far))
      for (int k = 0; k < static_cast<int>(packet::size<T>) && first + k < count; ++k)
        if (far[k] && g[k] != T(0)) apart(i, first + k);
  }
}

template <class T>
T exact_share(const Call<T>& c, const Entries<T>& m, int i, int j, std::ptrdiff_t column) {
  const View<const T>&x = c.in[1], &out = c.in[2];
  return std::exp(m.log_entry(i, j) + x.data[j * x.plane_stride + column] -
                  out.data[i * out.plane_stride + column]);
}

template <class T>
void run_table_pull(const Call<T>& c) {
  constexpr int width = 2, lanes = static_cast<int>(packet::size<T>), rows = 4;
  const View<const T>&table = c.in[0], &x = c.in[1], &g = c.in[3];
  Entries<T> m(table, g.planes, x.planes, c.attributes->template as<ir::TableMessage>().transpose);
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
      take_gradient(c, m, top, from, count, w, r[0] + w, width,
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
        c.out.data[p * c.out.plane_stride + from + k] +=
            exact_share(c, m, i, p, from + k) * g.data[i * g.plane_stride + from + k];
  });
}

template <class T>
void run_table_sums(const Call<T>& c) {
  constexpr int width = 16, lanes = static_cast<int>(packet::size<T>);
  const View<const T>&table = c.in[0], &x = c.in[1], &g = c.in[3];
  Entries<T> m(table, g.planes, x.planes, c.attributes->template as<ir::TableMessage>().transpose);
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
        take_gradient(c, m, top, from, count, w, r[0] + w, width, [&](int i, int k) {
          for (int j = 0; j < x.planes; ++j)
            apart[place(i, j)] += exact_share(c, m, i, j, from + k) * g.data[i * g.plane_stride + from + k];
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

const Kernels table_message{UNFURL_KERNELS(run_table_message), .cut = Cut::rows};
const Kernels table_pull{UNFURL_KERNELS(run_table_pull), .cut = Cut::rows};
const Kernels table_sums{UNFURL_KERNELS(run_table_sums), .cut = Cut::sums};

}  // namespace unfurl::cpu::kernels
