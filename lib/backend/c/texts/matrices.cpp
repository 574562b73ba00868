// Products with matrices that samples share, and with those that they do not; inverses, equations, determinants.
#include "backend/c/texts/text.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/extend/batch_matrices.hpp"

namespace unfurl::c {

extern const char elimination_functions[];
const char elimination_functions[] = R"(static void swap_rows(real *a, real *b, int n) {
  for (int j = 0; j < n; ++j) {
    const real kept = a[j];
    a[j] = b[j], b[j] = kept;
  }
}

/* Makes the first n columns of [n, width] triangular; gives the logarithm of their determinant's magnitude. */
static real eliminate(real *a, int n, int width) {
  real sum = 0;
  for (int k = 0; k < n; ++k) {
    int pivot = k;
    for (int i = k + 1; i < n; ++i)
      if (FABS(a[i * width + k]) > FABS(a[pivot * width + k])) pivot = i;
    if (pivot != k) swap_rows(a + k * width, a + pivot * width, width);
    const real *from = a + k * width;
    sum += LOG(FABS(from[k]));
    for (int i = k + 1; i < n; ++i) {
      real *to = a + i * width;
      const real factor = to[k] / from[k];
      for (int j = k + 1; j < width; ++j) to[j] -= factor * from[j];
    }
  }
  return sum;
}
)";

namespace {

// Rows of the result are sums of rows of the operand; where these have one entry, sums over eight strands.
constexpr char rows_of_numbers[] = R"(for (int p = 0; p < $blocks; ++p) {
  real *restrict to = o + p * $outStep;
  const real *x = b + p * $inStep;
  for (int i = 0; i < $out; ++i) {
    real *restrict row = to + i * $columns;
    for (int c = 0; c < $columns; ++c) row[c] = 0;
    for (int k = 0; k < $in; ++k) {
      const real m = a[i * $rowStep + k * $columnStep];
      for (int c = 0; c < $columns; ++c) row[c] += m * x[k * $columns + c];
    }
  }
}
)";
constexpr char dot_products[] = R"(for (int p = 0; p < $blocks; ++p) {
  const real *x = b + p * $inStep;
  for (int i = 0; i < $out; ++i) {
    const real *m = a + i * $rowStep;
    real sum[8] = {0, 0, 0, 0, 0, 0, 0, 0};
    int k = 0;
    for (; k + 8 <= $in; k += 8)
      for (int j = 0; j < 8; ++j) sum[j] += m[k + j] * x[k + j];
    for (; k < $in; ++k) sum[0] += m[k] * x[k];
    o[p * $outStep + i] = ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
  }
}
)";
constexpr char transposed[] = R"(for (int p = 0; p < $blocks; ++p) {
  real *restrict to = o + p * $outStep;
  for (int i = 0; i < $out; ++i) to[i] = 0;
  for (int k = 0; k < $in; ++k) {
    const real x = b[p * $inStep + k];
    const real *m = a + k * $columnStep;
    for (int i = 0; i < $out; ++i) to[i] += m[i] * x;
  }
}
)";

std::vector<Text> matmul(const Site& site) {
  const auto [axis, transpose] = site.attributes.as<ir::MatrixProduct>();
  const Array& m = site.in[0];
  const ir::Type &x = site.in[1].type, &y = site.out.type;
  const bool rows = axis == ir::Axis::rows;
  const int columns = rows ? site.samples : x.rows * site.samples;
  const int in = rows ? x.rows : x.planes, out = rows ? y.rows : y.planes;
  const int down = m.uniform ? 0 : m.type.rows, right = m.uniform ? 0 : 1;
  const Keys keys = {{"blocks", text_of(rows ? y.planes : 1)},
                     {"in", text_of(in)},
                     {"out", text_of(out)},
                     {"columns", text_of(columns)},
                     {"inStep", text_of(in * columns)},
                     {"outStep", text_of(out * columns)},
                     {"rowStep", text_of(transpose ? right : down)},
                     {"columnStep", text_of(transpose ? down : right)}};
  if (columns > 1 || m.uniform) return {{fill(rows_of_numbers, site, keys)}};
  return {{fill(transpose ? transposed : dot_products, site, keys)}};
}

