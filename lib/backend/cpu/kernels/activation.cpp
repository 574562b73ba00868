// Non-linearities of layers, and what selects entries in their gradients.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

template <class T>
void run_relu(const Call<T>& c) {
  map_array(c, [](auto x) { return x.unaryExpr([](T v) { return v < T(0) ? T(0) : v; }); });
}

template <class T>
void run_sigmoid(const Call<T>& c) {
  map_packets(c, [](auto x) { return packet::logistic<T>(x); });
}

template <class T>
void run_sigmoid_slope(const Call<T>& c) {  // of e = exp(-|x|): e / (1 + e)^2
  map_packets(c, [](auto x) {
    const auto e = packet::exp_of_negative<T>(-packet::abs(x)), whole = T(1) + e;
    return e / (whole * whole);
  });
}

template <class T>
void run_sigmoid_difference(const Call<T>& c) {
  map_packets(c, [](auto x) { return packet::tanh<T>(T(0.5) * x); });
}

template <class T>
void run_tanh(const Call<T>& c) {
  map_packets(c, [](auto x) { return packet::tanh<T>(x); });
}

template <class T>
void run_softplus(const Call<T>& c) {
  map_packets(c, [](auto x) { return packet::softplus<T>(x); });
}

template <class T>
void run_log_cosh(const Call<T>& c) {  // |x| + log((1 + exp(-2|x|)) / 2)
  map_packets(c, [](auto x) {
    const auto size = packet::abs(x);
    const packet::Decay<T> e(size + size);
    return size - packet::twice_artanh<T>(e.lost / (T(3) + e.left));
  });
}

template <class T>
void run_where(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto by) { return packet::select<T>(by != T(0), a, packet::Packet<T>{}); });
}

template <class T>
void run_soft_threshold(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto t) {
    const packet::Packet<T> none = {}, up = a - t, down = a + t;
    return packet::select<T>(up < none, none, up) +
           packet::select<T>(down > none, none, down);  // a NaN stays
  });
}

template <class T>
void run_one_minus(const Call<T>& c) {
  map_array(c, [](auto x) { return T(1) - x; });
}

}  // namespace

const Kernels relu{UNFURL_KERNELS(run_relu), .cut = Cut::entries};
const Kernels sigmoid{UNFURL_KERNELS(run_sigmoid), .cut = Cut::entries};
const Kernels sigmoid_slope{UNFURL_KERNELS(run_sigmoid_slope), .cut = Cut::entries};
const Kernels sigmoid_difference{UNFURL_KERNELS(run_sigmoid_difference), .cut = Cut::entries};
const Kernels tanh{UNFURL_KERNELS(run_tanh), .cut = Cut::entries};
const Kernels softplus{UNFURL_KERNELS(run_softplus), .cut = Cut::entries};
const Kernels log_cosh{UNFURL_KERNELS(run_log_cosh), .cut = Cut::entries};
const Kernels one_minus{UNFURL_KERNELS(run_one_minus), .cut = Cut::entries};
const Kernels where{UNFURL_KERNELS(run_where), .cut = Cut::entries};
const Kernels soft_threshold{UNFURL_KERNELS(run_soft_threshold), .cut = Cut::entries};

}  // namespace unfurl::cpu::kernels
