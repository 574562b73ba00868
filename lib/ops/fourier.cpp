// The Fourier transform of real arrays and its adjoint: linear, and each other's gradient.
#include "unfurl/extend/fourier.hpp"

#include <cmath>
#include <numbers>

#include "ops/rules.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl::ir {

using detail::cat;

namespace {

const Fourier& extents_of(const Attributes& a) {
  const Fourier& f = a.as<Fourier>();
  constexpr int most = 1 << 28;
  if (f.height < 1 || f.width < 1 || f.height > most / f.width)
    throw InternalError(cat("a Fourier transform of ", f.height, " x ", f.width));
  return f;
}

Type infer(const std::vector<Type>& t, const Fourier& f, int from, int to) {
  if (t[0].rows != from)
    throw InternalError(
        cat(to_string(t[0]), " does not fit a Fourier transform of ", f.height, " x ", f.width));
  return {t[0].planes, to, t[0].lanes};
}
Type infer_fourier(const std::vector<Type>& t, const Attributes& a) {
  const Fourier& f = extents_of(a);
  return infer(t, f, f.entries(), 2 * f.frequencies());
}
Type infer_backward(const std::vector<Type>& t, const Attributes& a) {
  const Fourier& f = extents_of(a);
  return infer(t, f, 2 * f.frequencies(), f.entries());
}

using Transform = Value (*)(Builder&, Value, const Fourier&);

template <Transform Adjoint>
Value vjp(Builder& b, Value out, int, Value g) {
  return Adjoint(b, g, b.graph()[out].attributes.as<Fourier>());
}

/// The transform as a matrix, [2 frequencies, entries].
Value matrix_of(Builder& b, const Fourier& f) {
  std::vector<double> real, imaginary;
  for (int down = 0; down < f.height; ++down)
    for (int right = 0; right <= f.width / 2; ++right)
      for (int r = 0; r < f.height; ++r)
        for (int c = 0; c < f.width; ++c) {
          const double turns = static_cast<double>(std::int64_t{down} * r % f.height) / f.height +
                               static_cast<double>(std::int64_t{right} * c % f.width) / f.width;
          real.push_back(std::cos(2 * std::numbers::pi * turns));
          imaginary.push_back(-std::sin(2 * std::numbers::pi * turns));
        }
  real.insert(real.end(), imaginary.begin(), imaginary.end());
  return b.constant(std::move(real), {2 * f.frequencies(), f.entries(), false});
}

/// A product contracts rows where there is one plane; else planes take the place of rows.
Value multiply(Builder& b, Value x, const Fourier& f, bool transpose) {
  const Value matrix = matrix_of(b, f);
  const Type t = b.type(x);
  if (t.planes == 1) return b.matmul(matrix, x, transpose);
  std::vector<Value> results;
  for (int p = 0; p < t.planes; ++p) results.push_back(b.matmul(matrix, b.plane(x, p), transpose));
  return reshape(b, b.concat_rows(results), t.planes, b.type(results[0]).rows);
}

Value expand_fourier(Builder& b, const std::vector<Value>& v, const Attributes& a) {
  return multiply(b, v[0], a.as<Fourier>(), false);
}
Value expand_transpose(Builder& b, const std::vector<Value>& v, const Attributes& a) {
  return multiply(b, v[0], a.as<Fourier>(), true);
}

}  // namespace

Value fourier(Builder& b, Value x, const Fourier& f) { return b.emit(ops::fourier, {x}, f); }
Value fourier_transpose(Builder& b, Value y, const Fourier& f) {
  return b.emit(ops::fourier_transpose, {y}, f);
}
Value inverse_fourier(Builder& b, Value y, const Fourier& f) {
  return fourier_transpose(b, b.mul(y, fourier_weights(b, f)), f);
}

Value fourier_weights(Builder& b, const Fourier& f) {
  std::vector<double> weights;
  for (int part = 0; part < 2; ++part)
    for (int down = 0; down < f.height; ++down)
      for (int right = 0; right <= f.width / 2; ++right) {
        const bool own = right == 0 || 2 * right == f.width;
        weights.push_back((own ? 1.0 : 2.0) / f.entries());
      }
  return b.constant(std::move(weights), {1, 2 * f.frequencies(), false, Domain::nonneg});
}

Value unitary_fourier(Builder& b, Value pair, const Fourier& f) {
  const Value halves = fourier(b, reshape(b, pair, 2, f.entries()), f);
  // Of the half spectra A and B of the parts: A + i B, and for mirrored frequencies conj A + i conj B.
  const int half = f.width / 2 + 1, n = f.entries(), frequencies = f.frequencies();
  std::vector<int> plain(2 * static_cast<std::size_t>(n)), turned(plain.size());
  std::vector<double> signs(plain.size());
  for (int k = 0; k < n; ++k) {
    const int down = k / f.width, right = k % f.width;
    const bool mirrored = right >= half;
    const int entry = mirrored ? (f.height - down) % f.height * half + f.width - right : down * half + right;
    const std::size_t re = static_cast<std::size_t>(k), im = re + static_cast<std::size_t>(n);
    plain[re] = entry;  // of Re A, Im A, Re B, Im B
    turned[re] = 3 * frequencies + entry;
    plain[im] = 2 * frequencies + entry;
    turned[im] = frequencies + entry;
    signs[re] = mirrored ? 1 : -1;
    signs[im] = mirrored ? -1 : 1;
  }
  const Value all = reshape(b, halves, 1, 4 * frequencies);
  const Value sum = b.add(b.gather_rows(all, make_index(std::move(plain), 4 * frequencies)),
                          b.mul(b.gather_rows(all, make_index(std::move(turned), 4 * frequencies)),
                                b.constant(std::move(signs), {1, 2 * n, false})));
  return b.scale(sum, 1 / std::sqrt(static_cast<double>(n)));
}
Value inverse_unitary_fourier(Builder& b, Value pair, const Fourier& f) {
  // With the parts exchanged, i conj z in place of z, before and after.
  const int n = f.entries();
  const auto exchanged = [&](Value v) {
    return b.concat_rows({b.slice_rows(v, n, n), b.slice_rows(v, 0, n)});
  };
  return exchanged(unitary_fourier(b, exchanged(pair), f));
}

namespace ops {

const Operation fourier{.name = "fourier",
                        .attributes = Fourier{},
                        .infer = infer_fourier,
                        .vjp = vjp<ir::fourier_transpose>,
                        .sign = sign_mixed,
                        .split = split_whole<vjp<ir::fourier_transpose>>,
                        .expand = expand_fourier};
const Operation fourier_transpose{.name = "fourier_transpose",
                                  .attributes = Fourier{},
                                  .infer = infer_backward,
                                  .vjp = vjp<ir::fourier>,
                                  .sign = sign_mixed,
                                  .split = split_whole<vjp<ir::fourier>>,
                                  .expand = expand_transpose};

}  // namespace ops
}  // namespace unfurl::ir
