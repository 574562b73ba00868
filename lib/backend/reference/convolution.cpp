// Products of images.
#include "unfurl/extend/convolution.hpp"
#include "backend/reference/definitions.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"

namespace unfurl::reference {

namespace {

/// Row of the image under tap (u, v) of window `row`; -1: beyond the border.
int under(const ir::Convolution& w, int row, int u, int v) {
  const int r = row / w.out_width() * w.stride_down + u - w.padding_down;
  const int c = row % w.out_width() * w.stride_right + v - w.padding_right;
  return r < 0 || c < 0 || r >= w.height || c >= w.width ? -1 : r * w.width + c;
}

/// Sums f(window, tap) over those windows and taps for which the image's row is `pixel`, or all of them for -1.
template <class F>
double over_taps(const ir::Convolution& w, int pixel, F f) {
  double sum = 0;
  for (int row = 0; row < w.out_height() * w.out_width(); ++row)
    for (int u = 0; u < w.kernel_height; ++u)
      for (int v = 0; v < w.kernel_width; ++v) {
        const int from = under(w, row, u, v);
        if (from >= 0 && (pixel < 0 || from == pixel)) sum += f(row, u * w.kernel_width + v, from);
      }
  return sum;
}

double convolve(const Operands& x, int p, int r, int l) {
  const auto& w = x.attributes.as<ir::Convolution>();
  const int taps = w.kernel_height * w.kernel_width;
  return over_taps(w, -1, [&](int row, int tap, int from) {
    double sum = 0;
    for (int i = 0; row == r && i < x.type(1).planes; ++i)
      sum += x(0, p, i * taps + tap, 0) * x(1, i, from, l);
    return sum;
  });
}

double convolve_transpose(const Operands& x, int p, int r, int l) {
  const auto& w = x.attributes.as<ir::Convolution>();
  const int taps = w.kernel_height * w.kernel_width;
  return over_taps(w, r, [&](int row, int tap, int) {
    double sum = 0;
    for (int o = 0; o < x.type(1).planes; ++o) sum += x(0, o, p * taps + tap, 0) * x(1, o, row, l);
    return sum;
  });
}

double convolve_kernel(const Operands& x, int p, int r, int) {
  const auto& w = x.attributes.as<ir::Convolution>();
  const int taps = w.kernel_height * w.kernel_width;
  return over_taps(w, -1, [&](int row, int tap, int from) {
    double sum = 0;
    for (int l = 0; tap == r % taps && l < x.lanes(0); ++l) sum += x(0, r / taps, from, l) * x(1, p, row, l);
    return sum;
  });
}

double reshaped(const Operands& x, int p, int r, int l) {
  const int entry = p * x.attributes.as<ir::Shape>().shape.rows + r;
  return x(0, entry / x.type(0).rows, entry % x.type(0).rows, l);
}

}  // namespace

const Definitions& convolution_definitions() {
  static const Definitions table = {
      {&ir::ops::convolution, convolve},
      {&ir::ops::convolution_transpose, convolve_transpose},
      {&ir::ops::convolution_kernel, convolve_kernel},
      {&ir::ops::reshape, reshaped},
  };
  return table;
}

}  // namespace unfurl::reference
