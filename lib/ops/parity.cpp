// The check-node rule of binary codes, for two variables at a time.
#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

// (|a + b| - |a - b|) / 2 is +-min(|a|, |b|): written so, certain operands (huge or infinite ones) cancel nothing.
// Infinities of one sign have the difference 0, never NaN.
template <class T>
void run_parity_message(const Call<T>& c) {
  for_runs(c, [](T* o, const T* a, std::ptrdiff_t sa, const T* b, std::ptrdiff_t sb, std::ptrdiff_t n) {
    constexpr Eigen::Index block = 256;
    Eigen::Array<T, block, 1> first, second, lead, sum, difference;
    for (std::ptrdiff_t at = 0; at < n; at += block) {
      const Eigen::Index k = std::min<Eigen::Index>(block, n - at);
      for (Eigen::Index i = 0; i < k; ++i) {
        const T x = a[sa ? at + i : 0], y = b[sb ? at + i : 0];
        const T low = x < y ? x : y, high = x < y ? y : x;
        lead[i] = low > -high ? low : -high;
        sum[i] = x == -y ? T(0) : x + y;
        difference[i] = x == y ? T(0) : x - y;
      }
      ArrayMap<T>(o + at, k) =
          lead.head(k) +
          ((T(1) + (-sum.head(k).abs()).exp()) / (T(1) + (-difference.head(k).abs()).exp())).log();
    }
  });
}

Value expand_parity_message(Builder& b, const std::vector<Value>& a, const Attributes&) {
  return b.sub(b.log_cosh(b.scale(b.add(a[0], a[1]), 0.5)), b.log_cosh(b.scale(b.sub(a[0], a[1]), 0.5)));
}

Value vjp_parity_message(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const auto slope = [&](int of, int by) {
    return b.emit("parity_slope",
                  {node.args[static_cast<std::size_t>(of)], node.args[static_cast<std::size_t>(by)]});
  };
  return b.mul(g, arg == 0 ? slope(0, 1) : slope(1, 0));
}

// sinh(b) / (cosh(a) + cosh(b)) = (tanh((a + b)/2) - tanh((a - b)/2)) / 2, without the difference: its terms agree in
// all digits where a is large or b small. Infinities of one size have the difference 0.
template <class T>
void run_parity_slope(const Call<T>& c) {
  for_runs(c, [](T* o, const T* a, std::ptrdiff_t sa, const T* b, std::ptrdiff_t sb, std::ptrdiff_t n) {
    constexpr Eigen::Index block = 256;
    Eigen::Array<T, block, 1> near, far, twice, sign;
    for (std::ptrdiff_t at = 0; at < n; at += block) {
      const Eigen::Index k = std::min<Eigen::Index>(block, n - at);
      for (Eigen::Index i = 0; i < k; ++i) {
        const T first = a[sa ? at + i : 0], second = b[sb ? at + i : 0];
        const T x = std::abs(first), y = std::abs(second);
        near[i] = x == y ? T(0) : x - y;
        far[i] = x + y;
        twice[i] = T(-2) * y;
        sign[i] = second < T(0) ? T(-1) : T(1);
      }
      // exp(-|a|) of the numerator's exp(|b|) is left where |a| is the larger.
      twice.head(k) = -twice.head(k).expm1() * (-near.head(k).max(T(0))).exp();
      near.head(k) = (T(1) + (-near.head(k).abs()).exp()) * (T(1) + (-far.head(k)).exp());
      ArrayMap<T>(o + at, k) = sign.head(k) * twice.head(k) / near.head(k);
    }
  });
}
Value expand_parity_slope(Builder& b, const std::vector<Value>& a, const Attributes&) {
  const Value up = b.tanh(b.scale(b.add(a[0], a[1]), 0.5)), down = b.tanh(b.scale(b.sub(a[0], a[1]), 0.5));
  return b.scale(b.sub(up, down), 0.5);
}
// With the slope s(b, a) of the other operand: d/da = -s(a, b) s(b, a), d/db = (1 - s(a, b)^2 - s(b, a)^2) / 2.
Value vjp_parity_slope(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value other = b.emit("parity_slope", {node.args[1], node.args[0]});
  if (arg == 0) return b.neg(b.mul(g, b.mul(out, other)));
  return b.mul(g, b.scale(b.sub(b.constant(1), b.add(b.square(out), b.square(other))), 0.5));
}

}  // namespace

const OpDef parity_message{.name = "parity_message",
                           .arity = 2,
                           .elementwise = true,
                           .infer = infer_domain<Domain::real>,
                           .vjp = vjp_parity_message,
                           .sign = sign_mixed,
                           .expand = expand_parity_message,
                           UNFURL_KERNELS(run_parity_message)};
/// d/da of parity_message(a, b).
const OpDef parity_slope{.name = "parity_slope",
                         .arity = 2,
                         .elementwise = true,
                         .infer = infer_domain<Domain::real>,
                         .vjp = vjp_parity_slope,
                         .sign = sign_mixed,
                         .expand = expand_parity_slope,
                         UNFURL_KERNELS(run_parity_slope)};

}  // namespace unfurl::ir::ops
