// Products of images: sums over channels and taps, of rows of pixels.
#include "unfurl/extend/convolution.hpp"

#include "backend/c/texts/text.hpp"
#include "program/operations.hpp"

namespace unfurl::c {

namespace {

/// One nest for both directions: `adds` is what pixel (r, c) of the result and (y, x) of the image do to each other.
std::vector<Text> products(const Site& site, int channels, int in_channels, const char* adds) {
  const auto& w = site.attributes.as<ir::Convolution>();
  const Keys keys = {{"size", text_of(static_cast<int>(site.out.type.size()) * site.samples)},
                     {"channels", text_of(channels)},
                     {"inputs", text_of(in_channels)},
                     {"taps", text_of(w.kernel_height * w.kernel_width)},
                     {"kernelHeight", text_of(w.kernel_height)},
                     {"kernelWidth", text_of(w.kernel_width)},
                     {"height", text_of(w.height)},
                     {"width", text_of(w.width)},
                     {"outHeight", text_of(w.out_height())},
                     {"outWidth", text_of(w.out_width())},
                     {"down", text_of(w.stride_down)},
                     {"right", text_of(w.stride_right)},
                     {"paddingDown", text_of(w.padding_down)},
                     {"paddingRight", text_of(w.padding_right)}};
  return {{fill(std::string(R"(for (int i = 0; i < $size; ++i) o[i] = 0;
for (int q = 0; q < $channels; ++q)
  for (int r = 0; r < $outHeight; ++r)
    for (int i = 0; i < $inputs; ++i)
      for (int u = 0; u < $kernelHeight; ++u) {
        const int y = r * $down + u - $paddingDown;
        if (y < 0 || y >= $height) continue;
        for (int v = 0; v < $kernelWidth; ++v) {
          const real k = $a[q, (i * $taps + u * $kernelWidth + v), 0];
          int first = 0, last = $outWidth;
          while (first < last && first * $right + v < $paddingRight) ++first;
          while (last > first && (last - 1) * $right + v - $paddingRight >= $width) --last;
          for (int c = first; c < last; ++c)
            for (int l = 0; l < $n; ++l)
              )") + adds +
                    "\n        }\n      }\n",
                site, keys)}};
}

std::vector<Text> convolution(const Site& site) {
  return products(
      site, site.out.type.planes, site.in[1].type.planes,
      "$o[q, (r * $outWidth + c), l] += k * $b[i, (y * $width + c * $right + v - $paddingRight), l];");
}

std::vector<Text> transpose(const Site& site) {
  return products(
      site, site.in[1].type.planes, site.out.type.planes,
      "$o[i, (y * $width + c * $right + v - $paddingRight), l] += k * $b[q, (r * $outWidth + c), l];");
}

}  // namespace

const Writers& convolution_writers() {
  static const Writers table = {
      {&ir::ops::convolution, convolution},
      {&ir::ops::convolution_transpose, transpose},
  };
  return table;
}

}  // namespace unfurl::c
