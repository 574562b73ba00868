/// Convolutions of images as operations of programs, for authors of algorithms and networks; models have the operator of
/// unfurl/operators.hpp.
#pragma once

#include "unfurl/extend/builder.hpp"

namespace unfurl {

/// What lies beyond the border of an image: zeros, the nearest pixel, the other side, or the image mirrored at its border.
enum class Border { zero, nearest, circular, mirror };

namespace ir {

/// A convolution of images, channels x height x width in planes x (height * width) rows.
struct Convolution {
  int height = 1, width = 1;                ///< of the image
  int kernel_height = 1, kernel_width = 1;  ///< of the kernel
  int stride_down = 1, stride_right = 1;    ///< pixels from one window to the next
  int padding_down = 0, padding_right = 0;  ///< zeros above and below, left and right
  int out_height() const { return (height + 2 * padding_down - kernel_height) / stride_down + 1; }
  int out_width() const { return (width + 2 * padding_right - kernel_width) / stride_right + 1; }
  bool operator==(const Convolution&) const = default;
  static constexpr auto fields() {
    return std::tuple(
        field("height", &Convolution::height), field("width", &Convolution::width),
        field("kernel_height", &Convolution::kernel_height),
        field("kernel_width", &Convolution::kernel_width), field("stride_down", &Convolution::stride_down),
        field("stride_right", &Convolution::stride_right), field("padding_down", &Convolution::padding_down),
        field("padding_right", &Convolution::padding_right));
  }
};

/// out[o](r, c) = sum over i, u, v of kernel[o][i, u, v] x[i](r stride + u - padding, c stride + v - padding): of a kernel
/// [out channels, in channels * kernel height * kernel width] without lanes.
Value convolution(Builder& b, Value kernel, Value x, const Convolution& windows);
/// Its adjoint in x: from [out channels, out height * out width] to [in channels, height * width].
Value convolution_transpose(Builder& b, Value kernel, Value y, const Convolution& windows);
/// The gradient of sum(y * convolution(kernel, x)) in the kernel, summed over the samples.
Value convolution_kernel(Builder& b, Value x, Value y, const Convolution& windows);
/// An image of [channels, height * width] with pixels around it, [channels, (height + 2 padding) * (width + 2 padding)]: those
/// that Border says, which is not zero. Mirrored and circular ones may be as many as the image has.
Value pad_image(Builder& b, Value x, const Convolution& windows, Border border);
/// The same entries, in the same order, as [planes, rows].
Value reshape(Builder& b, Value v, int planes, int rows);

}  // namespace ir

}  // namespace unfurl
