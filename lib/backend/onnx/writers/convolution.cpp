// Convolutions of images. Runtimes have the operator for single precision alone; in double precision windows are gathered.
#include "unfurl/extend/convolution.hpp"
#include "backend/onnx/writers/writers.hpp"
#include "program/operations.hpp"
#include "unfurl/at.hpp"
#include "unfurl/error.hpp"

namespace unfurl::onnx {

namespace {

struct Kernel {
  ir::Convolution windows;
  int outputs, inputs, taps;
  const std::vector<double>& numbers;
};

Kernel kernel_of(const Site& s) {
  const auto& w = s.attributes.as<ir::Convolution>();
  detail::check(s.constants[0] != nullptr, "kernels are the same for all samples");
  const int taps = w.kernel_height * w.kernel_width;
  return {w, s.types[0].planes, s.types[0].rows / taps, taps, *s.constants[0]};
}

std::vector<Attribute> attributes_of(const ir::Convolution& w) {
  return {{"kernel_shape", Integers{w.kernel_height, w.kernel_width}},
          {"strides", Integers{w.stride_down, w.stride_right}},
          {"pads", Integers{w.padding_down, w.padding_right, w.padding_down, w.padding_right}}};
}

Name weights(Nodes& n, const Kernel& k) {
  return n.numbers(k.numbers, {k.outputs, k.inputs, k.windows.kernel_height, k.windows.kernel_width});
}

/// The pixel of the image under every tap of every window, tap by tap; `outside` for those beyond the border.
std::vector<int> pixels(const ir::Convolution& w, int outside) {
  std::vector<int> all;
  for (int u = 0; u < w.kernel_height; ++u)
    for (int v = 0; v < w.kernel_width; ++v)
      for (int r = 0; r < w.out_height(); ++r)
        for (int c = 0; c < w.out_width(); ++c) {
          const int y = r * w.stride_down + u - w.padding_down, x = c * w.stride_right + v - w.padding_right;
          const bool inside = y >= 0 && y < w.height && x >= 0 && x < w.width;
          all.push_back(inside ? y * w.width + x : outside);
        }
  return all;
}

Name convolution(const Site& s) {
  Nodes& n = s.nodes;
  const Kernel k = kernel_of(s);
  const ir::Convolution& w = k.windows;
  if (!n.doubles()) {
    const Name image = n.reshape(s.in[1], {0, k.inputs, w.height, w.width});
    return n.reshape(n.add("Conv", {image, weights(n, k)}, attributes_of(w)), {0, k.outputs, s.out.rows});
  }
  const std::vector<int> from = pixels(w, w.height * w.width);
  const int columns = k.inputs * k.taps;
  const Name padded = n.add("Pad", {s.in[1], n.integers({0, 0, 0, 0, 0, 1}), n.numbers({0}, {})});
  const Name windows = n.gather(padded, {from.begin(), from.end()}, 2);
  return n.add("MatMul",
               {n.numbers(k.numbers, {k.outputs, columns}), n.reshape(windows, {0, columns, s.out.rows})});
}

Name sum_over(Nodes& n, const Name& a, std::int64_t axis) { return n.sum(a, axis, false); }

Name transpose(const Site& s) {
  Nodes& n = s.nodes;
  const Kernel k = kernel_of(s);
  const ir::Convolution& w = k.windows;
  if (!n.doubles()) {
    const Name image = n.reshape(s.in[1], {0, k.outputs, w.out_height(), w.out_width()});
    std::vector<Attribute> attributes = attributes_of(w);
    const auto left = [](int whole, int out, int stride, int padding, int kernel) {
      return std::int64_t{whole} - ((out - 1) * stride - 2 * padding + kernel);
    };
    attributes.push_back(
        {"output_padding",
         Integers{left(w.height, w.out_height(), w.stride_down, w.padding_down, w.kernel_height),
                  left(w.width, w.out_width(), w.stride_right, w.padding_right, w.kernel_width)}});
    const Name result = n.add("ConvTranspose", {image, weights(n, k)}, attributes);
    return n.reshape(result, {0, k.inputs, s.out.rows});
  }
  std::vector<double> turned;
  const int columns = k.inputs * k.taps;
  for (int j = 0; j < columns; ++j)
    for (int i = 0; i < k.outputs; ++i) turned.push_back(k.numbers[at(i * columns + j)]);
  const Name windows = n.add("MatMul", {n.numbers(turned, {columns, k.outputs}), s.in[1]});
  const int entries = k.taps * s.types[1].rows;
  const ir::IndexTable to(pixels(w, s.out.rows), s.out.rows + 1);
  const Name sums = by_segment(n, n.reshape(windows, {0, k.inputs, entries}), 2,
                               {k.inputs, entries, s.out.lanes}, to, sum_over, 0);
  return n.slice(sums, 2, 0, s.out.rows);
}

}  // namespace

const Writers& convolution_writers() {
  static const Writers table = {
      {&ir::ops::convolution, convolution},
      {&ir::ops::convolution_transpose, transpose},
  };
  return table;
}

}  // namespace unfurl::onnx
