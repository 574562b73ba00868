// Superimposed channel and symbols against a numpy program: LMMSE, and hard, soft and spectral interference cancellation.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "property/laws.hpp"
#include "reference/npy.hpp"
#include "reference/reference_data.hpp"
#include "unfurl/complex.hpp"
#include "unfurl/formulas.hpp"
#include "unfurl/linear_gaussian.hpp"

TEST_SUITE_BEGIN("reference");

namespace unfurl::test {

namespace {

/// y = sqrt(rho / N) Q h + sqrt(1 - rho) d + noise of variance 10^(-snr / 10), with quaternary symbols d.
Model superimposed(const NpyArray& q, double rho, double snr, bool spectral) {
  const int entries = static_cast<int>(q.shape[0]), antennas = static_cast<int>(q.shape[1]);
  Model m("csi");
  const Complex y = complex_observed(m, "y", {entries});
  const Param Q = m.param("Q", matrix(entries, antennas), q.real());
  const Param a = m.param("a", std::sqrt(rho / antennas)), c = m.param("c", std::sqrt(1 - rho));
  const ComplexLatent h = complex_latent(m, "h", {antennas}), d = complex_latent(m, "d", {entries});
  const Complex sum = a * (dense(Q) * h) + c * d;
  m.factor("observation", LinearGaussian{std::pow(10, -snr / 10) / 2, y.pair(), sum.pair()});
  if (spectral)
    m.factor("channel", SpectralPrior{1.5, 0.5, h.latent()});
  else
    m.factor("channel", GaussianPrior{0.5, h.latent()});
  m.factor("symbols", OneOf{{-std::sqrt(0.5), std::sqrt(0.5)}, d.latent()});
  return m;
}

/// Samples of complex numbers as leaves of a program, [real and imaginary parts][sample].
std::vector<double> as_leaf(const std::complex<double>* from, std::size_t samples, std::size_t entries) {
  std::vector<double> leaf;
  for (const bool imaginary : {false, true})
    for (std::size_t i = 0; i < entries; ++i)
      for (std::size_t s = 0; s < samples; ++s) {
        const std::complex<double> z = from[s * entries + i];
        leaf.push_back(imaginary ? z.imag() : z.real());
      }
  return leaf;
}

}  // namespace

TEST_CASE("interference cancellation computes the reference's channels, errors and bits") {
  const auto folder = reference_folder("sparse/csi");
  if (!folder) return;
  const auto expected = nlohmann::json::parse(std::ifstream(*folder / "expected.json")).at("fixed_set");
  const NpyArray q = read_npy(*folder / "Q.npy"), y = read_npy(*folder / "y.npy"),
                 h = read_npy(*folder / "h.npy"), bits = read_npy(*folder / "bits.npy"),
                 output = read_npy(*folder / "expected_h.npy");
  const std::size_t entries = q.shape[0], antennas = q.shape[1], samples = y.shape[1];
  REQUIRE(expected.size() == y.shape[0]);
  const std::vector<const char*> modes = {"hard", "soft", "soft_dft"};
  REQUIRE(output.shape ==
          std::vector<std::size_t>{y.shape[0], modes.size(), output.shape[2], samples, antennas});
  const std::size_t iterations = output.shape[2];
  for (std::size_t setting = 0; setting < y.shape[0]; ++setting)
    for (std::size_t mode = 0; mode < modes.size(); ++mode) {
      INFO(setting, " ", modes[mode]);
      const auto& want = expected[setting].at(modes[mode]);
      const Model m = superimposed(q, expected[setting].at("rho").get<double>(),
                                   expected[setting].at("snr").get<double>(), mode == 2);
      const Network network =
          unroll(m, InterferenceCancellation{.hard = mode == 0}, 2 * static_cast<int>(iterations)).compile();
      Numbers leaves;
      for (const Parameter& p : network.parameters()) leaves[p.name] = p.values;
      leaves["y"] = as_leaf(y.values.data() + setting * samples * entries, samples, entries);
      const Numbers results = evaluate<double>(program_of(network), leaves, static_cast<int>(samples));
      for (std::size_t k = 0; k < iterations; ++k) {
        const std::vector<double>& found = results.at("h@" + std::to_string(2 * k + 1));
        const std::vector<double>& symbols = results.at("d@" + std::to_string(2 * k + 2));
        double most = 0, error = 0, power = 0, wrong = 0;
        for (std::size_t s = 0; s < samples; ++s) {
          for (std::size_t i = 0; i < antennas; ++i) {
            const std::complex<double> z(found[i * samples + s], found[(antennas + i) * samples + s]);
            const std::complex<double> truth = h.values[(setting * samples + s) * antennas + i];
            const std::size_t at = ((setting * modes.size() + mode) * iterations + k) * samples + s;
            most = std::max(most, std::abs(z - output.values[at * antennas + i]));
            error += std::norm(z - truth), power += std::norm(truth);
          }
          for (std::size_t part = 0; part < 2; ++part)
            for (std::size_t i = 0; i < entries; ++i) {
              const bool negative = symbols[(part * entries + i) * samples + s] < 0;
              const double bit = bits.values[((setting * samples + s) * entries + i) * 2 + part].real();
              wrong += negative != (bit == 1);
            }
        }
        CHECK(most < 1e-9);
        CHECK(std::abs(10 * std::log10(error / power) - want.at("nmse_db")[k].get<double>()) < 1e-6);
        CHECK(wrong ==
              doctest::Approx(want.at("ber")[k].get<double>() * static_cast<double>(2 * samples * entries)));
      }
    }
}

}  // namespace unfurl::test

TEST_SUITE_END();
