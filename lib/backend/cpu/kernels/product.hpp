// The matrix product behind every dense operation. Samples lie innermost, so a product has few long rows: a kernel keeps six
// of them in registers and reads the strided matrix entry by entry, where a general one would pack it anew for every tile.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cstddef>

#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored \
    "-Wignored-attributes"  // vector registers as template arguments lose no attribute here
#endif

namespace unfurl::cpu {

/// A matrix whose entry (i, j) is data[i * row_step + j * column_step].
template <class T>
struct Strided {
  const T* data;
  std::ptrdiff_t row_step, column_step;
  Strided from(std::ptrdiff_t i, std::ptrdiff_t j) const {
    return {data + i * row_step + j * column_step, row_step, column_step};
  }
  T at(std::ptrdiff_t i, std::ptrdiff_t j) const { return data[i * row_step + j * column_step]; }
};

namespace product_kernel {

namespace packet = Eigen::internal;
template <class T>
using Packet = typename packet::packet_traits<T>::type;
template <class P>
using Entry = typename packet::unpacket_traits<P>::type;
template <class P>
constexpr int size = packet::unpacket_traits<P>::size;
template <class T>
constexpr int width = size<Packet<T>>;
template <class T>
constexpr int most_packets = width<T> * sizeof(T) == 64 ? 4 : 2;  // times six rows: what the registers hold
template <class P>
constexpr int rows_at_once = size<P> == width<Entry<P>> ? 6 : 12;
constexpr int panel_rows = 512;  // of four packets: part of the second cache, from which they come in time

/// Part of the right matrix, [rows, packets * size], with zeros beyond its columns.
template <class P, int Packets>
void pack(Strided<Entry<P>> x, int rows, int columns, Entry<P>* panel) {
  constexpr int n = size<P>, wide = Packets * n;
  int done = 0;
  if (columns < wide) {
    std::fill_n(panel, rows * wide, Entry<P>(0));
  } else if (x.column_step == 1) {
    for (; done < rows; ++done)
      for (int c = 0; c < wide; c += n)
        packet::pstore(panel + done * wide + c, packet::ploadu<P>(x.from(done, c).data));
  } else if (x.row_step == 1) {
    for (; done + n <= rows; done += n)
      for (int c = 0; c < wide; c += n) {
        packet::PacketBlock<P, n> block;
        for (int i = 0; i < n; ++i) block.packet[i] = packet::ploadu<P>(x.from(done, c + i).data);
        packet::ptranspose(block);
        for (int i = 0; i < n; ++i) packet::pstore(panel + (done + i) * wide + c, block.packet[i]);
      }
  }
  for (; done < rows; ++done)
    for (int c = 0; c < columns; ++c) panel[done * wide + c] = x.at(done, c);
}

/// Some rows of a product with a panel. Sums run over the panel's rows in order, the same for every column. Meanwhile what is
/// needed next of the left matrix is fetched: of rows without gaps (`Dense`) all of the next ones to the first cache, of others
/// the next cache line of each column to the second, for the first one would not keep it.
template <class P, int Rows, int Packets, bool Dense>
void multiply(Strided<Entry<P>> a, const Entry<P>* panel, int depth, int columns, bool fresh, Entry<P> sign,
              Entry<P>* out, std::ptrdiff_t out_step) {
  using T = Entry<P>;
  constexpr int n = size<P>;
  P sum[Rows][Packets];
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Packets; ++v) {
      sum[r][v] = packet::pset1<P>(T(0));
      packet::prefetch(out + r * out_step + v * n);  // which may be far by now, and is only needed at the end
    }
  const T* next = a.from(Dense ? Rows : 64 / sizeof(T), 0).data;
  for (int k = 0; k < depth; ++k, next += Dense ? Rows : a.column_step) {
    __builtin_prefetch(next, 0, Dense ? 3 : 2);
    P x[Packets];
    for (int v = 0; v < Packets; ++v) x[v] = packet::pload<P>(panel + (k * Packets + v) * n);
    for (int r = 0; r < Rows; ++r) {
      const P factor = packet::pset1<P>(a.at(r, k));
      for (int v = 0; v < Packets; ++v) sum[r][v] = packet::pmadd(factor, x[v], sum[r][v]);
    }
  }
  const P signs = packet::pset1<P>(sign);
  for (int r = 0; r < Rows; ++r, out += out_step) {
    if (columns < Packets * n) {
      alignas(64) T ends[Packets * n];
      for (int v = 0; v < Packets; ++v) packet::pstore(ends + v * n, sum[r][v]);
      for (int c = 0; c < columns; ++c) out[c] = (fresh ? T(0) : out[c]) + sign * ends[c];
      continue;
    }
    for (int v = 0; v < Packets; ++v) {
      T* to = out + v * n;
      packet::pstoreu(to, fresh ? sum[r][v] : packet::pmadd(signs, sum[r][v], packet::ploadu<P>(to)));
    }
  }
}

template <class P, int Packets, bool Dense>
void multiply_panels(Strided<Entry<P>> a, Strided<Entry<P>> x, int rows, int depth, int columns,
                     int accumulate, Entry<P>* out, std::ptrdiff_t out_step) {
  using T = Entry<P>;
  alignas(64) T panel[panel_rows * Packets * size<P>];
  const int panels = std::max(1, (depth + panel_rows - 1) / panel_rows);
  const int height = (depth + panels - 1) / panels;
  for (int first = 0; first < depth; first += height) {
    const int count = std::min(height, depth - first);
    pack<P, Packets>(x.from(first, 0), count, columns, panel);
    const auto from = [&]<int Rows>(auto&& self, int row) -> void {
      for (; row + Rows <= rows; row += Rows)
        multiply<P, Rows, Packets, Dense>(a.from(row, first), panel, count, columns,
                                          accumulate == 0 && first == 0, accumulate < 0 ? T(-1) : T(1),
                                          out + row * out_step, out_step);
      if constexpr (Rows > 1)
        if (row < rows) self.template operator()<Rows - 1>(self, row);
    };
    from.template operator()<rows_at_once<P>>(from, 0);
  }
}

}  // namespace product_kernel

