// Functions of messages and activations on packets: what an entry becomes does not depend on its place, nor on how many there
// are.
#pragma once

#include "core/packet_constants.hpp"
#include "core/packet_type.hpp"

#define UNFURL_PACKET [[gnu::always_inline]] inline

namespace unfurl::packet {

namespace detail {

/// c[0] + x (c[1] + x (c[2] + ...)).
template <class T, std::size_t n>
UNFURL_PACKET Packet<T> polynomial(const Packet<T>& x, const T (&c)[n]) {
  Packet<T> sum = constant(c[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) sum = sum * x + c[i];
  return sum;
}

/// Of bits, modulo 2^bits: of those of negative numbers, too, for which nothing is asked of the result.
template <class T>
UNFURL_PACKET Mask<T> minus(const Mask<T>& a, const Mask<T>& b) {
  using W = typename Types<T>::Wrapping;
  return reinterpret_cast<Mask<T>>(reinterpret_cast<W>(a) - reinterpret_cast<W>(b));
}

/// 2^n of the whole numbers n that are exponents of normal numbers; 0 of the one below them.
template <class T>
UNFURL_PACKET Packet<T> power_of_two(const Mask<T>& n) {
  using W = typename Types<T>::Wrapping;
  return reinterpret_cast<Packet<T>>((reinterpret_cast<W>(n) << Constants<T>::mantissa) +
                                     reinterpret_cast<W>(constant(T(1))));
}

/// exp(x) as (1 + rest) * 2^exponent, for x between the bounds of Constants; the rest is right in all but the last digit.
template <class T>
struct Power {
  Packet<T> rest;
  Mask<T> exponent;  ///< plus a multiple of what power_of_two() shifts out
  UNFURL_PACKET explicit Power(const Packet<T>& x) {
    using C = Constants<T>;
    const Packet<T> shifted = x * C::log2e + C::round, n = shifted - C::round;
    const Packet<T> r = (x - n * C::ln2_high) - n * C::ln2_low;
    rest = (r * r) * polynomial<T>(r, C::exp) + r;
    exponent = reinterpret_cast<Mask<T>>(shifted);
  }
};

}  // namespace detail

/// Within 2 units in the last place; 0 where the result is below the smallest normal number, as for -inf.
template <class T>
UNFURL_PACKET Packet<T> exp(const Packet<T>& x) {
  using C = detail::Constants<T>;
  const detail::Power<T> p(min(constant(C::greatest), max(constant(C::least), x)));  // a NaN stays
  // In two steps: 2^n of the largest results is none.
  const Mask<T> n = detail::minus<T>(p.exponent, reinterpret_cast<Mask<T>>(constant(C::round))),
                half = n >> 1;
  const Packet<T> y = ((T(1) + p.rest) * detail::power_of_two<T>(half)) * detail::power_of_two<T>(n - half);
  const Packet<T> lower = select<T>(x < C::least, Packet<T>{}, y);
  return select<T>(x > C::greatest, constant(std::numeric_limits<T>::infinity()), lower);
}

/// exp(-x) of x at least 0, and 1 - exp(-x), each within 2 units in the last place; the first may be 0 where it is below the
/// smallest normal number.
template <class T>
struct Decay {
  Packet<T> left, lost;
  UNFURL_PACKET explicit Decay(const Packet<T>& x) : Decay(x, ~Mask<T>{}) {}
  /// Where the mask is not set, all is lost.
  UNFURL_PACKET Decay(const Packet<T>& x, const Mask<T>& counts) {
    const detail::Power<T> p(-min(constant(detail::Constants<T>::nothing), x));
    const Packet<T> power = detail::power_of_two<T>(p.exponent), counted = masked<T>(power, counts);
    left = power + power * p.rest;
    lost = (T(1) - counted) - counted * p.rest;  // where the power is 1, the rest alone
  }
};

/// exp(x) of x at most 0, in less time than exp().
template <class T>
UNFURL_PACKET Packet<T> exp_of_negative(const Packet<T>& x) {
  return Decay<T>(-x).left;
}

/// Within 2 units in the last place; -inf of 0, NaN of what is below it.
template <class T>
UNFURL_PACKET Packet<T> log(const Packet<T>& x) {
  using C = detail::Constants<T>;
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const Mask<T> tiny = x < std::numeric_limits<T>::min();
  const T scale = static_cast<T>(std::int64_t{1} << C::tiny_scale);
  const Mask<T> bits = reinterpret_cast<Mask<T>>(select<T>(tiny, x * scale, x));
  const Mask<T> exponent = detail::minus<T>(bits, C::root_half - Mask<T>{}) >> C::mantissa;
  const Packet<T> f = reinterpret_cast<Packet<T>>(detail::minus<T>(bits, exponent << C::mantissa)) - T(1);
  const Packet<T> e = __builtin_convertvector(exponent, Packet<T>) -
                      select<T>(tiny, constant(static_cast<T>(C::tiny_scale)), Packet<T>{});
  const Packet<T> half_square = T(0.5) * f * f;
  Packet<T> y;
  if constexpr (std::is_same_v<T, float>) {
    y = f * f * f * detail::polynomial<T>(f, C::log) + e * C::ln2_low;
    y = (f - (half_square - y)) + e * C::ln2_high;
  } else {  // log(1 + f) = f - (f^2 / 2 - s (f^2 / 2 + s^2 (2/3 + ...)))
    const Packet<T> s = f / (f + T(2)), z = s * s;
    y = s * (half_square + z * detail::polynomial<T>(z, C::log)) + e * C::ln2_low;
    y = (f - (half_square - y)) + e * C::ln2_high;
  }
  y = select<T>(x == infinity, constant(infinity), y);
  y = select<T>(x == T(0), constant(-infinity), y);
  return select<T>(x >= T(0), y, constant(std::numeric_limits<T>::quiet_NaN()));
}

/// log((1 + x) / (1 - x)) of |x| at most 1/3, within 2 units in the last place: the logarithm of a ratio near 1 by a difference
/// that cancels nothing, log(a / b) of (a - b) / (a + b).
template <class T>
UNFURL_PACKET Packet<T> twice_artanh(const Packet<T>& x) {
  const Packet<T> z = x * x;
  return (x * z) * detail::polynomial<T>(z, detail::Constants<T>::artanh) + (x + x);
}

/// log(n / d) of positive normal numbers, where `near` is set by the given difference n - d, which must be at most d.
template <class T>
UNFURL_PACKET Packet<T> log_of_ratio(const Packet<T>& n, const Packet<T>& d, const Mask<T>& near,
                                     const Packet<T>& difference) {
  using C = detail::Constants<T>;
  using Bits = typename Types<T>::Bits;
  constexpr Bits unit = Bits{1} << C::mantissa;
  // The power of 2 that makes n / d a number from 2/3 to 3/2, in bits of an exponent.
  const Mask<T> apart = detail::minus<T>(reinterpret_cast<Mask<T>>(n), reinterpret_cast<Mask<T>>(d));
  const Mask<T> power = ~near & detail::minus<T>(apart, -unit / 2 - Mask<T>{}) & -unit;
  const Packet<T> scaled = reinterpret_cast<Packet<T>>(detail::minus<T>(reinterpret_cast<Mask<T>>(n), power));
  const Packet<T> y = twice_artanh<T>(select<T>(near, difference, scaled - d) / (scaled + d));
  const Packet<T> e = __builtin_convertvector(power, Packet<T>);
  return y + e * (C::ln2 / static_cast<T>(unit));  // as exact as y: no whole number makes log(2) small
}

/// Within 3 units in the last place.
template <class T>
UNFURL_PACKET Packet<T> tanh(const Packet<T>& x) {
  const Packet<T> size_of_x = abs(x);
  const Decay<T> e(size_of_x + size_of_x);
  return with_sign_of<T>(e.lost / (T(1) + e.left), x);
}

/// 1 / (1 + exp(-x)), within 4 units in the last place; it may be 0 where that is below the smallest normal number.
template <class T>
UNFURL_PACKET Packet<T> logistic(const Packet<T>& x) {
  const Packet<T> e = exp_of_negative<T>(-abs(x));
  return select<T>(x < T(0), e, constant(T(1))) / (T(1) + e);
}

/// log(1 + exp(x)), within 3 units in the last place.
template <class T>
UNFURL_PACKET Packet<T> softplus(const Packet<T>& x) {
  const Packet<T> e = exp_of_negative<T>(-abs(x));
  return max(x, Packet<T>{}) + twice_artanh<T>(e / (T(2) + e));
}

/// to[i] = f(from[i]) for n entries, packet by packet.
template <class T, class F>
UNFURL_PACKET void map(T* to, const T* from, std::ptrdiff_t n, F f) {
  std::ptrdiff_t i = 0;
  for (; i + size<T> <= n; i += size<T>) store(to + i, f(load(from + i)));
  if (i < n) store(to + i, f(load(from + i, n - i)), n - i);
}

}  // namespace unfurl::packet

#undef UNFURL_PACKET
