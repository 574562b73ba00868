// Convolution of arrays.
#include <algorithm>

#include "model/expr.hpp"
#include "unfurl/operators.hpp"

namespace unfurl {

using namespace formula_words;

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

}  // namespace

Value ir::pad_image(Builder& b, Value x, const Convolution& w, Border border) {
  std::vector<int> from;
  for (int r = -w.padding_down; r < w.height + w.padding_down; ++r)
    for (int c = -w.padding_right; c < w.width + w.padding_right; ++c)
      from.push_back(inside(r, w.height, border) * w.width + inside(c, w.width, border));
  return b.gather_rows(x, make_index(std::move(from), w.height * w.width));
}

Operator convolution(Expr kernel, Windows windows) {
  std::string text = cat("convolution(", kernel.node().text, ")");
  return {std::move(text), [kernel = std::move(kernel), windows](const Expr& x, const Where& where) {
            return convolve(kernel, windows, x, where);
          }};
}

}  // namespace unfurl
