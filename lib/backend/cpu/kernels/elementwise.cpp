// Arithmetic, entry by entry.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

template <class T>
void run_add(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto b) { return a + b; });
}

template <class T>
void run_sub(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto b) { return a - b; });
}

template <class T>
void run_mul(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto b) { return a * b; });
}

template <class T>
void run_div(const Call<T>& c) {
  map_packet_pair(c, [](auto a, auto b) { return a / b; });
}

template <class T>
void run_neg(const Call<T>& c) {
  map_array(c, [](auto x) { return -x; });
}

template <class T>
void run_exp(const Call<T>& c) {
  map_packets(c, [](auto x) { return packet::exp<T>(x); });
}

template <class T>
void run_log(const Call<T>& c) {
  map_packets(c, [](auto x) { return packet::log<T>(x); });
}

template <class T>
void run_sqrt(const Call<T>& c) {
  map_array(c, [](auto x) { return x.sqrt(); });
}

template <class T>
void run_square(const Call<T>& c) {
  map_array(c, [](auto x) { return x.square(); });
}

template <class T>
void run_abs(const Call<T>& c) {
  map_array(c, [](auto x) { return x.abs(); });
}

template <class T>
void run_sign(const Call<T>& c) {
  map_array(c,
            [](auto x) { return x.unaryExpr([](T v) { return static_cast<T>((v > T(0)) - (v < T(0))); }); });
}

template <class T>
void run_maximum(const Call<T>& c) {
  const T least = static_cast<T>(c.attributes->template as<ir::Threshold>().threshold);
  map_array(c,
            [=](auto x) { return x.unaryExpr([=](T v) { return v < least ? least : v; }); });  // a NaN stays
}

template <class T>
void run_greater(const Call<T>& c) {
  const T threshold = static_cast<T>(c.attributes->template as<ir::Threshold>().threshold);
  map_array(c, [=](auto x) { return x.unaryExpr([=](T v) { return v > threshold ? T(1) : T(0); }); });
}

}  // namespace

const Kernels add{UNFURL_KERNELS(run_add), .cut = Cut::entries};
const Kernels sub{UNFURL_KERNELS(run_sub), .cut = Cut::entries};
const Kernels mul{UNFURL_KERNELS(run_mul), .cut = Cut::entries};
const Kernels div{UNFURL_KERNELS(run_div), .cut = Cut::entries};
const Kernels neg{UNFURL_KERNELS(run_neg), .cut = Cut::entries};
const Kernels exp{UNFURL_KERNELS(run_exp), .cut = Cut::entries};
const Kernels log{UNFURL_KERNELS(run_log), .cut = Cut::entries};
const Kernels sqrt{UNFURL_KERNELS(run_sqrt), .cut = Cut::entries};
const Kernels square{UNFURL_KERNELS(run_square), .cut = Cut::entries};
const Kernels abs{UNFURL_KERNELS(run_abs), .cut = Cut::entries};
const Kernels sign{UNFURL_KERNELS(run_sign), .cut = Cut::entries};
const Kernels maximum{UNFURL_KERNELS(run_maximum), .cut = Cut::entries};
const Kernels greater{UNFURL_KERNELS(run_greater), .cut = Cut::entries};

}  // namespace unfurl::cpu::kernels
