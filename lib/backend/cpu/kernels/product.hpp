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
template <class T>
constexpr int width = packet::packet_traits<T>::size;
template <class T>
constexpr int most_packets = width<T> * sizeof(T) == 64 ? 4 : 2;  // times six rows: what the registers hold
constexpr int rows_at_once = 6;
constexpr int panel_rows = 96;  // of four packets: most of the first cache

/// Part of the right matrix, [rows, packets * width], with zeros beyond its columns.
template <class T, int Packets>
void pack(Strided<T> x, int rows, int columns, T* panel) {
  constexpr int n = width<T>, wide = Packets * n;
  int done = 0;
  if (columns < wide) {
    std::fill_n(panel, rows * wide, T(0));
  } else if (x.column_step == 1) {
    for (; done < rows; ++done) std::copy_n(&x.data[done * x.row_step], wide, panel + done * wide);
  } else if (x.row_step == 1) {
    for (; done + n <= rows; done += n)
      for (int c = 0; c < wide; c += n) {
        packet::PacketBlock<Packet<T>, n> block;
        for (int i = 0; i < n; ++i) block.packet[i] = packet::ploadu<Packet<T>>(x.from(done, c + i).data);
        packet::ptranspose(block);
        for (int i = 0; i < n; ++i) packet::pstore(panel + (done + i) * wide + c, block.packet[i]);
      }
  }
  for (; done < rows; ++done)
    for (int c = 0; c < columns; ++c) panel[done * wide + c] = x.at(done, c);
}

/// Some rows of a product with a panel. Sums run over the panel's rows in order, the same for every column.
template <class T, int Rows, int Packets>
void multiply(Strided<T> a, const T* panel, int depth, int columns, bool fresh, T sign, T* out,
              std::ptrdiff_t out_step) {
  Packet<T> sum[Rows][Packets];
  for (int r = 0; r < Rows; ++r)
    for (int v = 0; v < Packets; ++v) sum[r][v] = packet::pset1<Packet<T>>(T(0));
  for (int k = 0; k < depth; ++k) {
    Packet<T> x[Packets];
    for (int v = 0; v < Packets; ++v) x[v] = packet::pload<Packet<T>>(panel + (k * Packets + v) * width<T>);
    for (int r = 0; r < Rows; ++r) {
      const Packet<T> factor = packet::pset1<Packet<T>>(a.at(r, k));
      for (int v = 0; v < Packets; ++v) sum[r][v] = packet::pmadd(factor, x[v], sum[r][v]);
    }
  }
  const Packet<T> signs = packet::pset1<Packet<T>>(sign);
  for (int r = 0; r < Rows; ++r, out += out_step) {
    if (columns < Packets * width<T>) {
      alignas(64) T ends[Packets * width<T>];
      for (int v = 0; v < Packets; ++v) packet::pstore(ends + v * width<T>, sum[r][v]);
      for (int c = 0; c < columns; ++c) out[c] = (fresh ? T(0) : out[c]) + sign * ends[c];
      continue;
    }
    for (int v = 0; v < Packets; ++v) {
      T* to = out + v * width<T>;
      packet::pstoreu(to, fresh ? sum[r][v] : packet::pmadd(signs, sum[r][v], packet::ploadu<Packet<T>>(to)));
    }
  }
}

template <class T, int Packets>
void multiply_panels(Strided<T> a, Strided<T> x, int rows, int depth, int columns, int accumulate, T* out,
                     std::ptrdiff_t out_step) {
  alignas(64) T panel[panel_rows * Packets * width<T>];
  for (int first = 0; first < depth; first += panel_rows) {
    const int count = std::min(panel_rows, depth - first);
    pack<T, Packets>(x.from(first, 0), count, columns, panel);
    const auto some = [&]<int Rows>(int row) {
      multiply<T, Rows, Packets>(a.from(row, first), panel, count, columns, accumulate == 0 && first == 0,
                                 accumulate < 0 ? T(-1) : T(1), out + row * out_step, out_step);
    };
    int row = 0;
    for (; row + rows_at_once <= rows; row += rows_at_once) some.template operator()<rows_at_once>(row);
    for (; row < rows; ++row) some.template operator()<1>(row);
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
  const auto panels = [&]<int Packets>() {
    constexpr int wide = Packets * width<T>;
    for (; first < columns && (Packets == 1 || first + wide <= columns); first += wide)
      multiply_panels<T, Packets>(a, x.from(0, first), rows, depth,
                                  static_cast<int>(std::min<std::ptrdiff_t>(wide, columns - first)),
                                  accumulate, out + first, out_step);
  };
  panels.template operator()<most_packets<T>>();
  if constexpr (most_packets < T >> 3) panels.template operator()<3>();
  if constexpr (most_packets < T >> 2) panels.template operator()<2>();
  panels.template operator()<1>();
}

}  // namespace unfurl::cpu
