// Selections, and the proximal maps of total variation and of singular values.
#include <algorithm>

#include "backend/c/texts/text.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/at.hpp"

namespace unfurl::c {

extern const char selection_function[];
const char selection_function[] =
    R"(/* 1 for the `count` largest of n entries, the earlier ones of equals, and a fraction for the next one. */
static void choose(const real *in, int in_step, real *out, int out_step, int n, real count, real *w) {
  int defined = count == count;
  for (int i = 0; i < n; ++i) {
    w[i] = in[i * in_step];
    if (w[i] != w[i]) defined = 0;
  }
  for (int i = 0; i < n; ++i) out[i * out_step] = defined ? R(0.0) : NAN;
  if (!defined || count <= 0) return;
  const int whole = count < (real)n ? (int)FLOOR(count) : n;
  if (whole == n) {
    for (int i = 0; i < n; ++i) out[i * out_step] = 1;
    return;
  }
  for (int low = 0, high = n - 1; low < high;) { /* entry `whole` in falling order finds its place */
    const real pivot = w[low + (high - low) / 2];
    int i = low, j = high;
    while (i <= j) {
      while (w[i] > pivot) ++i;
      while (w[j] < pivot) --j;
      if (i <= j) {
        const real kept = w[i];
        w[i] = w[j], w[j] = kept;
        ++i, --j;
      }
    }
    if (whole <= j) high = j;
    else if (whole >= i) low = i;
    else break;
  }
  const real last = w[whole];
  int left = whole, part = 1;
  for (int i = 0; i < n; ++i)
    if (in[i * in_step] > last) out[i * out_step] = 1, --left;
  for (int i = 0; i < n; ++i) {
    if (in[i * in_step] != last) continue;
    if (left > 0) out[i * out_step] = 1, --left;
    else if (part) out[i * out_step] = count - (real)whole, part = 0;
  }
}
)";

extern const char total_variation_functions[];
const char total_variation_functions[] =
    R"(static void put_run(real *out, int step, int *first, double value, int last) {
  do out[(*first)++ * step] = (real)value;
  while (*first <= last);
}

/* The taut string of one sequence: `low` and `high` are the values that the tube allows the present run. */
static void find_runs(const real *in, int in_step, real *out, int out_step, int n, double weight) {
  int k = 0, first = 0, low_end = 0, high_end = 0;
  double low = (double)in[0] - weight, high = (double)in[0] + weight, low_room = weight, high_room = -weight;
  for (;;) {
    while (k == n - 1) {
      if (low_room < 0) {
        put_run(out, out_step, &first, low, low_end);
        low_end = k = first;
        low = (double)in[k * in_step], low_room = weight;
        high_room = low + low_room - high;
      } else if (high_room > 0) {
        put_run(out, out_step, &first, high, high_end);
        high_end = k = first;
        high = (double)in[k * in_step], high_room = -weight;
        low_room = high + high_room - low;
      } else {
        put_run(out, out_step, &first, low + low_room / (k - first + 1), k);
        return;
      }
    }
    low_room += (double)in[(k + 1) * in_step] - low;
    high_room += (double)in[(k + 1) * in_step] - high;
    if (low_room < -weight) {
      put_run(out, out_step, &first, low, low_end);
      low_end = high_end = k = first;
      low = (double)in[k * in_step], high = low + 2 * weight;
      low_room = weight, high_room = -weight;
    } else if (high_room > weight) {
      put_run(out, out_step, &first, high, high_end);
      low_end = high_end = k = first;
      high = (double)in[k * in_step], low = high - 2 * weight;
      low_room = weight, high_room = -weight;
    } else {
      ++k;
      if (low_room >= weight) {
        low_end = k;
        low += (low_room - weight) / (k - first + 1);
        low_room = weight;
      }
      if (high_room <= -weight) {
        high_end = k;
        high += (high_room + weight) / (k - first + 1);
        high_room = -weight;
      }
    }
  }
}

/* The runs, and every run's value anew from its mean and its neighbours. */
static void taut_string(const real *in, int in_step, real *out, int out_step, int n, double weight) {
  if (!(weight >= 0)) {
    for (int i = 0; i < n; ++i) out[i * out_step] = NAN;
    return;
  }
  find_runs(in, in_step, out, out_step, n, weight);
  real before = out[0];
  for (int begin = 0, end = 0; begin < n; begin = end) {
    const real value = out[begin * out_step];
    double sum = 0;
    for (end = begin; end < n && (end == begin || out[end * out_step] == value); ++end)
      sum += (double)in[end * in_step];
    sum += before > value ? weight : before < value ? -weight : 0;
    if (end < n) sum += out[end * out_step] > value ? weight : out[end * out_step] < value ? -weight : 0;
    for (int i = begin; i < end; ++i) out[i * out_step] = (real)(sum / (end - begin));
    before = value;
  }
}
)";

extern const char singular_value_function[];
const char singular_value_function[] =
    R"(/* U [m, n] (with m >= n), holding A at first, V [n, n] and s of A = U diag(s) V^T, by rotations of columns. */
