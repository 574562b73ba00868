// Sixteen floats or eight doubles at once. Compilers split a packet where registers are narrower.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

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
/// Elsewhere 0.
template <class T>
UNFURL_PACKET Packet<T> masked(const Packet<T>& x, const Mask<T>& which) {
  return reinterpret_cast<Packet<T>>(reinterpret_cast<Mask<T>>(x) & which);
}
/// x, negated where the sign bit of `of` is set.
template <class T>
UNFURL_PACKET Packet<T> with_sign_of(const Packet<T>& x, const Packet<T>& of) {
  const Mask<T> sign = reinterpret_cast<Mask<T>>(of) & reinterpret_cast<Mask<T>>(constant(-T(0)));
  return reinterpret_cast<Packet<T>>(reinterpret_cast<Mask<T>>(x) ^ sign);
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
  std::uint64_t words[bytes / sizeof(std::uint64_t)], found = 0;
  static_assert(sizeof mask == sizeof words);
  std::memcpy(words, &mask, sizeof words);
  for (const std::uint64_t word : words) found |= word;
  return found != 0;
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
  using Bits = decltype(x < x);
  return reinterpret_cast<P>(reinterpret_cast<Bits>(x) &
                             std::numeric_limits<std::remove_cvref_t<decltype(Bits{}[0])>>::max());
}
namespace detail {

/// Adds to every entry the one `places` after it, and so on for half as many.
template <int places, class P, int... i>
UNFURL_PACKET P folded(const P& p, std::integer_sequence<int, i...> entries) {
  if constexpr (places == 0)
    return p;
  else
    return folded<places / 2>(P(p + __builtin_shufflevector(p, p, ((i + places) % int{sizeof...(i)})...)),
                              entries);
}

/// Halves of groups, the first ones or the second ones: of all groups of 2 `half` entries of two packets.
template <int half, bool second, class P, int... i>
UNFURL_PACKET P half_groups(const P& first, const P& other, std::integer_sequence<int, i...>) {
  return __builtin_shufflevector(first, other, (i / half * 2 * half + i % half + (second ? half : 0))...);
}

/// Packets two by two, to one of the sums that folded() takes of each.
template <int half, class P, std::size_t n, int... i>
UNFURL_PACKET void fold_pairs(P (&packets)[n], std::integer_sequence<int, i...> entries) {
  if constexpr (half > 0) {
    for (std::size_t k = 0; k < std::size_t{half}; ++k) {
      const P &a = packets[2 * k], &b = packets[2 * k + 1];
      packets[k] = half_groups<half, false>(a, b, entries) + half_groups<half, true>(a, b, entries);
    }
    fold_pairs<half / 2>(packets, entries);
  }
}

}  // namespace detail

/// Of halves, of halves of these, and so on.
template <class T>
UNFURL_PACKET T sum(const Packet<T>& p) {
  constexpr int n{size<T>};
  return detail::folded<n / 2>(p, std::make_integer_sequence<int, n>{})[0];
}
/// sum() of each of as many packets as it has entries; they are lost.
template <class T>
UNFURL_PACKET Packet<T> sums(Packet<T> (&packets)[size<T>]) {
  constexpr int n{size<T>};
  detail::fold_pairs<n / 2>(packets, std::make_integer_sequence<int, n>{});
  return packets[0];
}

}  // namespace unfurl::packet

#undef UNFURL_PACKET
