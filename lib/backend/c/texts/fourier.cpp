// Fourier transforms of any length, sample by sample: rows of an image, and then its columns.
#include "unfurl/extend/fourier.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "backend/c/texts/text.hpp"
#include "program/operations.hpp"

namespace unfurl::c {

extern const char fourier_functions[];
const char fourier_functions[] =
    R"(/* out = the transform of the n complex numbers at in[0], in[2 step], ...; `turns` has exp(-2 pi i k / whole), `factors` the
   prime factors of n, and `few` room for as many numbers as the largest has. */
static void transform(const real *turns, const int *factors, int whole, int n, const real *in, int step,
                      real *out, real *few) {
  if (n == 1) {
    out[0] = in[0], out[1] = in[1];
    return;
  }
  const int factor = factors[0], turn = whole / n, m = n / factor;
  for (int q = 0; q < factor; ++q)
    transform(turns, factors + 1, whole, m, in + 2 * q * step, step * factor, out + 2 * q * m, few);
  for (int k = 0; k < m; ++k) {
    for (int q = 0; q < factor; ++q) {
      const real *t = turns + 2 * (q * k * turn), *x = out + 2 * (q * m + k);
      few[2 * q] = x[0] * t[0] - x[1] * t[1], few[2 * q + 1] = x[0] * t[1] + x[1] * t[0];
    }
    for (int r = 0; r < factor; ++r) {
      real re = few[0], im = few[1];
      for (int q = 1; q < factor; ++q) {
        const real *t = turns + 2 * (q * r % factor * (whole / factor)), *x = few + 2 * q;
        re += x[0] * t[0] - x[1] * t[1], im += x[0] * t[1] + x[1] * t[0];
      }
      out[2 * (r * m + k)] = re, out[2 * (r * m + k) + 1] = im;
    }
  }
}
)";

namespace {

std::vector<double> turns(int n) {
  std::vector<double> all;
  for (int k = 0; k < n; ++k) {
    const double angle = 2 * std::numbers::pi * k / n;
    all.push_back(std::cos(angle)), all.push_back(-std::sin(angle));
  }
  return all;
}

std::vector<int> factors(int n) {
  std::vector<int> all;
  for (int f = 2; n > 1; ++f)
    for (; n % f == 0; n /= f) all.push_back(f);
  all.push_back(1);
  return all;
}

constexpr char forward[] = R"(real *line = w, *result = line + 2 * $longest, *few = result + 2 * $longest;
real *image = few + 2 * $longest;
for (int p = 0; p < $P; ++p)
  for (int l = 0; l < $n; ++l) {
    for (int r = 0; r < $height; ++r) {
      for (int c = 0; c < $width; ++c) line[2 * c] = $a[p, (r * $width + c), l], line[2 * c + 1] = 0;
      transform(turns_right, factors_right, $width, $width, line, 1, result, few);
      for (int c = 0; c < 2 * $half; ++c) image[2 * $half * r + c] = result[c];
    }
    for (int c = 0; c < $half; ++c) {
      transform(turns_down, factors_down, $height, $height, image + 2 * c, $half, result, few);
      for (int r = 0; r < $height; ++r) {
        $o[p, (r * $half + c), l] = result[2 * r];
        $o[p, (($height + r) * $half + c), l] = result[2 * r + 1];
      }
    }
  }
)";

// Backward transforms are forward ones with the parts exchanged before and after.
constexpr char backward[] = R"(real *line = w, *result = line + 2 * $longest, *few = result + 2 * $longest;
real *image = few + 2 * $longest;
for (int p = 0; p < $P; ++p)
  for (int l = 0; l < $n; ++l) {
    for (int c = 0; c < $half; ++c) {
      for (int r = 0; r < $height; ++r) {
        line[2 * r] = $a[p, (($height + r) * $half + c), l];
        line[2 * r + 1] = $a[p, (r * $half + c), l];
      }
      transform(turns_down, factors_down, $height, $height, line, 1, result, few);
      for (int r = 0; r < $height; ++r) {
        image[2 * ($half * r + c)] = result[2 * r];
        image[2 * ($half * r + c) + 1] = result[2 * r + 1];
      }
    }
    for (int r = 0; r < $height; ++r) {
      for (int c = 0; c < 2 * $half; ++c) line[c] = image[2 * $half * r + c];
      for (int c = 2 * $half; c < 2 * $width; ++c) line[c] = 0;
      transform(turns_right, factors_right, $width, $width, line, 1, result, few);
      for (int c = 0; c < $width; ++c) $o[p, (r * $width + c), l] = result[2 * c + 1];
    }
  }
)";

std::vector<Text> written(const Site& site, const char* pattern) {
  const auto& f = site.attributes.as<ir::Fourier>();
  const int longest = std::max(f.height, f.width + 2), half = f.width / 2 + 1;
  Text text{fill(pattern, site,
                 {{"longest", text_of(longest)},
                  {"half", text_of(half)},
                  {"height", text_of(f.height)},
                  {"width", text_of(f.width)}})};
  text.tables = {{"factors_right", factors(f.width), false}, {"factors_down", factors(f.height), false}};
  text.numbers = {{"turns_right", turns(f.width)}, {"turns_down", turns(f.height)}};
  text.scratch = static_cast<std::size_t>(6 * longest) + static_cast<std::size_t>(2 * half * f.height);
  return {text};
}

std::vector<Text> fourier(const Site& site) { return written(site, forward); }
std::vector<Text> fourier_transpose(const Site& site) { return written(site, backward); }

}  // namespace

const Writers& fourier_writers() {
  static const Writers table = {
      {&ir::ops::fourier, fourier},
      {&ir::ops::fourier_transpose, fourier_transpose},
  };
  return table;
}

}  // namespace unfurl::c
