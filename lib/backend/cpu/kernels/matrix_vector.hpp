// Products with one column: they only wait for the matrix, which is read once, in the order in which it lies, and never packed.
#pragma once

#include <cstring>

#include "backend/cpu/kernels/product.hpp"

namespace unfurl::cpu {

namespace product_kernel {

template <class T>
constexpr int most_columns = 8 * width<T>;  // whose sums registers hold

/// Bits set in the last `count` entries.
template <class T>
Packet<T> last_entries(int count) {
  T bits[2 * width<T>];
  std::memset(bits, 0, sizeof(bits) / 2);
  std::memset(bits + width<T>, 0xff, sizeof(bits) / 2);
  return packet::ploadu<Packet<T>>(bits + count);
}

/// Some rows of W x. A row is summed in as many parts as a packet has entries, and these by halves.
template <class T, int Rows>
void multiply_rows(const T* w, int columns, const T* x, Packet<T> kept, T* out) {
  constexpr int n = width<T>;
  Packet<T> sum[Rows];
  for (int r = 0; r < Rows; ++r) sum[r] = packet::pset1<Packet<T>>(T(0));
  const auto row = [&](int r) { return w + std::ptrdiff_t{r} * columns; };
  int c = 0;
  for (; c + n <= columns; c += n) {
    const auto factors = packet::ploadu<Packet<T>>(x + c);
    for (int r = 0; r < Rows; ++r)
      sum[r] = packet::pmadd(packet::ploadu<Packet<T>>(row(r) + c), factors, sum[r]);
  }
  if (c < columns) {  // a packet that ends with the row: what it has of the sum already is made zero
    c = columns - n;
    const auto factors = packet::pand(kept, packet::ploadu<Packet<T>>(x + c));
    for (int r = 0; r < Rows; ++r)
      sum[r] = packet::pmadd(packet::pand(kept, packet::ploadu<Packet<T>>(row(r) + c)), factors, sum[r]);
  }
  for (int r = 0; r < Rows; ++r) out[r] = packet::predux(sum[r]);
}

/// out = x^T W for the columns of so many packets, where the rows of W are `step` apart. An entry is summed in the rows' order.
template <class T, int Packets>
void combine_rows(const T* w, std::ptrdiff_t step, int rows, const T* x, T* out) {
  Packet<T> sum[Packets];
  for (int v = 0; v < Packets; ++v) sum[v] = packet::pset1<Packet<T>>(T(0));
  for (int r = 0; r < rows; ++r, w += step) {
    const auto factor = packet::pset1<Packet<T>>(x[r]);
    for (int v = 0; v < Packets; ++v)
      sum[v] = packet::pmadd(factor, packet::ploadu<Packet<T>>(w + v * width<T>), sum[v]);
  }
  for (int v = 0; v < Packets; ++v) packet::pstoreu(out + v * width<T>, sum[v]);
}

}  // namespace product_kernel

/// out = W x for W [rows, columns], of at least a packet's columns, whose rows follow each other.
template <class T>
void matrix_vector(const T* w, int rows, int columns, const T* x, T* out) {
  using namespace product_kernel;
  const auto kept = last_entries<T>(columns % width<T>);
  const auto some = [&]<int Rows>(int r) {
    multiply_rows<T, Rows>(w + std::ptrdiff_t{r} * columns, columns, x, kept, out + r);
  };
  int r = 0;
  for (; r + 4 <= rows; r += 4) some.template operator()<4>(r);
  for (; r < rows; ++r) some.template operator()<1>(r);
}

/// out = x^T W for W [rows, columns], of at least a packet's columns, whose rows are `step` apart.
template <class T>
void vector_matrix(const T* w, std::ptrdiff_t step, int rows, int columns, const T* x, T* out) {
  using namespace product_kernel;
  constexpr int n = width<T>;
  const auto combine = [&]<int Packets>(auto&& self, int first, int packets) -> void {
    if (packets == Packets)
      combine_rows<T, Packets>(w + first, step, rows, x, out + first);
    else if constexpr (Packets > 1)
      self.template operator()<Packets - 1>(self, first, packets);
  };
  for (int first = 0; first < columns; first += most_columns<T>) {
    const int left = std::min(most_columns<T>, columns - first);
    if (left >= n) combine.template operator()<8>(combine, first, left / n);
    if (left % n > 0) combine_rows<T, 1>(w + columns - n, step, rows, x, out + columns - n);  // some again
  }
}

/// out = x y^T, [rows, columns], of at least a packet's columns, or for `accumulate` 1 or -1 added to it or taken from it.
template <class T>
void rank_one(const T* x, int rows, const T* y, int columns, int accumulate, T* out) {
  using namespace product_kernel;
  constexpr int n = width<T>;
  const int last = columns - n;  // whose packet overlaps the one before: it is read before that is written
  for (int r = 0; r < rows; ++r, out += columns) {
    const auto factor = packet::pset1<Packet<T>>(accumulate < 0 ? -x[r] : x[r]);
    const auto set = [&](int c, Packet<T> before) {
      const auto entries = packet::ploadu<Packet<T>>(y + c);
      packet::pstoreu(
          out + c, accumulate == 0 ? packet::pmul(factor, entries) : packet::pmadd(factor, entries, before));
    };
    const auto end = packet::ploadu<Packet<T>>(out + last);
    for (int c = 0; c < last; c += n) set(c, packet::ploadu<Packet<T>>(out + c));
    set(last, end);
  }
}

}  // namespace unfurl::cpu
