// The check-node rule of binary codes for all variables of a factor at once, by sums forwards and backwards over its slots.
#include <cmath>
#include <vector>

#include "backend/cpu/kernels/kernels.hpp"
#include "backend/cpu/kernels/parity_slots.hpp"

namespace unfurl::cpu::kernels {

namespace {

using packet::Packet;
using namespace parity;

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

/// Calls body(number of packets, result, operands..., distance of slots, their number, workspace) for all packets of this part's
/// factors and samples. Those of the last one are copied there and back, with zeros beside them.
template <class T, class F>
void for_columns(const Call<T>& c, F body) {
  constexpr std::ptrdiff_t size = packet::size<T>;
  const int factors = c.attributes->template as<ir::SlotRows>().factors;
  const std::ptrdiff_t stride = std::ptrdiff_t{factors} * c.out.lanes;
  const auto slots = static_cast<std::size_t>(c.out.rows / factors);
  thread_local Workspace<T> of_thread;
  Workspace<T>& work = of_thread;  // looked up once
  work.fit(slots);
  const auto [first, last] = c.range(factors);
  const std::ptrdiff_t end = std::ptrdiff_t{last} * c.out.lanes;
  std::ptrdiff_t at = std::ptrdiff_t{first} * c.out.lanes;
  const T *a = c.in.front().data, *b = c.in.back().data;
  constexpr std::integral_constant<std::size_t, side_by_side> some;
  constexpr std::ptrdiff_t step = std::ptrdiff_t{some()} * size;
  constexpr std::integral_constant<std::size_t, 1> one;
  for (; at + step <= end; at += step) body(some, c.out.data + at, a + at, b + at, stride, slots, work);
  for (; at + size <= end; at += size) body(one, c.out.data + at, a + at, b + at, stride, slots, work);
  if (at == end) return;
  const std::size_t entries = slots * static_cast<std::size_t>(size);
  std::fill_n(work.copies.begin(), 3 * entries, T(0));
  T *const to = work.copies.data(), *const first_copy = to + entries,
           *const second_copy = first_copy + entries;
  const auto for_slots = [&](auto copy) {
    for (std::ptrdiff_t k = 0; k < std::ptrdiff_t{c.out.rows / factors}; ++k) copy(k * stride + at, k * size);
  };
  for_slots([&](std::ptrdiff_t from, std::ptrdiff_t place) {
    std::copy_n(a + from, end - at, first_copy + place);
    std::copy_n(b + from, end - at, second_copy + place);
  });
  body(one, to, first_copy, second_copy, size, slots, work);
  for_slots([&](std::ptrdiff_t back, std::ptrdiff_t place) {
    std::copy_n(to + place, end - at, c.out.data + back);
  });
}

/// c + log(s / a), where s / a is near 1 by s - a = b.
template <class T>
Packet<T> size_of(const Single<T>& x, const Common<T>& common) {
  const Packet<T> e = common.near(x.a);
  const Packet<T> size = common.c + packet::log_of_ratio<T>(x.b + e, x.a, x.b + x.b <= e, x.b);
  return packet::select<T>(x.a == T(0), packet::constant(infinity<T>), size);
}

template <class T>
void run_parity_messages(const Call<T>& c) {
  for_columns(c, [](auto n, T* to, const T* from, const T*, std::ptrdiff_t stride, std::size_t slots,
                    Workspace<T>& work) {
    const Slots<T, n()> x(from, slots, stride, T(0), work);
    x.for_others([&](std::size_t k, std::size_t i, const Single<T>& others) {
      const Common<T>& common = x.common(i);
      packet::store(to + x.place(k, i), common.signed_by_others(size_of(others, common), x.ratio(k, i)));
    });
    x.for_apart([&](std::ptrdiff_t at, T lowest) {
      const Column<T> column(from + at, stride, slots);
      for (std::size_t k = 0; k < slots; ++k)
        if (std::abs(column[k]) <= lowest) to[x.place(k, 0) + at] = column.without(k, k);
    });
  });
}

// d out_k / d r_j = sinh(out_k) / sinh(r_j) [k != j], and sinh(|r|) = m (1 + e) / (2 e). A ratio of 0, of which that is 0 / 0, is
// replaced by one so small that it changes no digit.
template <class T>
void run_parity_pull(const Call<T>& c) {
  for_columns(c, [](auto n, T* to, const T* from, const T* gradient, std::ptrdiff_t stride, std::size_t slots,
                    Workspace<T>& work) {
    const T smallest = sizeof(T) == 4 ? T(1e-18) : T(1e-150);
    const Slots<T, n()> x(from, slots, stride, smallest, work);
    Packet<T>*const share = work.share.data(), *const after = work.after.data();
    Packet<T> sum[n()] = {};
    x.for_others([&](std::size_t k, std::size_t i, const Single<T>& others) {
      const Common<T>& common = x.common(i);
      const Packet<T> e = common.near(others.a), s = others.b + e;
      const Packet<T> size = packet::load(gradient + x.place(k, i)) * (others.b * (s + e) / (others.a * s));
      const Packet<T> one =
          packet::select<T>(others.a > T(0), common.signed_by_others(size, x.ratio(k, i)), Packet<T>{});
      after[k * n() + i] = sum[i];
      share[k * n() + i] = one;
      sum[i] += one;
    });
    std::fill_n(sum, n(), Packet<T>{});
    for (std::size_t k = 0; k < slots; ++k)
      for (std::size_t i = 0; i < n(); ++i) {
        const Single<T>& own = x.single(k, i);
        const Packet<T> over_sinh = own.a / (own.b * (T(1) + x.common(i).near(own.a)));
        packet::store(to + x.place(k, i),
                      (sum[i] + after[k * n() + i]) * packet::with_sign_of<T>(over_sinh, x.ratio(k, i)));
        sum[i] += share[k * n() + i];
      }
    x.for_apart([&](std::ptrdiff_t at, T) {
      const Column<T> column(from + at, stride, slots);
      for (std::size_t k = 0; k < slots; ++k) to[x.place(k, 0) + at] = T(0);
      for (std::size_t k = 0; k < slots; ++k)
        if (const T g = gradient[x.place(k, 0) + at]; g != T(0)) column.pull(k, g, to + at);
    });
  });
}

}  // namespace

const Kernels parity_messages{UNFURL_KERNELS(run_parity_messages), .cut = Cut::parts};
const Kernels parity_pull{UNFURL_KERNELS(run_parity_pull), .cut = Cut::parts};

}  // namespace unfurl::cpu::kernels
