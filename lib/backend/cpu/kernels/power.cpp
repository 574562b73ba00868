// Powers, and the integrals of those whose exponent is a value: what beta divergences are made of.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

/// The common powers of beta divergences without a call of pow.
template <class T>
void raise_to(const Call<T>& c, double e) {
  if (e == -0.5) return map_array(c, [](auto x) { return x.sqrt().inverse(); });
  if (e == -2) return map_array(c, [](auto x) { return x.square().inverse(); });
  if (e == -3) return map_array(c, [](auto x) { return x.cube().inverse(); });
  if (e == 1.5) return map_array(c, [](auto x) { return x * x.sqrt(); });
  if (e == -1.5) return map_array(c, [](auto x) { return (x * x.sqrt()).inverse(); });
  if (e == 3) return map_array(c, [](auto x) { return x.cube(); });
  map_array(c, [e](auto x) { return x.pow(static_cast<T>(e)); });
}

template <class T>
void run_pow(const Call<T>& c) {
  if (c.in.size() == 1) return raise_to(c, c.attributes->template as<ir::Exponent>().exponent);
  for_runs(c, [](T* o, const T* x, std::ptrdiff_t sx, const T* e, std::ptrdiff_t se, std::ptrdiff_t n) {
    if (sx && !se) {  // one exponent for all entries: in vector registers
      ArrayMap<T>(o, n) = ConstArrayMap<T>(x, n).pow(*e);
      return;
    }
    for (std::ptrdiff_t i = 0; i < n; ++i) o[i] = std::pow(x[i * sx], e[i * se]);
  });
}

/// The integral of t^(e - 1) log(t)^n over t from 1 to x.
double power_integral(double x, double e, int n) {
  const double l = std::log(x), u = e == 0 ? 0 : e * l;
  if (n == 0 && std::abs(u) < 1e-16) return l;  // nor may u vanish before it is divided by e
  const double raised = std::pow(x, e), rise = std::abs(u) > 1 ? raised - 1 : std::expm1(u);
  if (n == 0) return rise / e;
  if (std::isinf(raised)) return l < 0 && n % 2 == 0 ? -raised : raised;
  if (std::abs(u) > 2 * (n + 1)) {  // by parts, which cancels nothing here
    double integral = rise / e, edge = raised;
    for (int k = 1; k <= n; ++k) {
      edge = edge == 0 ? 0 : edge * l;
      integral = (edge - k * integral) / e;
    }
    return integral;
  }
  // l^(n + 1) times the integral of r^n exp(u r) over r from 0 to 1, as a series of positive terms for either sign of u.
  double factor = 1, sum = 0;
  for (int k = 0; factor > 1e-18 * sum; ++k) {
    sum += u < 0 ? factor : factor / (n + 1 + k);
    factor *= std::abs(u) / (u < 0 ? n + 2 + k : k + 1);
  }
  return std::pow(l, n + 1) * (u < 0 ? raised / (n + 1) * sum : sum);
}

template <class T>
void run_box_cox(const Call<T>& c) {
  map_pair(c, [n = c.attributes->template as<ir::Derivative>().order](T x, T e) {
    return static_cast<T>(power_integral(static_cast<double>(x), static_cast<double>(e), n));
  });
}

}  // namespace

const Kernels pow{UNFURL_KERNELS(run_pow), .cut = Cut::entries};
const Kernels box_cox{UNFURL_KERNELS(run_box_cox), .cut = Cut::entries};

}  // namespace unfurl::cpu::kernels