/// The product of a [rows, depth] and x [depth, columns]: to `out`, whose rows are `out_step` apart, or for `accumulate` 1
/// or -1 added to it or taken from it. Fast where `x` has rows or columns without gaps. How an entry is summed depends
/// neither on the columns beside it nor on how many there are.
template <class T>
void product(Strided<T> a, Strided<T> x, int rows, int depth, std::ptrdiff_t columns, int accumulate, T* out,
             std::ptrdiff_t out_step) {
  using namespace product_kernel;
  if (columns == 1 && rows > 1 && out_step == 1)  // one column is one row of the transposed product
    return product<T>({x.data, x.column_step, x.row_step}, {a.data, a.column_step, a.row_step}, 1, depth,
                      rows, accumulate, out, rows);
  std::ptrdiff_t first = 0;
  const auto panels = [&]<class P, int Packets>(std::ptrdiff_t least) {
    constexpr std::ptrdiff_t wide = Packets * size<P>;
    for (; columns - first >= least; first += wide)
      (a.column_step == 1
           ? multiply_panels<P, Packets, true>
           : multiply_panels<P, Packets, false>)(a, x.from(0, first), rows, depth,
                                                 static_cast<int>(std::min(wide, columns - first)),
                                                 accumulate, out + first, out_step);
  };
  using P = Packet<T>;
  using Half = typename packet::unpacket_traits<P>::half;
  constexpr int n = size<P>;
  panels.template operator()<P, most_packets<T>>(most_packets<T> * n);
  if constexpr (most_packets < T >> 3) panels.template operator()<P, 3>(3 * n);
  if constexpr (most_packets < T >> 2) panels.template operator()<P, 2>(2 * n);
  panels.template operator()<P, 1>(size<Half> < n ? size<Half> + 1 : 1);
  if constexpr (size<Half> < n) panels.template operator()<Half, 1>(1);
}

}  // namespace unfurl::cpu
