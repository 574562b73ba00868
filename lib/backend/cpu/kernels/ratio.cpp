// Ratio masks, what two resistances in parallel amount to, and squared differences: macro operations whose gradients hold
// nothing that cancels, so that the split ones are the paper's [Hershey14].
#include <limits>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

template <class T>
void run_ratio_mask(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto b) { return a / (a + b); });
}

// With the quotient of the larger one, which neither over- nor underflows.
template <class T>
void run_parallel(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto b) {
    const auto swapped = packet::abs(a) <= packet::abs(b);
    const packet::Packet<T> sum = a + b, large = packet::select<T>(swapped, b, a),
                            other = packet::select<T>(swapped, a, b);
    return packet::select<T>(sum > T(0), large / sum * other,
                             packet::constant(std::numeric_limits<T>::quiet_NaN()));
  });
}

template <class T>
void run_squared_difference(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto b) { return (a - b) * (a - b); });
}

}  // namespace

const Kernels ratio_mask{UNFURL_KERNELS(run_ratio_mask), .cut = Cut::entries};
const Kernels parallel{UNFURL_KERNELS(run_parallel), .cut = Cut::entries};
const Kernels squared_difference{UNFURL_KERNELS(run_squared_difference), .cut = Cut::entries};

}  // namespace unfurl::cpu::kernels
