// Functions of packets against those of long double, over all floats if UNFURL_ALL_FLOATS is set, else over one in 4099.
#include "core/packet.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <numeric>
#include <random>
#include <vector>

namespace unfurl::test {

namespace {

/// Distance in units in the last place; results below the smallest normal number may be 0.
template <class T>
double distance(T found, long double wanted) {
  constexpr double far = 1e30;
  const T rounded = static_cast<T>(wanted);
  if (std::isnan(rounded) || std::isnan(found)) return std::isnan(rounded) && std::isnan(found) ? 0 : far;
  if (std::isinf(rounded) || std::isinf(found)) return rounded == found ? 0 : far;
  const long double apart = std::fabs(static_cast<long double>(found) - wanted);
  if (std::fabs(wanted) < static_cast<long double>(std::numeric_limits<T>::min()))
    return apart <= static_cast<long double>(std::numeric_limits<T>::min()) ? 0 : far;
  const int exponent = std::ilogb(rounded) - (std::numeric_limits<T>::digits - 1);
  return static_cast<double>(apart / std::ldexp(1.0L, exponent));
}

template <class T, class F, class G>
double worst(const std::vector<T>& x, F function, G exact) {
  std::vector<T> y(x.size());
  packet::map(y.data(), x.data(), static_cast<std::ptrdiff_t>(x.size()), function);
  double most = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    most = std::max(most, distance(y[i], exact(static_cast<long double>(x[i]))));
  return most;
}

template <class T>
void check_functions(const std::vector<T>& x) {
  using Real = long double;
  CHECK(worst(
            x, [](auto v) { return packet::exp<T>(v); }, [](Real v) { return std::exp(v); }) < 2);
  CHECK(worst(
            x, [](auto v) { return packet::log<T>(v); }, [](Real v) { return std::log(v); }) < 2);
  CHECK(worst(
            x, [](auto v) { return packet::tanh<T>(v); }, [](Real v) { return std::tanh(v); }) < 3);
  CHECK(worst(
            x, [](auto v) { return packet::logistic<T>(v); }, [](Real v) { return 1 / (1 + std::exp(-v)); }) <
        4);
  CHECK(worst(
            x, [](auto v) { return packet::softplus<T>(v); },
            [](Real v) { return v < 0 ? std::log1p(std::exp(v)) : v + std::log1p(std::exp(-v)); }) < 3);
  const auto size = [](auto v) { return packet::abs(v); };
  CHECK(worst(
            x, [=](auto v) { return packet::exp_of_negative<T>(-size(v)); },
            [](Real v) { return std::exp(-std::fabs(v)); }) < 2);
  CHECK(worst(
            x, [=](auto v) { return packet::Decay<T>(size(v)).left; },
            [](Real v) { return std::exp(-std::fabs(v)); }) < 2);
  CHECK(worst(
            x, [=](auto v) { return packet::Decay<T>(size(v)).lost; },
            [](Real v) { return -std::expm1(-std::fabs(v)); }) < 2);
}

/// Of the difference where the numbers are near each other, and else of the numbers.
template <class T>
void check_logarithms_of_ratios() {
  std::mt19937 random(4);
  std::uniform_real_distribution<double> unit(-1, 1);
  const packet::Packet<T> one = packet::constant(T(1));
  for (int i = 0; i < 20000; ++i) {
    const T n = static_cast<T>(std::exp(40 * unit(random))), d = static_cast<T>(std::exp(40 * unit(random)));
    const long double wanted = std::log(static_cast<long double>(n)) - std::log(static_cast<long double>(d));
    const packet::Packet<T> far = packet::log_of_ratio<T>(n * one, d * one, one != one, one);
    CHECK(std::fabs(far[3] - wanted) <=
          2 * std::numeric_limits<T>::epsilon() * std::fmax(std::fabs(wanted), 1.0L));
    const T more = static_cast<T>(std::exp(-40 * std::fabs(unit(random))));
    const packet::Packet<T> near = packet::log_of_ratio<T>(more + one, one, one == one, more * one);
    CHECK(distance(near[0], std::log1p(static_cast<long double>(more))) < 3);
    const T small = more / 3;
    CHECK(distance(packet::twice_artanh<T>(-small * one)[1],
                   -2 * std::atanh(static_cast<long double>(small))) < 2);
  }
}

}  // namespace

TEST_SUITE_BEGIN("property");

TEST_CASE("functions of packets are right in all but the last digits, for every kind of float") {
  const std::uint64_t step = std::getenv("UNFURL_ALL_FLOATS") ? 1 : 4099;
  std::vector<float> x;
  for (std::uint64_t bits = 0; bits < std::uint64_t{1} << 32; bits += step) {
    const auto word = static_cast<std::uint32_t>(bits);
    float value = 0;
    std::memcpy(&value, &word, sizeof value);
    x.push_back(value);
    if (x.size() == 1 << 20) check_functions(x), x.clear();
  }
  for (const float limit : {0.0F, -0.0F, HUGE_VALF, -HUGE_VALF, std::nanf("")}) x.push_back(limit);
  check_functions(x);
}

TEST_CASE("functions of packets are right in all but the last digits, for doubles of every size") {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> unit(-1, 1);
  std::vector<double> x{0.0, -0.0, HUGE_VAL, -HUGE_VAL, std::nan("")};
  for (int i = 0; i < 200000; ++i) {
    x.push_back(unit(random) * std::pow(10.0, 307 * unit(random)));
    x.push_back(800 * unit(random));
    x.push_back(unit(random));
  }
  check_functions(x);
}

TEST_CASE("logarithms of ratios are right in all but the last digits, however near the numbers are") {
  check_logarithms_of_ratios<float>();
  check_logarithms_of_ratios<double>();
}

TEST_CASE("what a packet's function gives does not depend on the place, nor on how many there are") {
  std::mt19937_64 random(2);
  std::normal_distribution<float> normal(0, 20);
  std::vector<float> x(100), whole(100), parts(100);
  for (float& v : x) v = normal(random);
  const auto function = [](auto v) { return packet::log<float>(packet::exp<float>(v) + 1.0F); };
  packet::map(whole.data(), x.data(), 100, function);
  for (const std::ptrdiff_t size : {1, 3, 7, 8, 15, 16, 17, 40}) {
    for (std::ptrdiff_t at = 0; at < 100; at += size)
      packet::map(parts.data() + at, x.data() + at, std::min<std::ptrdiff_t>(size, 100 - at), function);
    CHECK(parts == whole);
  }
}

TEST_CASE("a part of a packet is loaded with zeros behind it, and two values fill its halves") {
  std::vector<double> x(8);
  std::iota(x.begin(), x.end(), 1.0);
  for (std::ptrdiff_t n = 0; n <= 8; ++n) {
    const packet::Packet<double> some = packet::load(x.data(), n);
    for (std::ptrdiff_t i = 0; i < 8; ++i) CHECK(some[i] == (i < n ? x[static_cast<std::size_t>(i)] : 0.0));
  }
  const packet::Packet<float> two = packet::halves(1.5F, -2.0F);
  for (std::ptrdiff_t i = 0; i < 16; ++i) CHECK(two[i] == (i < 8 ? 1.5F : -2.0F));
}

TEST_SUITE_END();

}  // namespace unfurl::test
