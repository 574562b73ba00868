// What keeps infinities from becoming wrong numbers, and what stops gradients.
#include <limits>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

template <class T>
void run_multiply_no_nan(const Call<T>& c) {
  map_packet_pair(c, [](auto log_value, auto exponent) {
    return packet::select<T>(exponent == T(0), packet::Packet<T>{}, exponent * log_value);
  });
}

template <class T>
void run_zero_if_infinite(const Call<T>& c) {
  map_packets(c, [](auto x) {
    return packet::select<T>(packet::abs(x) == std::numeric_limits<T>::infinity(), packet::Packet<T>{}, x);
  });
}

template <class T>
void run_positive_only(const Call<T>& c) {
  map_array(c, [](auto x) {
    return x.unaryExpr([](T v) { return v > T(0) ? v : std::numeric_limits<T>::quiet_NaN(); });
  });
}

template <class T>
void run_stop_gradient(const Call<T>& c) {
  map_array(c, [](auto x) { return x; });
}

}  // namespace

const Kernels multiply_no_nan{UNFURL_KERNELS(run_multiply_no_nan), .cut = Cut::entries};
const Kernels zero_if_infinite{UNFURL_KERNELS(run_zero_if_infinite), .cut = Cut::entries};
const Kernels positive_only{UNFURL_KERNELS(run_positive_only), .cut = Cut::entries};
const Kernels stop_gradient{UNFURL_KERNELS(run_stop_gradient), .cut = Cut::entries};

}  // namespace unfurl::cpu::kernels