std::vector<Text> batch_matmul(const Site& site) {
  const auto [left, right] = site.attributes.as<ir::BatchProduct>();
  const int in = left ? site.in[0].type.planes : site.in[0].type.rows;
  return {{fill(std::string(R"(for (int p = 0; p < $P; ++p)
  for (int r = 0; r < $R; ++r) {
    for (int l = 0; l < $n; ++l) $o[p, r, l] = 0;
    for (int k = 0; k < $in; ++k)
      for (int l = 0; l < $n; ++l) $o[p, r, l] += )") +
                    (left ? "$a[k, p, l]" : "$a[p, k, l]") + " * " + (right ? "$b[r, k, l]" : "$b[k, r, l]") +
                    ";\n  }\n",
                site, {{"in", text_of(in)}})}};
}

/// Gauss-Jordan elimination in place; NaN where a pivot is not positive.
std::vector<Text> inverse(const Site& site) {
  Text text{fill(R"(for (int l = 0; l < $n; ++l) {
  for (int i = 0; i < $P; ++i)
    for (int j = 0; j < $P; ++j) w[i * $P + j] = $a[i, j, l];
  for (int k = 0; k < $P; ++k) {
    real *pivots = w + k * $P;
    const real pivot = pivots[k] > 0 ? R(1.0) / pivots[k] : NAN;
    pivots[k] = 1;
    for (int j = 0; j < $P; ++j) pivots[j] *= pivot;
    for (int i = 0; i < $P; ++i) {
      if (i == k) continue;
      real *row = w + i * $P;
      const real factor = row[k];
      row[k] = 0;
      for (int j = 0; j < $P; ++j) row[j] -= factor * pivots[j];
    }
  }
  for (int i = 0; i < $P; ++i)
    for (int j = 0; j < $P; ++j) $o[i, j, l] = w[i * $P + j];
}
)",
                 site)};
  text.scratch = site.out.type.size();
  return {text};
}

std::vector<Text> solve(const Site& site) {
  const bool transpose = site.attributes.as<ir::BatchSolve>().transpose;
  const int n = site.out.type.planes, width = n + site.out.type.rows;
  Text text{fill(std::string(R"(for (int l = 0; l < $n; ++l) {
  for (int i = 0; i < $P; ++i) {
    for (int j = 0; j < $P; ++j) w[i * $width + j] = )") +
                     (transpose ? "$a[j, i, l]" : "$a[i, j, l]") + R"(;
    for (int j = 0; j < $R; ++j) w[i * $width + $P + j] = $b[i, j, l];
  }
  (void)eliminate(w, $P, $width);
  for (int k = $P - 1; k >= 0; --k) {
    real *from = w + k * $width;
    for (int j = $P; j < $width; ++j) from[j] /= from[k];
    for (int i = 0; i < k; ++i)
      for (int j = $P; j < $width; ++j) w[i * $width + j] -= w[i * $width + k] * from[j];
  }
  for (int i = 0; i < $P; ++i)
    for (int j = 0; j < $R; ++j) $o[i, j, l] = w[i * $width + $P + j];
}
)",
                 site, {{"width", text_of(width)}})};
  text.scratch = static_cast<std::size_t>(n) * static_cast<std::size_t>(width);
  return {text};
}

std::vector<Text> log_determinant(const Site& site) {
  Text text{fill(R"(for (int l = 0; l < $n; ++l) {
  for (int i = 0; i < $aP; ++i)
    for (int j = 0; j < $aP; ++j) w[i * $aP + j] = $a[i, j, l];
  $o[0, 0, l] = eliminate(w, $aP, $aP);
}
)",
                 site)};
  text.scratch = site.in[0].type.size();
  return {text};
}

}  // namespace

const Writers& matrix_writers() {
  static const Writers table = {
      {&ir::ops::matmul, matmul},
      {&ir::ops::batch_matmul, batch_matmul},
      {&ir::ops::inverse, inverse},
      {&ir::ops::batch_solve, solve},
      {&ir::ops::batch_log_determinant, log_determinant},
  };
  return table;
}

}  // namespace unfurl::c
