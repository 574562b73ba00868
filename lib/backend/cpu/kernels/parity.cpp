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
    return lead + packet::log<T>((T(1) + packet::exp<T>(-up)) / (T(1) + packet::exp<T>(-down)));
  });
}

// sinh(b) / (cosh(a) + cosh(b)) = (tanh((a + b)/2) - tanh((a - b)/2)) / 2, without the difference: its terms agree in
// all digits where a is large or b small. Infinities of one size have the difference 0.
template <class T>
void run_parity_slope(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto b) {
    const packet::Packet<T> none = {};
    const auto x = packet::abs(a), y = packet::abs(b);
    const auto near = packet::select<T>(x == y, none, x - y);
    // exp(-|a|) of the numerator's exp(|b|) is left where |a| is the larger.
    const auto size = -packet::expm1<T>(T(-2) * y) * packet::exp<T>(-packet::max(near, none)) /
                      ((T(1) + packet::exp<T>(-packet::abs(near))) * (T(1) + packet::exp<T>(-(x + y))));
    return packet::select<T>(b < T(0), -size, size);
  });
}

}  // namespace

const Kernels parity_message{UNFURL_KERNELS(run_parity_message), .cut = Cut::entries};
const Kernels parity_slope{UNFURL_KERNELS(run_parity_slope), .cut = Cut::entries};

}  // namespace unfurl::cpu::kernels
