// Fractions of the check-node rule of binary codes, for packets of factors and samples.
//
// Of a log-ratio r, e = exp(-|r|) and m = 1 - e: tanh(|r|/2) = m / (1 + e). Of two slots together
//   e = (e1 + e2) / (1 + e1 e2),  m = m1 m2 / (1 + e1 e2),
// which cancel nothing: e is exact for large ratios and m for small ones. They are kept as fractions a/s and b/s, so that nothing
// is divided. Where all ratios of a factor are large, e is relative to exp(-c) where c is the least of them, so that it does not
// vanish; then every m is 1, and 1 + e, too.
#pragma once

#include <limits>
#include <vector>

#include "core/packet.hpp"

namespace unfurl::cpu::kernels::parity {

using packet::Packet;

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();
/// Packets of columns whose operations take turns, for they wait long for each other in one.
inline constexpr std::size_t side_by_side = 2;

/// Some slots together: e = a exp(-c) / s, m = b / s.
template <class T>
struct Fraction {
  Packet<T> a = {}, b = packet::constant(T(1)), s = packet::constant(T(1));  // nothing: an infinite ratio
};

/// One slot: s is 1.
template <class T>
struct Single {
  Packet<T> a, b;
};

/// Rows of factors are often a power of 2 apart, so that they crowd the same lines of a cache: what is needed twice is kept here.
/// The memory stays for the next call.
template <class T>
struct Workspace {
  void fit(std::size_t slots) {
    const std::size_t packets = slots * side_by_side,
                      entries = 3 * slots * static_cast<std::size_t>(packet::size<T>);
    if (single.size() < packets)
      single.resize(packets), before.resize(packets), ratio.resize(packets), share.resize(packets),
          after.resize(packets);
    if (copies.size() < entries) copies.resize(entries);
  }
  std::vector<Single<T>> single;
  std::vector<Fraction<T>> before;
  std::vector<Packet<T>> ratio, share,
      after;              ///< shares of messages' gradients, and sums of those after each one
  std::vector<T> copies;  ///< of a packet that is not full: the result and two operands
};

/// What all slots of a packet of columns have in common.
template <class T>
class Common {
 public:
  using Bits = packet::Mask<T>;
  /// One more slot, of log-ratio r.
  void see(const Packet<T>& r) {
    const Packet<T> size = packet::abs(r);
    sign_ ^= reinterpret_cast<Bits>(r);
    second_ = packet::min(packet::max(size, lowest), second_);
    lowest = packet::min(size, lowest);
  }
  /// No more.
  void seen() {
    near_ = lowest <= bound;
    c = packet::select<T>(near_ | (lowest == infinity<T>), Packet<T>{}, lowest);
    // Where others are so much larger that their e vanishes, what they say to the least is computed apart.
    apart = (second_ - c > gap) & (second_ < infinity<T>);
  }
  /// a and b of one slot.
  packet::Decay<T> decay(const Packet<T>& size) const { return packet::Decay<T>(size - c, near_); }
  /// a as it counts in sums with b.
  Packet<T> near(const Packet<T>& a) const { return packet::masked<T>(a, near_); }
  /// x and one slot more. Denominators grow at most twofold with every slot.
  Fraction<T> with(const Fraction<T>& x, const Packet<T>& a, const Packet<T>& b, std::size_t slot) const {
    const Fraction<T> sum{x.a + a * x.s, x.b * b, x.s + near(a) * x.a};
    if (slot % 32 != 31) return sum;
    const Packet<T> over = T(1) / sum.s;
    return {sum.a * over, sum.b * over, packet::constant(T(1))};
  }
  /// Two of which s is b + near(a).
  Single<T> together(const Fraction<T>& x, const Fraction<T>& y) const {
    return {x.a * y.s + y.a * x.s, x.b * y.b};
  }
  /// x with the signs of all but r.
  Packet<T> signed_by_others(const Packet<T>& x, const Packet<T>& r) const {
    return packet::with_sign_of<T>(x, reinterpret_cast<Packet<T>>(reinterpret_cast<Bits>(r) ^ sign_));
  }

  Packet<T> lowest = packet::constant(infinity<T>), c;
  Bits apart;

 private:
  static constexpr T bound = sizeof(T) == 4 ? T(20) : T(40);  // exp(-bound) is lost beside 1
  static constexpr T gap = sizeof(T) == 4 ? T(60) : T(300);
  Packet<T> second_ = packet::constant(infinity<T>);
  Bits sign_ = {}, near_;  // of all ratios together; where c is 0
};

/// The slots of n packets of columns: single ones, and those before each one.
template <class T, std::size_t n>
class Slots {
 public:
  /// The workspace is for all slots of all packets. Sizes below `smallest` count as that: see run_parity_pull.
  Slots(const T* ratios, std::size_t slots, std::ptrdiff_t stride, T smallest, Workspace<T>& work)
      : slots_(slots),
        stride_(stride),
        ratio_(work.ratio.data()),
        single_(work.single.data()),
        before_(work.before.data()) {
    for (std::size_t k = 0; k < slots; ++k)
      for (std::size_t i = 0; i < n; ++i) {
        const Packet<T> r = packet::load(ratios + place(k, i));
        ratio_[k * n + i] = r;
        common_[i].see(r);
      }
    for (Common<T>& common : common_) common.seen();
    Fraction<T> sum[n];
    for (std::size_t k = 0; k < slots; ++k)
      for (std::size_t i = 0; i < n; ++i) {
        Packet<T> size = packet::abs(ratio(k, i));
        if (smallest > T(0)) size = packet::max(packet::constant(smallest), size);  // a NaN stays
        const packet::Decay<T> e = common_[i].decay(size);
        single_[k * n + i].a = e.left;
        single_[k * n + i].b = e.lost;
        before_[k * n + i].a = sum[i].a;
        before_[k * n + i].b = sum[i].b;
        before_[k * n + i].s = sum[i].s;
        sum[i] = common_[i].with(sum[i], e.left, e.lost, k);
      }
  }
  /// Calls body(slot, packet, all other slots), from the last slot to the first.
  template <class F>
  void for_others(F body) const {
    Fraction<T> after[n];
    for (std::size_t k = slots_; k-- > 0;)
      for (std::size_t i = 0; i < n; ++i) {
        body(k, i, common_[i].together(before_[k * n + i], after[i]));
        after[i] = common_[i].with(after[i], single_[k * n + i].a, single_[k * n + i].b, k);
      }
  }
  /// Calls body(place of a column, its least size) for those to be computed apart.
  template <class F>
  void for_apart(F body) const {
    for (std::size_t i = 0; i < n; ++i) {
      if (!packet::any(common_[i].apart)) continue;
      for (std::ptrdiff_t j = 0; j < packet::size<T>; ++j)
        if (common_[i].apart[j]) body(place(0, i) + j, common_[i].lowest[j]);
    }
  }
  std::ptrdiff_t place(std::size_t k, std::size_t i) const {
    return static_cast<std::ptrdiff_t>(k) * stride_ + static_cast<std::ptrdiff_t>(i) * packet::size<T>;
  }
  const Packet<T>& ratio(std::size_t k, std::size_t i) const { return ratio_[k * n + i]; }
  const Single<T>& single(std::size_t k, std::size_t i) const { return single_[k * n + i]; }
  const Common<T>& common(std::size_t i) const { return common_[i]; }

 private:
  std::size_t slots_;
  std::ptrdiff_t stride_;
  Packet<T>* ratio_;
  Single<T>* single_;
  Fraction<T>* before_;
  Common<T> common_[n];
};

}  // namespace unfurl::cpu::kernels::parity
