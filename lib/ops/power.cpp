// Powers whose exponent is a value, and their integrals: what a beta divergence with a learned beta is made of.
#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

template <class T>
void run_power(const Call<T>& c) {
  for_runs(c, [](T* o, const T* x, std::ptrdiff_t sx, const T* e, std::ptrdiff_t se, std::ptrdiff_t n) {
    if (sx && !se) {  // one exponent for all entries: in vector registers
      ArrayMap<T>(o, n) = ConstArrayMap<T>(x, n).pow(*e);
      return;
    }
    for (std::ptrdiff_t i = 0; i < n; ++i) o[i] = std::pow(x[i * sx], e[i * se]);
  });
}

Value vjp_power(Builder& b, Value out, int arg, Value g) {
  const Value x = b.graph()[out].args[0], e = b.graph()[out].args[1];
  if (arg == 0) return b.mul(g, b.mul(e, b.power(x, b.sub(e, b.constant(1)))));
  return b.mul(g, b.mul(out, b.emit("finite_part", {b.log(x)})));  // x^e log x is 0 at x = 0
}
Sign sign_power(const std::vector<Type>& t, const Attributes&, int arg) {
  return arg == 0 && t[1].domain != Domain::real ? Sign::plus : Sign::mixed;
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

int order(const Attributes& a) { return static_cast<int>(a.number); }

template <class T>
void run_box_cox(const Call<T>& c) {
  map_pair(c, [n = order(*c.attributes)](T x, T e) {
    return static_cast<T>(power_integral(static_cast<double>(x), static_cast<double>(e), n));
  });
}

// Every derivative in the exponent is of the same kind, with one more logarithm in the integral.
Value vjp_box_cox(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value x = node.args[0], e = node.args[1];
  Attributes a = node.attributes;
  if (arg == 1) {
    a.number += 1;
    return b.mul(g, b.emit("box_cox", {x, e}, a));
  }
  Value slope = b.power(x, b.sub(e, b.constant(1)));
  for (int k = order(a); k > 1; k -= 2) slope = b.mul(slope, b.square(b.log(x)));
  if (order(a) % 2 == 1) slope = b.mul(slope, b.log(x));
  return b.mul(g, slope);
}
// An odd power of the logarithm has the sign of x - 1, and so has the direction of the integral.
Type infer_box_cox(const std::vector<Type>& t, const Attributes& a) {
  return broadcast_type(t, order(a) % 2 == 1 ? Domain::nonneg : Domain::real);
}
Sign sign_box_cox(const std::vector<Type>&, const Attributes& a, int) {
  return order(a) % 2 == 1 ? Sign::mixed : Sign::plus;
}

}  // namespace

const OpDef power{.name = "power",
                  .arity = 2,
                  .elementwise = true,
                  .infer = infer_domain<Domain::nonneg>,
                  .vjp = vjp_power,
                  .sign = sign_power,
                  UNFURL_KERNELS(run_power)};
const OpDef box_cox{.name = "box_cox",
                    .arity = 2,
                    .elementwise = true,
                    .infer = infer_box_cox,
                    .vjp = vjp_box_cox,
                    .sign = sign_box_cox,
                    UNFURL_KERNELS(run_box_cox)};

}  // namespace unfurl::ir::ops
