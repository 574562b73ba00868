// What statements call: functions of numbers, in forms that neither cancel nor overflow, and of rows of numbers.
#include "backend/c/texts/text.hpp"

namespace unfurl::c {

namespace {

constexpr char power_integral[] = R"(/* The integral of t^(e - 1) log(t)^n over t from 1 to x. */
static double power_integral(double x, double e, int n) {
  const double l = log(x), u = e == 0 ? 0 : e * l;
  if (n == 0 && fabs(u) < 1e-16) return l;
  const double raised = pow(x, e), rise = fabs(u) > 1 ? raised - 1 : expm1(u);
  if (n == 0) return rise / e;
  if (raised > DBL_MAX) return l < 0 && n % 2 == 0 ? -raised : raised;
  if (fabs(u) > 2 * (n + 1)) {
    double integral = rise / e, edge = raised;
    for (int k = 1; k <= n; ++k) {
      edge = edge == 0 ? 0 : edge * l;
      integral = (edge - k * integral) / e;
    }
    return integral;
  }
  double factor = 1, sum = 0;
  for (int k = 0; factor > 1e-18 * sum; ++k) {
    sum += u < 0 ? factor : factor / (n + 1 + k);
    factor *= fabs(u) / (u < 0 ? n + 2 + k : k + 1);
  }
  return pow(l, n + 1) * (u < 0 ? raised / (n + 1) * sum : sum);
}
)";

// As lib/backend/cpu/kernels/parity_messages.cpp, which says why.
constexpr char parity_column[] =
    R"(/* A parity check: what all other slots say of every one. Of log-ratios r with e = exp(-|r|) and m = 1 - e, two slots
   together have e = (e1 + e2) / (1 + e1 e2) and m = m1 m2 / (1 + e1 e2): kept as fractions, e in units of the largest. */
static void parity_column(real *restrict o, const real *a, int stride, int slots, real *w) {
  real *ea = w, *em = ea + slots, *before_e = em + slots, *before_m = before_e + slots, *sign = before_m + slots;
  real all = 1, first = INFINITY, second = INFINITY, e = 0, m = 1;
  for (int k = 0; k < slots; ++k) {
    const real r = a[k * stride], size = FABS(r);
    sign[k] = r < 0 ? -R(1.0) : R(1.0);
    all *= sign[k];
    if (size < first) second = first, first = size;
    else if (size < second) second = size;
  }
  if (first > MOST) {
    for (int k = 0; k < slots; ++k) o[k * stride] = all * sign[k] * INFINITY;
    return;
  }
  const real scale = EXP(-first), square = scale * scale;
  const int apart = second - first > (sizeof(real) == 4 ? R(50.0) : R(300.0)) && second <= MOST;
  for (int k = 0; k < slots; ++k) {
    const real size = FABS(a[k * stride]), relative = EXP(first - size), under = relative * scale;
    ea[k] = relative;
    em[k] = under < R(0.5) ? R(1.0) - under : -EXPM1(-size);
    before_e[k] = e, before_m[k] = m;
    const real whole = R(1.0) + square * (e * ea[k]);
    e = (e + ea[k]) / whole, m = m * em[k] / whole;
  }
  e = 0, m = 1;
  for (int k = slots - 1; k >= 0; --k) {
    const real whole = R(1.0) + square * (before_e[k] * e);
    const real others = (before_e[k] + e) / whole, apart_m = before_m[k] * m / whole;
    const real left = R(1.0) - apart_m, lost = (R(1.0) - left) - apart_m;
    const real size = others * scale < R(0.5) ? first - LOG(others) : -lost / left - LOG(left);
    o[k * stride] = all * sign[k] * size;
    const real next = R(1.0) + square * (e * ea[k]);
    e = (e + ea[k]) / next, m = m * em[k] / next;
  }
  for (int k = 0; apart && k < slots; ++k) {
    if (FABS(a[k * stride]) > first) continue;
    real sum = INFINITY;
    for (int i = 0; i < slots; ++i)
      if (i != k) sum = parity_message(sum, a[i * stride]);
    o[k * stride] = sum;
  }
}
)";

}  // namespace

extern const char fourier_functions[];
extern const char selection_function[];
extern const char total_variation_functions[];
extern const char singular_value_function[];
extern const char elimination_functions[];

const std::vector<Function>& functions() {
  static const std::vector<Function> all = {
      {"larger", "static real larger(real a, real b) { return a > b ? a : b; }\n"},
      {"smaller", "static real smaller(real a, real b) { return a < b ? a : b; }\n"},
      {"log_add", R"(static real log_add(real a, real b) {
  const real top = larger(a, b);
  return FABS(top) > MOST ? top : top + LOG1P(EXP(smaller(a, b) - top));
}
)"},
      {"smaller_share",
       R"(static real smaller_share(real a, real b) { return a == b ? R(1.0) : EXP(-FABS(a - b)); }
)"},
      {"sigmoid_slope", R"(static real sigmoid_slope(real x) {
  const real e = EXP(-FABS(x)), whole = R(1.0) + e;
  return e / (whole * whole);
}
)"},
      {"softplus", "static real softplus(real x) { return larger(x, 0) + LOG1P(EXP(-FABS(x))); }\n"},
      {"log_cosh",
       R"(static real log_cosh(real x) {
  const real lost = -EXPM1(-R(2.0) * FABS(x));
  return FABS(x) - LOG1P(lost / (R(2.0) - lost));
}
)"},
      {"soft_threshold", R"(static real soft_threshold(real x, real t) {
  const real up = x - t, down = x + t;
  return (up < 0 ? R(0.0) : up) + (down > 0 ? R(0.0) : down);
}
)"},
      {"parallel", R"(static real parallel(real a, real b) {
  const real sum = a + b, large = FABS(a) > FABS(b) ? a : b, other = FABS(a) > FABS(b) ? b : a;
  return sum > 0 ? large / sum * other : NAN;
}
)"},
      {"ising_message", R"(static real ising_message(real coupling, real message) {
  const real half = R(0.5) * message, up = FABS(coupling + half), down = FABS(coupling - half);
  const real lead = R(2.0) * larger(smaller(coupling, half), -larger(coupling, half));
  return lead + LOG((R(1.0) + EXP(-R(2.0) * up)) / (R(1.0) + EXP(-R(2.0) * down)));
}
)"},
      {"ising_max_message", R"(static real ising_max_message(real coupling, real message) {
  const real half = R(0.5) * message;
  return R(2.0) * larger(smaller(coupling, half), -larger(coupling, half));
}
)"},
      {"parity_message", R"(static real parity_message(real a, real b) {
  const real up = a == -b ? R(0.0) : FABS(a + b), down = a == b ? R(0.0) : FABS(a - b);
  return larger(smaller(a, b), -larger(a, b)) + LOG((R(1.0) + EXP(-up)) / (R(1.0) + EXP(-down)));
}
)"},
      {"parity_slope", R"(static real parity_slope(real a, real b) {
  const real x = FABS(a), y = FABS(b), near = x == y ? R(0.0) : x - y;
  const real size = -EXPM1(-R(2.0) * y) * EXP(-larger(near, 0)) /
                    ((R(1.0) + EXP(-FABS(near))) * (R(1.0) + EXP(-(x + y))));
  return b < 0 ? -size : size;
}
)"},
      {"parity_column", parity_column},
      {"power_integral", power_integral},
      {"transform", fourier_functions},
      {"choose", selection_function},
      {"taut_string", total_variation_functions},
      {"decompose", singular_value_function},
      {"eliminate", elimination_functions},
  };
  return all;
}

}  // namespace unfurl::c
