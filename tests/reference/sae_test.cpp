// Codes of an unfolded sparse autoencoder against a numpy program, on the pictures of Debian's dataset-fashion-mnist.
#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>

#include "models/restore/pictures.hpp"
#include "property/laws.hpp"
#include "reference/sparse_data.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("reference");

namespace unfurl::test {

TEST_CASE("ten layers with a trained dictionary and 16 non-zeros find the reference's codes") {
  const auto folder = reference_folder("sparse/sae");
  const char* elsewhere =
      std::getenv("UNFURL_FASHION_MNIST");  // where the package is unpacked but not installed
  const auto pictures = std::filesystem::path(elsewhere ? elsewhere : "/usr/share/datasets/fashion-mnist") /
                        "t10k-images-idx3-ubyte.gz";
  if (!folder) return;
  if (!std::filesystem::exists(pictures)) {
    MESSAGE("not run: the package dataset-fashion-mnist is not installed");
    return;
  }
  const auto expected = read_json(*folder / "expected.json");
  const Npy d = read_real_npy(*folder / "D_K10.npy"), mean = read_real_npy(*folder / "b.npy"),
            codes = read_real_npy(*folder / "expected_codes_D_K10_K10_first10.npy");
  const int samples = codes.rows(), atoms = codes.columns();
  const auto pixels = at(d.rows());

  const std::vector<float> grey = restore_model::read_pictures(pictures).pixels;
  std::vector<double> x;
  for (std::size_t i = 0; i < at(samples) * pixels; ++i)  // 8 bits, again in double precision
    x.push_back(std::round(static_cast<double>(grey[i]) * 255) / 255 - mean.values[i % pixels]);

  Model m("autoencoder");
  const auto z = m.latent("x", {atoms}, nonneg);
  m.factor("fit",
           SquaredError{m.observed("b", {d.rows()}), m.param("D", matrix(d.rows(), atoms), d.values) * z});
  m.factor("sparse", TopK{expected.at("nonzeros").get<double>(), z});
  const double norm = expected.at("norm2_D_K10");
  const Network network = unroll(m, ProximalGradient{.step = 1 / (norm * norm)}, 10).compile();
  CHECK(difference(run_layers(network, x, d.rows()).back(), codes.values) < 1e-9);
}

}  // namespace unfurl::test

TEST_SUITE_END();