static void decompose(double *u, double *v, double *s, int m, int n) {
  double most = 0;
  for (int i = 0; i < n * n; ++i) v[i] = i % (n + 1) == 0 ? 1 : 0;
  for (int sweep = 0, turned = 1; turned > 0 && sweep < 60; ++sweep) {
    turned = 0;
    for (int i = 0; i < n; ++i)
      for (int j = i + 1; j < n; ++j) {
        double x = 0, y = 0, z = 0;
        for (int r = 0; r < m; ++r) {
          const double left = u[r * n + i], right = u[r * n + j];
          x += left * left, y += right * right, z += left * right;
        }
        if (!(fabs(z) > 1e-16 * sqrt(x * y))) continue;
        const double zeta = (y - x) / (2 * z);
        const double t = (zeta >= 0 ? 1 : -1) / (fabs(zeta) + sqrt(1 + zeta * zeta));
        const double cosine = 1 / sqrt(1 + t * t), sine = cosine * t;
        for (int r = 0; r < m + n; ++r) {
          double *row = r < m ? u + r * n : v + (r - m) * n;
          const double left = row[i], right = row[j];
          row[i] = cosine * left - sine * right, row[j] = sine * left + cosine * right;
        }
        turned = 1;
      }
  }
  for (int i = 0; i < n; ++i) {
    double sum = 0;
    for (int r = 0; r < m; ++r) sum += u[r * n + i] * u[r * n + i];
    s[i] = sqrt(sum);
    most = s[i] > most ? s[i] : most;
  }
  for (int i = 0; i < n; ++i) {
    if (s[i] <= 1e-14 * most) s[i] = 0;
    for (int r = 0; r < m; ++r) u[r * n + i] = s[i] > 0 ? u[r * n + i] / s[i] : 0;
  }
}
)";

namespace {

std::vector<Text> top_k(const Site& site) {
  const bool whole = site.attributes.as<ir::Selection>().whole;
  const Array& a = site.in[0];
  Text text{fill(std::string(R"(for (int p = 0; p < $P; ++p)
  for (int l = 0; l < $n; ++l)
    choose(&$a[p, 0, l], $step, &$o[p, 0, l], $n, $R, )") +
                     (whole ? "FLOOR($b[p, 0, l] + R(0.5))" : "$b[p, 0, l]") + ", w);\n",
                 site, {{"step", text_of(a.row_step())}})};
  text.scratch = static_cast<std::size_t>(site.out.type.rows);
  return {text};
}

std::vector<Text> total_variation(const Site& site) {
  return {{fill(R"(for (int l = 0; l < $n; ++l)
  taut_string(&$a[0, 0, l], $step, &$o[0, 0, l], $n, $R, (double)$b[0, 0, l]);
)",
                site, {{"step", text_of(site.in[0].row_step())}})}};
}

std::vector<Text> mean_over_runs(const Site& site) {
  return {{fill(R"(for (int p = 0; p < $P; ++p)
  for (int l = 0; l < $n; ++l)
    for (int begin = 0, end = 0; begin < $R; begin = end) {
      real sum = 0;
      for (end = begin; end < $R && (end == begin || $b[p, end, l] == $b[p, begin, l]); ++end)
        sum += $a[p, end, l];
      for (int i = begin; i < end; ++i) $o[p, i, l] = sum / (real)(end - begin);
    }
)",
                site)}};
}

/// What becomes of the decomposition, whose matrices may be those of the transposed one. `f(s)` replaces the singular values.
std::vector<Text> of_singular_values(const Site& site, const std::string& f) {
  const int columns = site.attributes.as<ir::MatrixRows>().columns, rows = site.out.type.rows / columns;
  const bool turned = rows < columns;
  const int m = std::max(rows, columns), n = std::min(rows, columns);
  Text text{fill(R"(double *u = z, *v = u + $m * $k, *s = v + $k * $k;
for (int l = 0; l < $n; ++l) {
  for (int r = 0; r < $m; ++r)
    for (int c = 0; c < $k; ++c) u[r * $k + c] = (double)$a[0, ($place), l];
  const double t = (double)$b[0, 0, l];
  decompose(u, v, s, $m, $k);
  for (int i = 0; i < $k; ++i) s[i] = )" +
                     f +
                     R"(;
  for (int r = 0; r < $m; ++r)
    for (int c = 0; c < $k; ++c) {
      double sum = 0;
      for (int i = 0; i < $k; ++i) sum += u[r * $k + i] * s[i] * v[c * $k + i];
      $o[0, ($place), l] = (real)sum;
    }
}
)",
                 site,
                 {{"m", text_of(m)},
                  {"k", text_of(n)},
                  {"place", turned ? "c * " + text_of(m) + " + r" : "r * " + text_of(n) + " + c"}})};
  text.doubles = at(m * n + n * n + n);
  return {text};
}

std::vector<Text> shrink(const Site& site) {
  return of_singular_values(site, "s[i] > t ? s[i] - t : s[i] <= t ? 0 : NAN");
}
std::vector<Text> polar(const Site& site) { return of_singular_values(site, "s[i] > t ? 1 : 0"); }

}  // namespace

const Writers& penalty_writers() {
  using namespace ir;
  static const Writers table = {
      {&ops::top_k, top_k},
      {&ops::total_variation, total_variation},
      {&ops::mean_over_runs, mean_over_runs},
      {&ops::shrink_singular_values, shrink},
      {&ops::polar_factor, polar},
  };
  return table;
}

}  // namespace unfurl::c
