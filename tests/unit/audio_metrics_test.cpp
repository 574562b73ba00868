#include <doctest/doctest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "unfurl/error.hpp"
#include "unfurl/metrics.hpp"
#include "unit/audio_helpers.hpp"

using namespace unfurl::audio;
using audio_test::tone;
using audio_test::white_noise;

namespace {

/// The definition, without any trick: least squares on the matrix of delayed references.
double sdr_by_definition(const std::vector<float>& reference, const std::vector<float>& estimate, int taps) {
  const auto length = static_cast<Eigen::Index>(reference.size());
  Eigen::MatrixXd delayed = Eigen::MatrixXd::Zero(length + taps - 1, taps);
  Eigen::VectorXd target = Eigen::VectorXd::Zero(length + taps - 1);
  for (Eigen::Index i = 0; i < length; ++i) {
    target[i] = estimate[static_cast<std::size_t>(i)];
    for (Eigen::Index delay = 0; delay < taps; ++delay)
      delayed(i + delay, delay) = reference[static_cast<std::size_t>(i)];
  }
  const Eigen::VectorXd projection = delayed * delayed.colPivHouseholderQr().solve(target);
  return 10 * std::log10(projection.squaredNorm() / (target - projection).squaredNorm());
}

std::vector<float> sum(const std::vector<float>& a, double gain, const std::vector<float>& b) {
  std::vector<float> result = a;
  for (std::size_t i = 0; i < a.size(); ++i) result[i] += static_cast<float>(gain * b[i]);
  return result;
}

/// Numbers of a fixed congruential generator, the same everywhere.
std::vector<float> steps(std::size_t length) {
  std::vector<float> result;
  for (std::uint32_t x = 1; result.size() < length;) {
    x = (1103515245U * x + 12345U) & 0x7FFFFFFFU;
    result.push_back(static_cast<float>((x >> 16) & 0xFFU) - 127.5F);
  }
  return result;
}
std::vector<float> alternating(std::size_t length) {
  std::vector<float> result(length, 1);
  for (std::size_t t = 1; t < length; t += 2) result[t] = -1;
  return result;
}
std::vector<float> bell(std::size_t length) {
  const double n = static_cast<double>(length);
  std::vector<float> result;
  for (double t = 0; t < n; ++t)
    result.push_back(static_cast<float>(std::exp(-std::pow((t - n / 2) / (n / 8), 2))));
  return result;
}
/// 50 Hz at 16 kHz, faded in and out.
std::vector<float> faded_hum(std::size_t length) {
  constexpr double pi = std::numbers::pi;
  std::vector<float> result;
  for (double t = 0; t < static_cast<double>(length); ++t)
    result.push_back(static_cast<float>(std::pow(std::sin(pi * t / static_cast<double>(length)), 2) *
                                        std::sin(2 * pi * 50 * t / 16000)));
  return result;
}
/// Coefficients of (1 + z)^order: exact, and nothing at the highest frequencies.
std::vector<float> binomial(std::size_t length, std::size_t order) {
  std::vector<float> result(length);
  result[0] = 1;
  for (std::size_t k = 0; k < order; ++k)
    for (std::size_t i = k + 1; i > 0; --i) result[i] += result[i - 1];
  return result;
}

std::vector<float> delayed(const std::vector<float>& signal, std::size_t samples) {
  std::vector<float> result(signal.size());
  std::copy(signal.begin(), signal.end() - static_cast<std::ptrdiff_t>(samples),
            result.begin() + static_cast<std::ptrdiff_t>(samples));
  return result;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("sdr: equals the definition") {
    for (const int taps : {1, 2, 7, 30})
      for (const std::size_t length : {1U, 5U, 64U, 300U}) {
        const std::vector<float> reference = white_noise(length, 1);
        const std::vector<float> estimate = sum(delayed(reference, length / 40), 0.3, white_noise(length, 2));
        INFO("taps " << taps << ", length " << length);
        if (length == 1)
          CHECK(sdr(reference, estimate, taps) == 240);  // a single number is a multiple of another
        else
          CHECK(sdr(reference, estimate, taps) ==
                doctest::Approx(sdr_by_definition(reference, estimate, taps)).epsilon(1e-9));
      }
  }

  TEST_CASE("sdr: smooth and faded references, whose delays are nearly dependent") {
    const auto is = [](double found, double exact) { CHECK(std::abs(found - exact) < 1e-3); };
    // From the Gram matrix of the floats in rational arithmetic.
    is(sdr(bell(64), alternating(64), 128), 3.4284767731);
    is(sdr(bell(60), alternating(60), 60), 2.2197766257);
    is(sdr(bell(40), alternating(40), 40), -16.0343515487);
    is(sdr(bell(60), steps(60), 60), -4.0117036105);
    is(sdr(faded_hum(150), steps(150), 60), -11.1674502526);
    is(sdr(faded_hum(150), steps(150), 100), -9.5573364771);
    is(sdr(binomial(60, 20), steps(60), 40), 2.6138990895);
    is(sdr(binomial(60, 20), steps(60), 80), 6.8293928330);
    is(sdr(binomial(60, 20), steps(60), 160), 9.2035776573);
    is(sdr(binomial(60, 26), steps(60), 160), 6.9597842627);
    is(si_sdr(bell(64), alternating(64)), -168.5854864856);
    // Beyond any precision at hand.
    CHECK_THROWS_WITH_AS(sdr(binomial(60, 26), steps(60), 2000), doctest::Contains("2000 delays"),
                         unfurl::NumericalError);
  }

  TEST_CASE("sdr: longer filters never lower it, and none is below si_sdr") {
    const std::size_t n = 500;
    std::vector<float> constant(n, 1), ramp, impulse(n), last(n), denormal = white_noise(n, 3);
    for (std::size_t t = 0; t < n; ++t) ramp.push_back(static_cast<float>(t));
    impulse[7] = 1e30F;
    last[n - 1] = -1e-30F;
    for (float& x : denormal) x *= 1e-42F;
    const std::vector<std::vector<float>> signals = {constant,
                                                     ramp,
                                                     impulse,
                                                     last,
                                                     denormal,
                                                     bell(n),
                                                     faded_hum(n),
                                                     alternating(n),
                                                     steps(n),
                                                     binomial(n, 8),
                                                     tone(1000, 16000, n),
                                                     white_noise(n, 1)};
    for (std::size_t r = 0; r < signals.size(); ++r)
      for (std::size_t e = 0; e < signals.size(); ++e) {
        CAPTURE(r);
        CAPTURE(e);
        double before = si_sdr(signals[r], signals[e]);
        CHECK(sdr(signals[r], signals[e], 1) == before);
        if (r == e) CHECK(before == 240);
        for (const int taps : {2, 5, 20, 80}) {
          const double found = sdr(signals[r], signals[e], taps);
          CHECK(found >= si_sdr(signals[r], signals[e]));
          CHECK(found >= before - 1e-3);
          CHECK(std::abs(found) <= 240);
          before = found;
        }
      }
    const std::vector<float> first = {1, 0}, second = {0, 1};
    CHECK(si_sdr(first, second) == -240);
    CHECK(sdr(first, second, 2) == 240);
  }

  TEST_CASE("sdr: forgives a gain and a short filter; si_sdr forgives the gain alone") {
    std::vector<float> reference = white_noise(8000, 1);
    std::fill(reference.end() - 512, reference.end(), 0.0F);  // so that nothing is pushed out at the end
    const std::vector<float> noise = white_noise(8000, 2);
    const std::vector<float> noisy = sum(reference, 0.5, noise);
    std::vector<float> quiet = noisy;
    for (float& x : quiet) x *= -0.125F;
    CHECK(sdr(reference, quiet) == doctest::Approx(sdr(reference, noisy)).epsilon(1e-9));
    CHECK(si_sdr(reference, quiet) == doctest::Approx(si_sdr(reference, noisy)).epsilon(1e-9));
    CHECK(si_sdr(reference, noisy) == doctest::Approx(sdr(reference, noisy, 1)).epsilon(1e-9));
    CHECK(si_sdr(reference, noisy) == doctest::Approx(-20 * std::log10(0.5)).epsilon(0.1));

    const std::vector<float> echoed = sum(delayed(reference, 3), 0.4, delayed(reference, 511));
    CHECK(sdr(reference, echoed) > 100);
    CHECK(si_sdr(reference, echoed) < -20);
    CHECK(sdr(reference, delayed(reference, 512)) < 0);  // just too late
    CHECK(sdr(reference, reference) == 240);
    CHECK(si_sdr(reference, reference) == 240);
  }

  TEST_CASE("sdr: a reference of few frequencies, whose delays are dependent, is no trouble") {
    const std::vector<float> reference = tone(1000, 16000, 16000);
    const double ratio = sdr(reference, sum(reference, 0.1, white_noise(16000, 2)));
    CHECK(ratio > 15);  // 0.125 / (0.01 / 3), a little more for the noise that the filter explains
    CHECK(ratio < 17);
  }

  TEST_CASE("sdr: what has no ratio is refused") {
    const std::vector<float> signal = white_noise(100, 1), silence(100), shorter(99);
    std::vector<float> broken = signal;
    broken[7] = std::numeric_limits<float>::quiet_NaN();
    using Metric = double (*)(std::span<const float>, std::span<const float>);
    const Metric filtered = [](std::span<const float> a, std::span<const float> b) { return sdr(a, b); };
    for (const Metric metric : {filtered, Metric{si_sdr}}) {
      audio_test::refuses([&] { metric(signal, shorter); }, "100 (reference) and 99 (estimate)");
      audio_test::refuses([&] { metric({}, {}); }, "at least one sample");
      audio_test::refuses([&] { metric(silence, signal); }, "the reference signal is silent");
      audio_test::refuses([&] { metric(signal, silence); }, "the estimated signal is silent");
      audio_test::refuses([&] { metric(broken, signal); }, "not finite");
      audio_test::refuses([&] { metric(signal, broken); }, "not finite");
    }
    audio_test::refuses([&] { sdr(signal, signal, 0); }, "0 taps");
  }
}
