#include <doctest/doctest.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

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
      for (const std::size_t length : {1, 5, 64, 300}) {
        const std::vector<float> reference = white_noise(length, 1);
        const std::vector<float> estimate = sum(delayed(reference, length / 40), 0.3, white_noise(length, 2));
        INFO("taps " << taps << ", length " << length);
        if (length == 1)
          CHECK(sdr(reference, estimate, taps) > 140);  // a single number is a multiple of another
        else
          CHECK(sdr(reference, estimate, taps) ==
                doctest::Approx(sdr_by_definition(reference, estimate, taps)).epsilon(1e-9));
      }
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
    CHECK(sdr(reference, reference) > 100);
    CHECK(si_sdr(reference, reference) > 100);
    CHECK(std::isfinite(sdr(reference, reference)));
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
