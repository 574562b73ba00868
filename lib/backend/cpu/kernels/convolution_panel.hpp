// The image as the kernels of a convolution read it: row by row, every tap of the kernel a shift of contiguous numbers.
#pragma once

#include <vector>

#include "backend/cpu/kernels/product.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl::cpu::convolving {

using namespace product_kernel;
using std::ptrdiff_t;

/// Accumulators that the vector registers hold besides operands.
template <class T>
constexpr int accumulators = width<T> * sizeof(T) == 64 ? 24 : 12;
template <class T, int Rows>
constexpr int packets_of = accumulators<T> / Rows;
template <class T>
constexpr int most_packets_of_row = accumulators<T>;

inline constexpr int channels_at_once = 4;
inline constexpr std::ptrdiff_t cache_bytes =
    std::ptrdiff_t{512} * 1024;  // for the rows of the image under the kernel: half of a second cache

/// Memory that grows once, for each thread.
template <class T>
struct Scratch {
  std::vector<T, Eigen::aligned_allocator<T>> panel, rows, weights;
  std::vector<const T*> sources;
};
template <class T>
Scratch<T>& scratch() {
  static thread_local Scratch<T> mine;
  return mine;
}
template <class T>
T* at_least(std::vector<T, Eigen::aligned_allocator<T>>& memory, ptrdiff_t n) {
  if (static_cast<ptrdiff_t>(memory.size()) < n) memory.resize(static_cast<std::size_t>(n), T(0));
  return memory.data();
}

/// The windows of a pass: those of the convolution, or of its adjoint, which moves by single pixels over an image with
/// `dilation_*` - 1 zeros between its pixels.
struct Pass {
  int height, width;  ///< of the image that is read
  int kernel_height, kernel_width;
  int stride_down, stride_right;
  int padding_down, padding_right;  ///< may be negative
  int dilation_down, dilation_right;
  int out_height, out_width;
};

inline Pass forward_pass(const ir::Convolution& w) {
  return {w.height,
          w.width,
          w.kernel_height,
          w.kernel_width,
          w.stride_down,
          w.stride_right,
          w.padding_down,
          w.padding_right,
          1,
          1,
          w.out_height(),
          w.out_width()};
}
inline Pass adjoint_pass(const ir::Convolution& w) {
  return {w.out_height(),
          w.out_width(),
          w.kernel_height,
          w.kernel_width,
          1,
          1,
          w.kernel_height - 1 - w.padding_down,
          w.kernel_width - 1 - w.padding_right,
          w.stride_down,
          w.stride_right,
          w.height,
          w.width};
}

/// Images [channels][height * width][lanes], of which samples first .. first + count are looked at.
template <class T>
struct Images {
  T* data;
  int channels, pixels;
  ptrdiff_t lanes;
  ptrdiff_t first = 0;
  T* at(int channel, ptrdiff_t pixel) const {
    return data + (ptrdiff_t{channel} * pixels + pixel) * lanes + first;
  }
  /// A row of the image without the samples around the block.
  template <class U>
  void load_row(int channel, int row, int columns, ptrdiff_t count, U* to) const {
    const T* from = at(channel, ptrdiff_t{row} * columns);
    if (count == lanes) return void(std::copy_n(from, columns * count, to));
    for (int c = 0; c < columns; ++c) std::copy_n(from + c * lanes, count, to + c * count);
  }
  void store_row(int channel, int row, int columns, ptrdiff_t count, const T* from) const {
    T* to = at(channel, ptrdiff_t{row} * columns);
    if (count == lanes) return void(std::copy_n(from, columns * count, to));
    for (int c = 0; c < columns; ++c) std::copy_n(from + c * count, count, to + c * lanes);
  }
};

/// The rows of an image under the kernel, for a block of samples: [channel][kernel row][phase of the stride][pixel][sample],
/// with zeros beyond the borders and behind every row.
template <class T>
class Panel {
 public:
  Panel(const Pass& pass, const Images<const T>& images, ptrdiff_t count, Scratch<T>& scratch)
      : p_(pass), x_(images), count_(count), scratch_(scratch) {
    const int columns = (p_.out_width - 1) * p_.stride_right + p_.kernel_width;
    phase_ = ptrdiff_t{(columns + p_.stride_right - 1) / p_.stride_right} * count;
    length_ = p_.stride_right * phase_ + most_packets_of_row<T> * width<T>;
    data_ = at_least(scratch.panel, x_.channels * p_.kernel_height * length_);
    scratch.sources.resize(static_cast<std::size_t>(taps()));
  }
  int taps() const { return x_.channels * p_.kernel_height * p_.kernel_width; }

  /// Where every tap of the kernel begins to read for this row of the result.
  const T* const* under(int row) {
    const int top = row * p_.stride_down;
    for (int r = std::max(next_, top); r < top + p_.kernel_height; ++r) fill(r);
    next_ = top + p_.kernel_height;
    std::size_t tap = 0;
    for (int i = 0; i < x_.channels; ++i)
      for (int u = 0; u < p_.kernel_height; ++u) {
        const T* line = slot(i, top + u);
        for (int v = 0; v < p_.kernel_width; ++v)
          scratch_.sources[tap++] = line + v % p_.stride_right * phase_ + v / p_.stride_right * count_;
      }
    return scratch_.sources.data();
  }

 private:
  T* slot(int channel, int row) const {
    return data_ + (ptrdiff_t{channel} * p_.kernel_height + row % p_.kernel_height) * length_;
  }
  /// Row `row` of the padded image.
  void fill(int row) {
    const int from = row - p_.padding_down;
    const bool inside = from >= 0 && from % p_.dilation_down == 0 && from / p_.dilation_down < p_.height;
    for (int i = 0; i < x_.channels; ++i) {
      T* line = slot(i, row);
      std::fill_n(line, length_, T(0));
      if (!inside) continue;
      const ptrdiff_t first = ptrdiff_t{from / p_.dilation_down} * p_.width;
      const bool shift = p_.stride_right == 1 && p_.dilation_right == 1 && count_ == x_.lanes;
      if (shift) {
        const int begin = std::max(0, -p_.padding_right);
        const ptrdiff_t room = phase_ / count_ - (begin + p_.padding_right);
        const ptrdiff_t n = std::min<ptrdiff_t>(p_.width - begin, room);
        if (n > 0)
          std::copy_n(x_.at(i, first + begin), n * count_, line + (begin + p_.padding_right) * count_);
        continue;
      }
      for (int c = 0; c < p_.width; ++c) {
        const int column = c * p_.dilation_right + p_.padding_right;
        if (column < 0 || column / p_.stride_right * count_ >= phase_) continue;
        std::copy_n(x_.at(i, first + c), count_,
                    line + column % p_.stride_right * phase_ + column / p_.stride_right * count_);
      }
    }
  }

  Pass p_;
  Images<const T> x_;
  ptrdiff_t count_, phase_ = 0, length_ = 0;
  Scratch<T>& scratch_;
  T* data_ = nullptr;
  int next_ = 0;  ///< rows of the padded image before it are there
};

}  // namespace unfurl::cpu::convolving
