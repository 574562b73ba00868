// Sixteen floats or eight doubles at once, and the functions of messages and activations on them: what an entry becomes does
// not depend on its place, nor on how many there are. Compilers split a packet where registers are narrower.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "core/packet_constants.hpp"

#define UNFURL_PACKET [[gnu::always_inline]] inline

namespace unfurl::packet {

inline constexpr std::size_t bytes = 64;

template <class T>
struct Types {
  using Bits = std::conditional_t<sizeof(T) == 4, std::int32_t, std::int64_t>;
  typedef T Real __attribute__((vector_size(bytes)));
  typedef T Half __attribute__((vector_size(bytes / 2)));
  typedef Bits Whole __attribute__((vector_size(bytes)));
  typedef std::make_unsigned_t<Bits> Wrapping __attribute__((vector_size(bytes)));
};
template <class T>
using Packet = typename Types<T>::Real;
/// As comparisons give it: all bits of an entry set, or none.
template <class T>
using Mask = typename Types<T>::Whole;
template <class T>
inline constexpr std::ptrdiff_t size = static_cast<std::ptrdiff_t>(bytes / sizeof(T));

template <class T>
UNFURL_PACKET Packet<T> constant(T value) {
  return value - Packet<T>{};
}
template <class T>
UNFURL_PACKET Packet<T> load(const T* from) {
  Packet<T> p;
  std::memcpy(&p, from, bytes);
  return p;
}
template <class T>
UNFURL_PACKET void store(T* to, const Packet<T>& p) {
  std::memcpy(to, &p, bytes);
}
namespace detail {

template <class T, int... places>
UNFURL_PACKET Packet<T> widened(const typename Types<T>::Half& half, std::integer_sequence<int, places...>) {
  return __builtin_shufflevector(half, typename Types<T>::Half{}, places...);
}

}  // namespace detail

/// The first half, others 0: through registers, for a wide load waits long for narrow stores before it.
template <class T>
UNFURL_PACKET Packet<T> load_half(const T* from) {
  typename Types<T>::Half half;
  std::memcpy(&half, from, sizeof(half));
  return detail::widened<T>(half, std::make_integer_sequence<int, int{size<T>}>{});
}
/// The first n entries, others 0.
template <class T>
UNFURL_PACKET Packet<T> load(const T* from, std::ptrdiff_t n) {
  if (n >= size<T>) return load(from);
  if (2 * n == size<T>) return load_half(from);
  T entries[size<T>] = {};
  for (std::ptrdiff_t i = 0; i < n; ++i) entries[i] = from[i];
  return load(entries);
}
template <class T>
UNFURL_PACKET void store(T* to, const Packet<T>& p, std::ptrdiff_t n) {
  if (n >= size<T>) return store(to, p);
  if (2 * n == size<T>) {
    std::memcpy(to, &p, bytes / 2);
    return;
  }
  T entries[size<T>];
  store(entries, p);
  for (std::ptrdiff_t i = 0; i < n; ++i) to[i] = entries[i];
}

template <class T>
UNFURL_PACKET Packet<T> select(const Mask<T>& which, const Packet<T>& yes, const Packet<T>& no) {
  return which ? yes : no;
}
/// One value in the first half, another in the second.
template <class T>
UNFURL_PACKET Packet<T> halves(T first, T second) {
  Mask<T> lower = {};
  for (std::ptrdiff_t i = 0; i < size<T> / 2; ++i) lower[i] = -1;
  return select<T>(lower, constant(first), constant(second));
}
/// Whether an entry of the mask is set.
template <class M>
UNFURL_PACKET bool any(const M& mask) {
  bool found = false;
  for (std::size_t i = 0; i < sizeof(M) / sizeof(mask[0]); ++i) found |= mask[i] != 0;
  return found;
}
template <class P>
UNFURL_PACKET P max(const P& a, const P& b) {
  return a > b ? a : b;
}
template <class P>
UNFURL_PACKET P min(const P& a, const P& b) {
  return a < b ? a : b;
}
template <class P>
UNFURL_PACKET P abs(const P& x) {
  return x < 0 ? -x : x;
}
namespace detail {

/// The entries `distance` further on, from the end on the first ones.
template <int distance, class T, int... places>
UNFURL_PACKET Packet<T> turned(const Packet<T>& p, std::integer_sequence<int, places...>) {
  return __builtin_shufflevector(p, p, ((places + distance) % static_cast<int>(sizeof...(places)))...);
}
template <int half, class T>
UNFURL_PACKET Packet<T> add_halves(const Packet<T>& p) {
  const Packet<T> sum = p + turned<half, T>(p, std::make_integer_sequence<int, int{size<T>}>{});
  if constexpr (half == 1)
    return sum;
  else
    return add_halves<half / 2, T>(sum);
}

}  // namespace detail

/// Of halves, of halves of these, and so on.
template <class T>
UNFURL_PACKET T sum(const Packet<T>& p) {
  return detail::add_halves<size<T> / 2, T>(p)[0];
}

namespace detail {

/// c[0] + x (c[1] + x (c[2] + ...)).
template <class T, std::size_t n>
UNFURL_PACKET Packet<T> polynomial(const Packet<T>& x, const T (&c)[n]) {
  Packet<T> sum = constant(c[n - 1]);
  for (std::size_t i = n - 1; i-- > 0;) sum = sum * x + c[i];
  return sum;
}

/// a - b modulo 2^bits: of the bits of negative numbers, too, for which nothing is asked of the result.
template <class T>
UNFURL_PACKET Mask<T> minus(const Mask<T>& a, const Mask<T>& b) {
  using W = typename Types<T>::Wrapping;
  return reinterpret_cast<Mask<T>>(reinterpret_cast<W>(a) - reinterpret_cast<W>(b));
}

/// 2^n for the whole numbers n that are exponents of normal numbers.
template <class T>
UNFURL_PACKET Packet<T> power_of_two(const Mask<T>& n) {
  return reinterpret_cast<Packet<T>>((n + Constants<T>::bias) << Constants<T>::mantissa);
}

}  // namespace detail

namespace detail {

/// exp(x) as first * 2^exponent, for x between the bounds of Constants.
template <class T>
struct Power {
  Packet<T> first;
  Mask<T> exponent;
  explicit Power(const Packet<T>& x) {
    using C = Constants<T>;
    const Packet<T> shifted = x * C::log2e + C::round, n = shifted - C::round;
    const Packet<T> r = (x - n * C::ln2_high) - n * C::ln2_low;
    first = (r * r) * polynomial<T>(r, C::exp) + r + T(1);
    exponent = reinterpret_cast<Mask<T>>(shifted) - reinterpret_cast<Mask<T>>(constant(C::round));
  }
};

}  // namespace detail

/// Within 2 units in the last place; 0 where the result is below the smallest normal number, as for -inf.
template <class T>
UNFURL_PACKET Packet<T> exp(const Packet<T>& x) {
  using C = detail::Constants<T>;
  const detail::Power<T> p(min(constant(C::greatest), max(constant(C::least), x)));  // a NaN stays
  // In two steps: 2^n of the largest results is none.
  const Mask<T> half = p.exponent >> 1;
  const Packet<T> y = (p.first * detail::power_of_two<T>(half)) * detail::power_of_two<T>(p.exponent - half);
  const Packet<T> lower = select<T>(x < C::least, Packet<T>{}, y);
  return select<T>(x > C::greatest, constant(std::numeric_limits<T>::infinity()), lower);
}

/// The same for x at most 0, in less time.
template <class T>
UNFURL_PACKET Packet<T> exp_of_negative(const Packet<T>& x) {
  using C = detail::Constants<T>;
  const detail::Power<T> p(max(constant(C::least), x));
  return select<T>(x < C::least, Packet<T>{}, p.first * detail::power_of_two<T>(p.exponent));
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

/// log(1 + x), within 3 units in the last place.
template <class T>
UNFURL_PACKET Packet<T> log1p(const Packet<T>& x) {
  const Packet<T> u = x + T(1), lost = x - (u - T(1));
  const Packet<T> y = log<T>(u);
  const Packet<T> whole = select<T>(x < std::numeric_limits<T>::max() && u > T(0), y + lost / u, y);
  return select<T>(u == T(1), x, whole);
}

/// exp(x) - 1 for |x| at most 0.7, within 2 units in the last place.
template <class T>
UNFURL_PACKET Packet<T> expm1_of_small(const Packet<T>& x) {
  return x * x * detail::polynomial<T>(x, detail::Constants<T>::expm1) + x;
}

/// exp(x) - 1, within 4 units in the last place.
template <class T>
UNFURL_PACKET Packet<T> expm1(const Packet<T>& x) {
  const Packet<T> near = min(max(x, constant(T(-0.5))), constant(T(0.5)));
  return select<T>(x == near, expm1_of_small<T>(near), exp<T>(x) - T(1));
}

/// Within 3 units in the last place.
template <class T>
UNFURL_PACKET Packet<T> tanh(const Packet<T>& x) {
  using C = detail::Constants<T>;
  const Packet<T> size_of_x = abs(x), z = x * x;
  Packet<T> near;
  if constexpr (std::is_same_v<T, float>)
    near = x * z * detail::polynomial<T>(z, C::tanh) + x;
  else
    near = x * z * (detail::polynomial<T>(z, C::tanh_over) / detail::polynomial<T>(z, C::tanh_under)) + x;
  const Packet<T> e = exp_of_negative<T>(T(-2) * size_of_x), far = (T(1) - e) / (T(1) + e);
  return select<T>(size_of_x < T(0.625), near, select<T>(x < T(0), -far, far));
}

/// 1 / (1 + exp(-x)), within 4 units in the last place; 0 where that is below the smallest normal number.
template <class T>
UNFURL_PACKET Packet<T> logistic(const Packet<T>& x) {
  return T(1) / (exp<T>(-x) + T(1));
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
