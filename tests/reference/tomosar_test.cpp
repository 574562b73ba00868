// Complex sparse inversion against a numpy program: tomographic radar of two scatterers.
#include <doctest/doctest.h>

#include <algorithm>

#include "models/tomosar/scene.hpp"
#include "property/laws.hpp"
#include "reference/sparse_data.hpp"
#include "unfurl/complex.hpp"
#include "unfurl/formulas.hpp"

TEST_SUITE_BEGIN("reference");

namespace unfurl::test {

namespace {

/// 1/2 |g - A x|^2 + share max |A^H g| sum |x|.
Model inversion(const NpyArray& a, double share) {
  const int measured = static_cast<int>(a.shape[0]), grid = static_cast<int>(a.shape[1]);
  Model m("tomosar");
  const Complex g = complex_observed(m, "g", {measured});
  const ComplexParam A = complex_param(m, "A", matrix(measured, grid), a.values);
  const ComplexLatent x = complex_latent(m, "x", {grid});
  m.factor("fit", ComplexSquaredError{g, A * x});
  m.factor("sparse", ComplexL1{share * max(abs(adjoint(dense(A), {grid}) * g)), x});
  return m;
}

/// The same with thresholds of the algorithm's own.
Model inversion(const NpyArray& a) {
  const int measured = static_cast<int>(a.shape[0]), grid = static_cast<int>(a.shape[1]);
  Model m("tomosar");
  const ComplexLatent x = complex_latent(m, "x", {grid});
  m.factor("fit", ComplexSquaredError{complex_observed(m, "g", {measured}),
                                      complex_param(m, "A", matrix(measured, grid), a.values) * x});
  m.factor("sparse", ComplexL1{1.0, x});
  return m;
}

/// Results of the last layer for every `apart`-th row of g, sample by sample.
std::vector<std::complex<double>> run(const Network& network, const NpyArray& g, std::size_t apart) {
  const std::size_t measured = g.shape[1], samples = (g.shape[0] + apart - 1) / apart;
  Numbers leaves;
  for (const Parameter& p : network.parameters()) leaves[p.name] = p.values;
  for (const bool imaginary : {false, true})
    for (std::size_t i = 0; i < measured; ++i)
      for (std::size_t s = 0; s < samples; ++s) {
        const std::complex<double> z = g.values[s * apart * measured + i];
        leaves["g"].push_back(imaginary ? z.imag() : z.real());
      }
  const Numbers results = evaluate<double>(program_of(network), leaves, static_cast<int>(samples));
  const std::vector<double>& x = results.at("x@" + std::to_string(network.layers()));
  const std::size_t grid = x.size() / samples / 2;
  std::vector<std::complex<double>> found;
  for (std::size_t s = 0; s < samples; ++s)
    for (std::size_t j = 0; j < grid; ++j)
      found.emplace_back(x[j * samples + s], x[(grid + j) * samples + s]);
  return found;
}

double complex_difference(const std::vector<std::complex<double>>& a,
                          const std::vector<std::complex<double>>& b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

/// The matrix of products with pairs, by rows.
std::vector<double> blocks(const NpyArray& a) {
  const std::size_t m = a.shape[0], n = a.shape[1];
  std::vector<double> b(4 * m * n);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const std::complex<double> z = a.values[i * n + j];
      b[i * 2 * n + j] = b[(m + i) * 2 * n + n + j] = z.real();
      b[(m + i) * 2 * n + j] = z.imag();
      b[i * 2 * n + n + j] = -z.imag();
    }
  return b;
}

/// The networks that the reference names; of a row with five constants the last is that of a block rule, which is not
/// defined there and has to be 0.
std::optional<Network> network_of(const std::string& name, const nlohmann::json& expected,
                                  const NpyArray& a) {
  const double step = 1 / expected.at("lipschitz_A").get<double>();
  const auto plain = [&](bool accelerated, int layers) {
    return unroll(inversion(a, expected.at("tuned").at(name).get<double>()),
                  ProximalGradient{.accelerated = accelerated, .step = step}, layers)
        .compile();
  };
  if (name == "ista16") return plain(false, 16);
  if (name == "fista16") return plain(true, 16);
  if (name == "fista500") return plain(true, 500);
  if (!name.starts_with("hyperlista")) return {};
  const std::vector<double> c =
      expected.at("tuned").at(name.starts_with("hyperlista_abt") ? "hyperlista_abt20" : "hyperlista");
  if (c.size() > 4 && c[4] != 0) return {};
  const HyperLista rule{.threshold = c[0],
                        .momentum = name.ends_with("no_momentum") ? 0 : c[1],
                        .selection = c[2],
                        .step = c[3] / expected.at("spectral_norm_WhA").get<double>(),
                        .ridge = expected.at("ridge").get<double>()};
  return unroll(inversion(a), rule, 16).compile();
}

}  // namespace

TEST_CASE("the complex analytic weight with a ridge is that of the reference") {
  const auto folder = reference_folder("sparse/tomosar");
  if (!folder) return;
  const auto expected = read_json(*folder / "expected.json");
  const NpyArray a = read_npy(*folder / "A.npy"), w = read_npy(*folder / "W.npy");
  const double ridge = expected.at("ridge");
  const int m = static_cast<int>(a.shape[0]), n = static_cast<int>(a.shape[1]);
  const std::vector<double> weight =
      analytic_weight(blocks(a), 2 * m, 2 * n, AnalyticWeight::closed_form, ridge);
  CHECK(difference(weight, blocks(w)) < 1e-9);
  const Network network = unroll(inversion(a), HyperLista{.step = std::nullopt, .ridge = ridge}, 1).compile();
  CHECK(difference(network.parameter("hyperlista.weight").values, weight) < 1e-9);
  CHECK(network.parameter("hyperlista.step").values[0] * expected.at("spectral_norm_WhA").get<double>() ==
        doctest::Approx(1).epsilon(1e-9));
}

TEST_CASE("complex ISTA, FISTA and HyperLISTA compute the reference's outputs") {
  const auto folder = reference_folder("sparse/tomosar");
  if (!folder) return;
  const auto expected = read_json(*folder / "expected.json");
  const NpyArray a = read_npy(*folder / "A.npy"), g = read_npy(*folder / "g_test.npy");
  for (const std::string name : {"ista16", "fista500", "hyperlista16", "hyperlista_abt16"}) {
    INFO(name);
    const std::optional<Network> network = network_of(name, expected, a);
    if (!network) continue;
    const NpyArray output = read_npy(*folder / ("expected_" + name + ".npy"));
    CHECK(complex_difference(run(*network, g, g.shape[0] / output.shape[0]), output.values) < 1e-9);
  }
}

TEST_CASE("as many of the reference's pairs of scatterers are detected") {
  const auto folder = reference_folder("sparse/tomosar");
  if (!folder) return;
  const auto expected = read_json(*folder / "expected.json");
  const NpyArray a = read_npy(*folder / "A.npy"), g = read_npy(*folder / "g_test.npy");
  const std::vector<double> places = read_real_npy(*folder / "idx_test.npy").values;
  const auto& fixed = expected.at("fixed_set");
  const std::size_t per = fixed.at("rows_per_group"), groups = fixed.at("groups_snr_alpha").size();
  int seen = 0;
  for (const auto& [name, hits] : fixed.at("hits").items()) {
    if (name == "fista500")
      continue;  // 500 layers of 720 rows in double precision: its outputs are compared above
    const std::optional<Network> network = network_of(name, expected, a);
    if (!network) continue;
    INFO(name);
    const std::vector<std::complex<double>> x = run(*network, g, 1);
    const std::size_t grid = a.shape[1];
    for (std::size_t group = 0; group < groups; ++group) {
      int found = 0;
      for (std::size_t s = group * per; s < (group + 1) * per; ++s) {
        std::vector<double> profile;
        for (std::size_t j = 0; j < grid; ++j) profile.push_back(std::abs(x[s * grid + j]));
        const tomosar_model::Scene scene{static_cast<int>(places[2 * s]),
                                         static_cast<int>(places[2 * s + 1])};
        found += tomosar_model::detects(scene, profile) ? 1 : 0;
      }
      CHECK(std::abs(found - hits[group].get<int>()) <= 1);
    }
    ++seen;
  }
  CHECK(seen >= 4);
}

}  // namespace unfurl::test

TEST_SUITE_END();
