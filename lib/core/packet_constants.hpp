// Coefficients of the functions on packets.
#pragma once

#include <cstdint>

namespace unfurl::packet::detail {

template <class T>
struct Constants;
template <>
struct Constants<float> {
  static constexpr int mantissa = 23, bias = 127;
  static constexpr float log2e = 1.44269504F, ln2_high = 0.693359375F, ln2_low = -2.12194440e-4F,
                         ln2 = 0.693147181F;
  static constexpr float round = 12582912.0F;  // 1.5 * 2^23: what is added to it is rounded to a whole number
  static constexpr float greatest = 88.72283F, least = -87.33654F;  // between them exp has a normal number
  // (exp(r) - 1 - r) / r^2 for |r| <= log(2) / 2, of least relative error in exp(r) - 1
  static constexpr float exp[] = {0.499999982F, 0.166665436F, 0.0416672003F, 0.00836652734F, 0.00138825069F};
  // (log(1 + f) - f + f^2 / 2) / f^3 [Moshier89]
  static constexpr float log[] = {3.3333331174e-1F,  -2.4999993993e-1F, 2.0000714765e-1F,
                                  -1.6668057665e-1F, 1.4249322787e-1F,  -1.2420140846e-1F,
                                  1.1676998740e-1F,  -1.1514610310e-1F, 7.0376836292e-2F};
  static constexpr std::int32_t root_half = 0x3f3504f3, tiny_scale = 24;
  static constexpr float nothing = 88.02969F;  // exp(-nothing) is 2^(least exponent - 1), which counts as 0
  // (2 artanh(x) - 2 x) / x^3 in x^2 for |x| <= 1/3, of least relative error in 2 artanh(x)
  static constexpr float artanh[] = {0.666664076F, 0.400220921F, 0.279916185F, 0.280662991F};
};
template <>
struct Constants<double> {
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double log2e = 1.4426950408889634, ln2_high = 6.93145751953125e-1,
                          ln2_low = 1.42860682030941723212e-6, ln2 = 0.693147180559945309;
  static constexpr double round = 6755399441055744.0;  // 1.5 * 2^52
  static constexpr double greatest = 709.782712893384, least = -708.3964185322641;
  static constexpr double exp[] = {0.500000000000000001,     0.166666666666666765,   0.0416666666666665087,
                                   0.00833333333332168256,   0.00138888888889623825, 0.00019841269885991868,
                                   0.0000248015871725406444, 2.75572443451198599e-6, 2.75574026165886807e-7,
                                   2.51089899687941491e-8,   2.0875346143839291e-9};
  // of log(1 + f) = 2 artanh(s), s = f / (2 + f): 2 / (2 k + 3) in s^2
  static constexpr double log[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
                                   2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23};
  static constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd, tiny_scale = 54;
  static constexpr double nothing = 709.0895657128241;
  static constexpr double artanh[] = {0.666666666666662781, 0.40000000000167499,  0.28571428546458994,
                                      0.222222240619931115, 0.181817404963608635, 0.153866364203100393,
                                      0.132999275204385435, 0.121146664840850822, 0.0830136776819065307,
                                      0.170925268422184087};
};

}  // namespace unfurl::packet::detail
