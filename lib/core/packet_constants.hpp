// Coefficients of the functions on packets.
#pragma once

#include <cstdint>

namespace unfurl::packet::detail {

template <class T>
struct Constants;
template <>
struct Constants<float> {
  static constexpr int mantissa = 23, bias = 127;
  static constexpr float log2e = 1.44269504F, ln2_high = 0.693359375F, ln2_low = -2.12194440e-4F;
  static constexpr float round = 12582912.0F;  // 1.5 * 2^23: what is added to it is rounded to a whole number
  static constexpr float greatest = 88.72283F, least = -87.33654F;  // between them exp has a normal number
  // (exp(r) - 1 - r) / r^2 and (log(1 + f) - f + f^2 / 2) / f^3 [Moshier89]
  static constexpr float exp[] = {5.0000001201e-1F, 1.6666665459e-1F, 4.1665795894e-2F,
                                  8.3334519073e-3F, 1.3981999507e-3F, 1.9875691500e-4F};
  static constexpr float log[] = {3.3333331174e-1F,  -2.4999993993e-1F, 2.0000714765e-1F,
                                  -1.6668057665e-1F, 1.4249322787e-1F,  -1.2420140846e-1F,
                                  1.1676998740e-1F,  -1.1514610310e-1F, 7.0376836292e-2F};
  static constexpr std::int32_t root_half = 0x3f3504f3, tiny_scale = 24;
  // (exp(x) - 1 - x) / x^2 for |x| <= 0.7
  static constexpr float expm1[] = {0.5F,       1.0F / 6,    1.0F / 24,    1.0F / 120,
                                    1.0F / 720, 1.0F / 5040, 1.0F / 40320, 1.0F / 362880};
  // (tanh(x) - x) / x^3 in x^2 for |x| <= 0.625 [Moshier89]
  static constexpr float tanh[] = {-3.33332819422e-1F, 1.33314422036e-1F, -5.37397155531e-2F,
                                   2.06390887954e-2F, -5.70498872745e-3F};
};
template <>
struct Constants<double> {
  static constexpr int mantissa = 52, bias = 1023;
  static constexpr double log2e = 1.4426950408889634, ln2_high = 6.93145751953125e-1,
                          ln2_low = 1.42860682030941723212e-6;
  static constexpr double round = 6755399441055744.0;  // 1.5 * 2^52
  static constexpr double greatest = 709.782712893384, least = -708.3964185322641;
  static constexpr double exp[] = {1.0 / 2,       1.0 / 6,        1.0 / 24,        1.0 / 120,
                                   1.0 / 720,     1.0 / 5040,     1.0 / 40320,     1.0 / 362880,
                                   1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800};
  // of log(1 + f) = 2 artanh(s), s = f / (2 + f): 2 / (2 k + 3) in s^2
  static constexpr double log[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
                                   2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23};
  static constexpr std::int64_t root_half = 0x3fe6a09e667f3bcd, tiny_scale = 54;
  static constexpr double expm1[] = {
      1.0 / 2,         1.0 / 6,          1.0 / 24,          1.0 / 120,           1.0 / 720,
      1.0 / 5040,      1.0 / 40320,      1.0 / 362880,      1.0 / 3628800,       1.0 / 39916800,
      1.0 / 479001600, 1.0 / 6227020800, 1.0 / 87178291200, 1.0 / 1307674368000, 1.0 / 20922789888000};
  static constexpr double tanh_over[] = {-1.61468768441708447952e3, -9.92877231001918586564e1,
                                         -9.64399179425052238628e-1};
  static constexpr double tanh_under[] = {4.84406305325125486048e3, 2.23548839060100448583e3,
                                          1.12811678491632931402e2, 1.0};
};

}  // namespace unfurl::packet::detail
