// The check-node rule of binary codes, for two variables at a time.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

// (|a + b| - |a - b|) / 2 is +-min(|a|, |b|): written so, certain operands (huge or infinite ones) cancel nothing.
// Infinities of one sign have the difference 0, never NaN.
template <class T>
void run_parity_message(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto b) {
    const packet::Packet<T> none = {};
    const auto lead = packet::max(packet::min(a, b), -packet::max(a, b));
    const auto up = packet::select<T>(a == -b, none, packet::abs(a + b));
    const auto down = packet::select<T>(a == b, none, packet::abs(a - b));
    return lead + packet::log<T>((T(1) + packet::exp_of_negative<T>(-up)) /
                                 (T(1) + packet::exp_of_negative<T>(-down)));
  });
}

// sinh(b) / (cosh(a) + cosh(b)) = (tanh((a + b)/2) - tanh((a - b)/2)) / 2, without the difference: its terms agree in
// all digits where a is large or b small. With e(x) = exp(-|x|) it is
//   e(a) (1 - e(b)) (1 + e(b)) / ((e(a) + e(b)) (1 + e(a) e(b))),
// of which both e are written by the larger one and their ratio. Infinities of one size have the ratio 1.
template <class T>
void run_parity_slope(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto b) {
    const packet::Packet<T> one = packet::constant(T(1));
    const auto x = packet::abs(a), y = packet::abs(b);
    const auto far = x > y;
    const auto apart = packet::select<T>(x == y, one - one, packet::abs(x - y));
    const auto ratio = packet::exp_of_negative<T>(-apart);
    const auto larger = packet::exp_of_negative<T>(-packet::min(x, y));
    const auto e = packet::select<T>(far, larger, ratio * larger);  // of b
    const auto near = packet::min(packet::constant(T(0.7)), y);
    const auto rest = packet::select<T>(e < T(0.5), one - e, -packet::expm1_of_small<T>(-near));
    const auto size = packet::select<T>(far, ratio, one) * rest * (one + e) /
                      ((one + ratio) * (one + ratio * larger * larger));
    return packet::select<T>(b < T(0), -size, size);
  });
}

}  // namespace

const Kernels parity_message{UNFURL_KERNELS(run_parity_message), .cut = Cut::entries};
const Kernels parity_slope{UNFURL_KERNELS(run_parity_slope), .cut = Cut::entries};

}  // namespace unfurl::cpu::kernels
