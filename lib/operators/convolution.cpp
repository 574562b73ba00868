// Convolution and Fourier multipliers of arrays.
#include <cmath>
#include <numbers>

#include "model/expr.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/operators.hpp"

namespace unfurl {

using detail::cat;
using ir::Builder;
using ir::Type;
using ir::Value;
using Values = std::vector<Value>;

namespace {

/// An operand as channels of images.
struct Image {
  int channels = 1, height = 1, width = 1;
  bool features = false;  ///< channels are its planes
  bool stacked = false;   ///< channels are an extent of its rows
};

Image image_of(const Expr& x, const Where& where) {
  const Type t = type_of(x, where);
  const std::vector<int>& dims = x.node().dims;
  if (dims.size() == 2) return {t.planes, dims[0], dims[1], t.planes > 1, false};
  if (dims.size() == 3 && t.planes == 1) return {dims[0], dims[1], dims[2], false, true};
  throw ModelError(cat("a convolution of '", x.node().text, "' of shape ", to_string(t),
                       ", whose height and width are not known"),
                   where,
                   "declare it with {height, width} or {channels, height, width}, or use reshape(x, {h, w})");
}

/// Where pixel `i` of a line of n with something beyond its ends is taken from.
int inside(int i, int n, Border border) {
  switch (border) {
    case Border::circular:
      return (i % n + n) % n;
    case Border::mirror: {  // the pixel at the border once
      const int period = std::max(1, 2 * n - 2), at = (i % period + period) % period;
      return at < n ? at : period - at;
    }
    case Border::nearest:
    case Border::zero:
      break;
  }
  return std::clamp(i, 0, n - 1);
}

Expr convolve(const Expr& kernel, const Windows& w, const Expr& x, const Where& where) {
  const Type k = type_of(kernel, where), t = type_of(x, where);
  const Image image = image_of(x, where);
  if (w.height < 1 || w.width < 1 || w.stride_down < 1 || w.stride_right < 1 || w.padding_down < 0 ||
      w.padding_right < 0)
    throw ModelError(cat("a kernel of ", w.height, " x ", w.width, " with strides ", w.stride_down, ", ",
                         w.stride_right, " and padding ", w.padding_down, ", ", w.padding_right),
                     where, "positive extents and strides, and padding >= 0");
  constexpr int most = 1 << 20;  // beyond any image, so that sums of extents are numbers
  if (std::max({w.height, w.width, w.padding_down, w.padding_right}) > most)
    throw ModelError(cat("a kernel of ", w.height, " x ", w.width, " with padding ", w.padding_down, ", ",
                         w.padding_right),
                     where, cat("at most ", most, " of each"));
  if (k.lanes || k.rows != image.channels * w.height * w.width)
    throw ModelError(cat("kernel '", kernel.node().text, "' of shape ", to_string(k), " for ", image.channels,
                         " channels of '", x.node().text, "' and windows of ", w.height, " x ", w.width),
                     where,
                     cat("a parameter of matrix(out channels, ", image.channels * w.height * w.width, ")"));
  const bool around = w.border != Border::zero && (w.padding_down > 0 || w.padding_right > 0);
  const ir::Convolution asked{image.height,  image.width,    w.height,       w.width,
                              w.stride_down, w.stride_right, w.padding_down, w.padding_right};
  ir::Convolution windows = asked;
  if (windows.height + 2 * w.padding_down < w.height || windows.width + 2 * w.padding_right < w.width)
    throw ModelError(cat("windows of ", w.height, " x ", w.width, " on '", x.node().text, "' of ",
                         image.height, " x ", image.width),
                     where, "a smaller kernel, or more padding");
  if (around)
    windows = {image.height + 2 * w.padding_down,
               image.width + 2 * w.padding_right,
               w.height,
               w.width,
               w.stride_down,
               w.stride_right};
  const int out = k.planes, height = windows.out_height(), width = windows.out_width();
  const Domain domain = k.domain != Domain::real && t.domain != Domain::real ? Domain::nonneg : Domain::real;
  const Type to = image.features ? Type{out, height * width, t.lanes, domain}
                                 : Type{1, out * height * width, t.lanes, domain};
  auto n = operation("convolution", {kernel, x}, to, where, [=](Builder& b, const Values& v) {
    Value pixels = ir::reshape(b, v[1], image.channels, image.height * image.width);
    if (around) pixels = ir::pad_image(b, pixels, asked, w.border);
    return ir::reshape(b, ir::convolution(b, v[0], pixels, windows), to.planes, to.rows);
  });
  n->dims = image.features || (out == 1 && !image.stacked) ? std::vector<int>{height, width}
                                                           : std::vector<int>{out, height, width};
  return Expr(std::move(n));
}

/// The real discrete Fourier transform as two matrices, [frequencies, entries], and what each frequency weighs in the sum
/// back: the seam for a transform of its own.
struct RealFourier {
  std::shared_ptr<std::vector<double>> cosine, sine, weight;
  int frequencies = 0;
};

RealFourier real_fourier(int height, int width) {
  const int half = width / 2 + 1, n = height * width;
  RealFourier f{std::make_shared<std::vector<double>>(), std::make_shared<std::vector<double>>(),
                std::make_shared<std::vector<double>>(), height * half};
  for (int down = 0; down < height; ++down)
    for (int right = 0; right < half; ++right) {
      for (int r = 0; r < height; ++r)
        for (int c = 0; c < width; ++c) {
          const double turns = static_cast<double>(static_cast<long long>(down) * r % height) / height +
                               static_cast<double>(static_cast<long long>(right) * c % width) / width;
          f.cosine->push_back(std::cos(2 * std::numbers::pi * turns));
          f.sine->push_back(-std::sin(2 * std::numbers::pi * turns));
        }
      const bool own = right == 0 || 2 * right == width;  // others stand for their mirror image, too
      f.weight->push_back((own ? 1.0 : 2.0) / n);
    }
  return f;
}

Value shared_constant(Builder& b, std::shared_ptr<const std::vector<double>> data, Type t) {
  return b.emit(ir::ops::constant, {}, ir::Constant{.shape = t, .data = std::move(data)});
}

Expr multiply_frequencies(const Expr& re, const Expr& im, const Expr& x, const Where& where) {
  constexpr int most = 2048;
  const Type t = type_of(x, where);
  const std::vector<int>& dims = x.node().dims;
  if (t.planes != 1 || dims.size() > 2 || t.rows > most)
    throw ModelError(cat("a Fourier multiplier of '", x.node().text, "' of shape ", to_string(t)), where,
                     cat("an array of {n} or {height, width} with at most ", most, " entries"));
  const bool image = dims.size() == 2;
  const int height = image ? dims[0] : 1, width = image ? dims[1] : t.rows;
  const int frequencies = height * (width / 2 + 1);
  bool lanes = t.lanes;
  for (const Expr& part : {re, im}) {
    if (!part) continue;
    const Type p = type_of(part, where);
    if (p.planes != 1 || (p.rows != frequencies && p.rows != 1))
      throw ModelError(cat("Fourier multiplier '", part.node().text, "' of shape ", to_string(p), " for '",
                           x.node().text, "' of ", height, " x ", width),
                       where, cat("a scalar, or ", frequencies, " numbers: height * (width / 2 + 1)"));
    lanes = lanes || p.lanes;
  }
  const RealFourier f = real_fourier(height, width);
  std::vector<Expr> args = {x, re};
  if (im) args.push_back(im);
  const Type to{1, t.rows, lanes, Domain::real};
  auto n = operation("fourier", std::move(args), to, where, [=](Builder& b, const Values& v) {
    const Type matrix{frequencies, height * width, false}, vector{1, frequencies, false, Domain::nonneg};
    const Value c = shared_constant(b, f.cosine, matrix), s = shared_constant(b, f.sine, matrix);
    const Value weight = shared_constant(b, f.weight, vector);
    const Value re_x = b.matmul(c, v[0]), im_x = b.matmul(s, v[0]);
    Value re_y = b.mul(v[1], re_x), im_y = b.mul(v[1], im_x);
    if (v.size() > 2) {
      re_y = b.sub(re_y, b.mul(v[2], im_x));
      im_y = b.add(im_y, b.mul(v[2], re_x));
    }
    return b.add(b.matmul(c, b.mul(weight, re_y), true), b.matmul(s, b.mul(weight, im_y), true));
  });
  n->dims = dims;
  return Expr(std::move(n));
}

}  // namespace

Value ir::pad_image(Builder& b, Value x, const Convolution& w, Border border) {
  std::vector<int> from;
  for (int r = -w.padding_down; r < w.height + w.padding_down; ++r)
    for (int c = -w.padding_right; c < w.width + w.padding_right; ++c)
      from.push_back(inside(r, w.height, border) * w.width + inside(c, w.width, border));
  return b.gather_rows(x, make_index(std::move(from), w.height * w.width));
}

Operator convolution(Expr kernel, Windows windows) {
  return {cat("convolution(", kernel.node().text, ")"),
          [=](const Expr& x, const Where& where) { return convolve(kernel, windows, x, where); }};
}

Operator fourier(Expr real_part, Expr imaginary_part) {
  return {cat("fourier(", real_part.node().text, ")"), [=](const Expr& x, const Where& where) {
            return multiply_frequencies(real_part, imaginary_part, x, where);
          }};
}

}  // namespace unfurl
