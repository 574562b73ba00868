// The check-node rule of binary codes, for two variables at a time.
#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

/// A bound that no finite log-ratio reaches, in single precision either.
constexpr double certain = 1e30;

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

// d/da = (tanh((a + b)/2) - tanh((a - b)/2)) / 2, of bounded operands, so that infinities do not meet.
Value vjp_parity_message(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const auto bounded = [&](Value v) { return b.neg(b.floor_at(b.neg(b.floor_at(v, -certain)), -certain)); };
  const Value x = bounded(node.args[0]), y = bounded(node.args[1]);
  const Value up = b.tanh(b.scale(b.add(x, y), 0.5)), down = b.tanh(b.scale(b.sub(x, y), 0.5));
  return b.mul(g, b.scale(arg == 0 ? b.sub(up, down) : b.add(up, down), 0.5));
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

}  // namespace unfurl::ir::ops
