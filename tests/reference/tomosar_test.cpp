// Complex sparse inversion against a numpy program: tomographic radar of two scatterers.
#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "property/laws.hpp"
#include "reference/npy.hpp"
#include "reference/reference_data.hpp"
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

}  // namespace

TEST_CASE("complex ISTA and FISTA compute the reference's outputs") {
  const auto folder = reference_folder("sparse/tomosar");
  if (!folder) return;
  const auto expected = nlohmann::json::parse(std::ifstream(*folder / "expected.json"));
  const NpyArray a = read_npy(*folder / "A.npy"), g = read_npy(*folder / "g_test.npy");
  const std::size_t measured = a.shape[0], grid = a.shape[1];
  struct Row {
    const char* name;
    int layers;
    bool accelerated;
  };
  for (const Row& row : {Row{"ista16", 16, false}, Row{"fista500", 500, true}}) {
    INFO(row.name);
    const double share = expected.at("tuned").at(row.name).get<double>();
    const double step = 1 / expected.at("lipschitz_A").get<double>();
    const Model m = inversion(a, share);
    const AlgorithmPointer algorithm = ProximalGradient{.accelerated = row.accelerated, .step = step};
    const Network network = unroll(m, algorithm, row.layers).compile();
    const NpyArray output = read_npy(*folder / (std::string("expected_") + row.name + ".npy"));
    const std::size_t samples = output.shape[0], apart = g.shape[0] / samples;
    Numbers leaves;
    for (const Parameter& p : network.parameters()) leaves[p.name] = p.values;
    for (const bool imaginary : {false, true})
      for (std::size_t i = 0; i < measured; ++i)
        for (std::size_t s = 0; s < samples; ++s) {
          const std::complex<double> z = g.values[s * apart * measured + i];
          leaves["g"].push_back(imaginary ? z.imag() : z.real());
        }
    const Numbers results = evaluate<double>(program_of(network), leaves, static_cast<int>(samples));
    const std::vector<double>& x = results.at("x@" + std::to_string(row.layers));
    double most = 0;
    for (std::size_t s = 0; s < samples; ++s)
      for (std::size_t j = 0; j < grid; ++j)
        most = std::max(most, std::abs(std::complex(x[j * samples + s], x[(grid + j) * samples + s]) -
                                       output.values[s * grid + j]));
    CHECK(most < 1e-9);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
