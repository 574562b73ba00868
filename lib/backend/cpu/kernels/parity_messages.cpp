// The check-node rule of binary codes for all variables of a factor at once, by sums forwards and backwards over its slots.
//
// Of a log-ratio r, e = exp(-|r|) and m = 1 - e: tanh(|r|/2) = m / (1 + e). Of two slots together
//   e = (e1 + e2) / (1 + e1 e2),  m = m1 m2 / (1 + e1 e2),
// which cancel nothing: e is exact for large ratios and m for small ones. They are kept as fractions a/s and b/s, so that nothing
// is divided, and e relative to exp(-c) where c is the least |r| of the factor, so that large ratios do not vanish.
#include <cmath>
#include <limits>
#include <vector>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

using packet::Packet;

template <class T>
constexpr T infinity = std::numeric_limits<T>::infinity();

/// Some slots together: e = a exp(-c) / s, m = b / s.
template <class T>
struct Fraction {
  Packet<T> a = {}, b = packet::constant(T(1)), s = packet::constant(T(1));  // nothing: an infinite ratio
};

template <class T>
Fraction<T> together(const Fraction<T>& x, const Fraction<T>& y, const Packet<T>& square) {
  return {x.a * y.s + y.a * x.s, x.b * y.b, x.s * y.s + square * (x.a * y.a)};
}

/// Denominators grow at most twofold with every slot.
template <class T>
Fraction<T> reduced(const Fraction<T>& x, std::size_t slot) {
  if (slot % 32 != 31) return x;
  const Packet<T> over = T(1) / x.s;
  return {x.a * over, x.b * over, packet::constant(T(1))};
}

/// What is known of the slots of one packet of columns: single ones, and those before each one.
template <class T>
class Slots {
 public:
  /// Sizes below `smallest` count as that: see run_parity_pull.
  void take(const T* from, std::size_t slots, std::ptrdiff_t stride, std::ptrdiff_t columns, T smallest) {
    const Packet<T> none = {};
    if (single_.size() < slots) single_.resize(slots), before_.resize(slots), sign_.resize(slots);
    sign = packet::constant(T(1));
    Packet<T> first = packet::constant(infinity<T>), second = first;
    for (std::size_t k = 0; k < slots; ++k) {
      const Packet<T> r = packet::load(from + static_cast<std::ptrdiff_t>(k) * stride, columns);
      const Packet<T> size = packet::max(packet::abs(r), packet::constant(smallest));
      sign_[k] = packet::select<T>(r < T(0), packet::constant(T(-1)), packet::constant(T(1)));
      sign *= sign_[k];
      second = packet::min(second, packet::max(first, size));
      first = packet::min(first, size);
      single_[k].a = packet::select<T>(r == r, size, r);
    }
    lowest = packet::select<T>(first == infinity<T>, none, first);
    // Where others are so much larger that their e vanishes, what they say to the least is computed apart.
    apart = (second - lowest > gap) & (second < infinity<T>);
    scale = packet::exp_of_negative<T>(-lowest);
    square = scale * scale;
    Fraction<T> sum;
    for (std::size_t k = 0; k < slots; ++k) {
      const Packet<T> size = single_[k].a, a = packet::exp_of_negative<T>(lowest - size), e = a * scale;
      single_[k].a = a;
      single_[k].b = packet::select<T>(
          e < T(0.5), T(1) - e, -packet::expm1_of_small<T>(-packet::min(packet::constant(T(0.7)), size)));
      single_[k].s = packet::constant(T(1));
      before_[k] = sum;
      sum = reduced(together(sum, single_[k], square), k);
    }
  }
  /// Calls body(slot, all other slots together, its own sign), from the last to the first.
  template <class F>
  void for_others(std::size_t slots, F body) const {
    Fraction<T> after;
    for (std::size_t k = slots; k-- > 0;) {
      body(k, together(before_[k], after, square), sign_[k]);
      after = reduced(together(after, single_[k], square), k);
    }
  }
  const Fraction<T>& single(std::size_t k) const { return single_[k]; }
  const Packet<T>& sign_of(std::size_t k) const { return sign_[k]; }

  Packet<T> sign, lowest, scale, square;  ///< of all; least size; exp(-lowest) and its square
  packet::Mask<T> apart;

 private:
  static constexpr T gap = sizeof(T) == 4 ? T(50) : T(300);
  std::vector<Fraction<T>> single_, before_;
  std::vector<Packet<T>> sign_;
};

/// One column, exact for any numbers.
template <class T>
class Column {
 public:
  Column(const T* data, std::ptrdiff_t stride, std::size_t slots)
      : data_(data), stride_(stride), slots_(slots) {}
  T operator[](std::size_t k) const { return data_[static_cast<std::ptrdiff_t>(k) * stride_]; }
  std::size_t slots() const { return slots_; }
  static T join(T a, T b) {
    const T lead = std::max(std::min(a, b), -std::max(a, b));
    const T up = a == -b ? T(0) : std::abs(a + b), down = a == b ? T(0) : std::abs(a - b);
    return lead + std::log((T(1) + std::exp(-up)) / (T(1) + std::exp(-down)));
  }
  static T slope(T a, T b) {
    const T x = std::abs(a), y = std::abs(b), near = x == y ? T(0) : x - y;
    const T size = -std::expm1(T(-2) * y) * std::exp(-std::max(near, T(0))) /
                   ((T(1) + std::exp(-std::abs(near))) * (T(1) + std::exp(-(x + y))));
    return b < T(0) ? -size : size;
  }
  /// All but one or two.
  T without(std::size_t k, std::size_t l) const {
    T sum = infinity<T>;
    for (std::size_t i = 0; i < slots_; ++i)
      if (i != k && i != l) sum = join(sum, (*this)[i]);
    return sum;
  }
  /// Adds g times the slopes of slot k's message to the gradients of the others.
  void pull(std::size_t k, T g, T* to) const {
    std::vector<T> after(slots_ + 1, infinity<T>);
    for (std::size_t j = slots_; j-- > 0;) after[j] = j == k ? after[j + 1] : join(after[j + 1], (*this)[j]);
    T before = infinity<T>;
    for (std::size_t j = 0; j < slots_; ++j) {
      if (j == k) continue;
      to[static_cast<std::ptrdiff_t>(j) * stride_] += g * slope((*this)[j], join(before, after[j + 1]));
      before = join(before, (*this)[j]);
    }
  }

