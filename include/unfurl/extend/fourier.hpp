/// The discrete Fourier transform of real arrays as operations of programs, for authors of algorithms and losses; models have the
/// operator of unfurl/operators.hpp.
#pragma once

#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

/// The extents of what is transformed, any numbers: an image in rows row by row, or a sequence of {1, width}.
struct Fourier {
  int height = 1, width = 1;
  int entries() const { return height * width; }
  /// Of the half spectrum, which is all that a real array has: height x (width / 2 + 1), row by row.
  int frequencies() const { return height * (width / 2 + 1); }
  bool operator==(const Fourier&) const = default;
  static constexpr auto fields() {
    return std::tuple(field("height", &Fourier::height), field("width", &Fourier::width));
  }
};

/// sum over r, c of x(r, c) exp(-2 pi i (k r / height + l c / width)), plane by plane: from [planes, entries] to [planes,
/// 2 frequencies], all real parts and then all imaginary ones.
Value fourier(Builder& b, Value x, const Fourier& extents);
/// Its adjoint (transpose): the real part of sum over k, l of y(k, l) exp(2 pi i (k r / height + l c / width)), over the half
/// spectrum.
Value fourier_transpose(Builder& b, Value y, const Fourier& extents);
/// The inverse: the adjoint of the spectrum times fourier_weights().
Value inverse_fourier(Builder& b, Value y, const Fourier& extents);
/// What each frequency weighs in the sum back, [1, 2 frequencies]: 1 / entries, and 2 / entries where it stands for its mirror
/// image, too.
Value fourier_weights(Builder& b, const Fourier& extents);

/// The unitary transform of complex arrays, all real parts and then all imaginary ones, from [1, 2 entries] to the same: entry
/// k, l is sum over r, c of z(r, c) exp(-2 pi i (k r / height + l c / width)) / sqrt(entries).
Value unitary_fourier(Builder& b, Value pair, const Fourier& extents);
/// Its inverse, which is its adjoint.
Value inverse_unitary_fourier(Builder& b, Value pair, const Fourier& extents);

}  // namespace unfurl::ir
