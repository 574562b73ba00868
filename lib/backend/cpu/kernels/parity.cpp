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
    const auto more = packet::exp_of_negative<T>(-up), less = packet::exp_of_negative<T>(-down);
    return lead + packet::twice_artanh<T>((more - less) / ((T(1) + more) + (T(1) + less)));
  });
}

// sinh(b) / (cosh(a) + cosh(b)) = (tanh((a + b)/2) - tanh((a - b)/2)) / 2, without the difference: its terms agree in
// all digits where a is large or b small. With e(x) = exp(-|x|) it is
//   e(a) (1 - e(b)) (1 + e(b)) / ((e(a) + e(b)) (1 + e(a) e(b))),
// of which e(a) / (e(a) + e(b)) is written by the ratio of the smaller to the larger one.
template <class T>
void run_parity_slope(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto b) {
    const packet::Packet<T> one = packet::constant(T(1));
    const auto x = packet::abs(a), y = packet::abs(b);
    const auto apart = packet::select<T>(x == y, one - one, packet::abs(x - y));
    const auto ratio = packet::exp_of_negative<T>(-apart), both = packet::exp_of_negative<T>(-(x + y));
    const packet::Decay<T> e(y);
    const auto size =
        packet::select<T>(x > y, ratio, one) * e.lost * (one + e.left) / ((one + ratio) * (one + both));
    return packet::select<T>(b < T(0), -size, size);
  });
}

}  // namespace

const Kernels parity_message{UNFURL_KERNELS(run_parity_message), .cut = Cut::entries};
const Kernels parity_slope{UNFURL_KERNELS(run_parity_slope), .cut = Cut::entries};

}  // namespace unfurl::cpu::kernels