 private:
  const T* data_;
  std::ptrdiff_t stride_;
  std::size_t slots_;
};

/// Calls body(first column, columns) for packets of this part's factors and samples.
template <class T, class F>
void for_columns(const Call<T>& c, int factors, F body) {
  const auto [first, last] = c.range(factors);
  const std::ptrdiff_t end = std::ptrdiff_t{last} * c.out.lanes;
  for (std::ptrdiff_t at = std::ptrdiff_t{first} * c.out.lanes; at < end; at += packet::size<T>)
    body(at, std::min<std::ptrdiff_t>(packet::size<T>, end - at));
}

template <class T>
void run_parity_messages(const Call<T>& c) {
  const int factors = c.attributes->template as<ir::SlotRows>().factors;
  const auto slots = static_cast<std::size_t>(c.out.rows / factors);
  const std::ptrdiff_t stride = std::ptrdiff_t{factors} * c.out.lanes;
  thread_local Slots<T> x;
  for_columns(c, factors, [&](std::ptrdiff_t at, std::ptrdiff_t count) {
    const T* from = c.in[0].data + at;
    x.take(from, slots, stride, count, T(0));
    x.for_others(slots, [&](std::size_t k, const Fraction<T>& others, const Packet<T>& own) {
      // Large: c - log(a/s). Small: -log(1 - m), with what is lost in 1 - m.
      const auto large = others.a * x.scale < T(0.5) * others.s;
      const Packet<T> m = others.b / others.s, rest = T(1) - m, lost = (T(1) - rest) - m;
      const Packet<T> e = packet::select<T>(large, others.a / others.s, rest);
      const Packet<T> size = packet::select<T>(large, x.lowest, -lost / rest) - packet::log<T>(e);
      packet::store(c.out.data + static_cast<std::ptrdiff_t>(k) * stride + at, x.sign * own * size, count);
    });
    if (!packet::any(x.apart)) return;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      if (!x.apart[i]) continue;
      const Column<T> column(from + i, stride, slots);
      for (std::size_t k = 0; k < slots; ++k)
        if (std::abs(column[k]) <= x.lowest[i])
          c.out.data[static_cast<std::ptrdiff_t>(k) * stride + at + i] = column.without(k, k);
    }
  });
}

// d out_k / d r_j = sinh(out_k) / sinh(r_j) [k != j], and sinh(|r|) = m (1 + e) / (2 e). A ratio of 0, of which that is 0 / 0, is
// replaced by one so small that it changes no digit.
template <class T>
void run_parity_pull(const Call<T>& c) {
  constexpr T smallest = sizeof(T) == 4 ? T(1e-18) : T(1e-150);
  const int factors = c.attributes->template as<ir::SlotRows>().factors;
  const auto slots = static_cast<std::size_t>(c.out.rows / factors);
  const std::ptrdiff_t stride = std::ptrdiff_t{factors} * c.out.lanes;
  thread_local Slots<T> x;
  thread_local std::vector<Packet<T>> share;  // of every message's gradient
  if (share.size() < slots) share.resize(slots);
  for_columns(c, factors, [&](std::ptrdiff_t at, std::ptrdiff_t count) {
    const T *from = c.in[0].data + at, *gradient = c.in[1].data + at;
    T* to = c.out.data + at;
    const Packet<T> none = {};
    const auto place = [&](std::size_t k) { return static_cast<std::ptrdiff_t>(k) * stride; };
    x.take(from, slots, stride, count, smallest);
    x.for_others(slots, [&](std::size_t k, const Fraction<T>& others, const Packet<T>& own) {
      const Packet<T> g = packet::load(gradient + place(k), count);
      const Packet<T> sinh = others.b / others.s * (others.s / others.a + x.scale);
      share[k] = packet::select<T>((others.a > T(0)) & (g != T(0)), x.sign * own * g * sinh, none);
    });
    Packet<T> before = {};
    for (std::size_t k = 0; k < slots; ++k) {
      packet::store(to + place(k), before, count);
      before += share[k];
    }
    Packet<T> after = {};
    for (std::size_t k = slots; k-- > 0;) {
      const Fraction<T>& own = x.single(k);
      const Packet<T> over_sinh = own.a / (own.b * (T(1) + x.scale * own.a)) * x.sign_of(k);
      packet::store(to + place(k), (packet::load(to + place(k), count) + after) * over_sinh, count);
      after += share[k];
    }
    if (!packet::any(x.apart)) return;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
      if (!x.apart[i]) continue;
      const Column<T> column(from + i, stride, slots);
      for (std::size_t k = 0; k < slots; ++k) to[place(k) + i] = T(0);
      for (std::size_t k = 0; k < slots; ++k)
        if (const T g = gradient[place(k) + i]; g != T(0)) column.pull(k, g, to + i);
    }
  });
}

}  // namespace

const Kernels parity_messages{UNFURL_KERNELS(run_parity_messages), .cut = Cut::parts};
const Kernels parity_pull{UNFURL_KERNELS(run_parity_pull), .cut = Cut::parts};

}  // namespace unfurl::cpu::kernels
