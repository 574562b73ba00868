// The check-node rule of binary codes, for two variables at a time.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

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

}  // namespace

const Kernels parity_message{UNFURL_KERNELS(run_parity_message), .cut = Cut::entries};
const Kernels parity_slope{UNFURL_KERNELS(run_parity_slope), .cut = Cut::entries};

}  // namespace unfurl::cpu::kernels
