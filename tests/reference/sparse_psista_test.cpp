// Periodic sketched ISTA against another program, layer by layer.
#include <doctest/doctest.h>

#include <cmath>

#include "reference/sparse_data.hpp"
#include "unfurl/operators.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("reference");

namespace unfurl::test {

namespace {

using nlohmann::json;

/// A factor for the full matrix, "full", and one for every other that is applied in a layer.
struct Sketched {
  Model model{"psista"};
  std::vector<std::string> turns;
};

Sketched sketched(const Npy& a, const Npy& gauss, const std::string& kind, int period, int rows, int layers) {
  Sketched s;
  Model& m = s.model;
  const auto n = a.columns(), all = a.rows();
  const auto x = m.latent("x", {n});
  const auto b = m.observed("b", {all});
  const auto A = m.param("A", matrix(all, n), a.values);
  m.factor("sparse", L1{m.param("lambda", 1.0, nonneg), x});
  for (int layer = 1; layer <= layers; ++layer) {
    const bool full = period > 0 && layer % period == 0, cyclic = kind == "rows_cyclic";
    const std::string name = full     ? "full"
                             : cyclic ? "sketch " + std::to_string((layer - 1) * rows % all)
                                      : "sketch";
    const bool known = std::find(s.turns.begin(), s.turns.end(), name) != s.turns.end();
    s.turns.push_back(name);
    if (full && !known) m.factor(name, SquaredError{b, A * x});
    if (full || known) continue;
    std::vector<double> phi(static_cast<std::size_t>(rows) * static_cast<std::size_t>(all), 0);
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < all; ++j) {
        const auto to =
            static_cast<std::size_t>(i) * static_cast<std::size_t>(all) + static_cast<std::size_t>(j);
        if (cyclic)
          phi[to] = j == ((layer - 1) * rows + i) % all ? std::sqrt(static_cast<double>(all) / rows) : 0;
        else
          phi[to] = gauss.values[to] / std::sqrt(static_cast<double>(rows));
      }
    const Operator sketch = unfurl::sketch(rows, phi);
    m.factor(name, SquaredError{sketch * b, (sketch * dense(A)) * x});
  }
  return s;
}

}  // namespace

TEST_CASE("ISTA of sketches in turn is that of the reference") {
  const auto root = reference_folder("sparse");
  if (!root) return;
  const auto folder = *root / "psista";
  const Npy a = read_real_npy(*root / "lista" / "A.npy"), x = read_real_npy(*root / "lista" / "x_test.npy"),
            y = read_real_npy(folder / "y_test.npy"), gauss = read_real_npy(folder / "G.npy");
  const json expected = read_json(folder / "expected.json");
  for (const json& row : expected.at("rows")) {
    const std::string kind = row.at("sketch");
    if (kind == "gauss_fresh") continue;  // its sketches are not in the folder
    const int period = row.at("period"), rows = row.at("sketch_rows"), layers = row.at("layers");
    INFO(kind << ", period " << period << ", " << rows << " rows, " << layers << " layers");
    const Sketched s = sketched(a, gauss, kind, period, rows, layers);
    Network network = unroll(s.model, ProximalGradient{.step = 1, .turns = s.turns}, layers)
                          .untie("ista.step")
                          .untie("lambda")
                          .compile();
    const auto check = [&](const std::vector<double>& gamma, const std::vector<double>& lambda,
                           const char* what) {
      set_layers(network, "ista.step", gamma);
      set_layers(network, "lambda", lambda);
      const auto results = run_layers(network, y.values, a.rows());
      CHECK(std::abs(nmse(results.back(), x.values) - row.at(std::string("nmse_") + what).get<double>()) <
            0.01);
      const std::string table = std::string("per_layer_") + what;
      if (!row.contains(table)) return results.back();
      for (std::size_t k = 0; k < results.size(); ++k)
        CHECK(std::abs(nmse(results[k], x.values) - row.at(table)[k].get<double>()) < 0.01);
      return results.back();
    };
    const std::vector<double> grid =
        row.at("grid_params");  // steps of full and sketched layers, weight and its decay
    std::vector<double> gamma, lambda;
    for (int k = 0; k < layers; ++k) {
      gamma.push_back(grid[s.turns[static_cast<std::size_t>(k)] == "full" ? 0 : 1]);
      lambda.push_back(grid[2] * std::pow(grid[3], k));
    }
    const std::vector<double> result = check(gamma, lambda, "grid");
    const auto file = folder / ("expected_" + kind + "_p" + std::to_string(period) + "_m" +
                                std::to_string(rows) + "_T" + std::to_string(layers) + "_grid.npy");
    if (std::filesystem::exists(file)) {
      const Npy expected = read_real_npy(file);
      CHECK(difference({result.begin(), result.begin() + static_cast<std::ptrdiff_t>(expected.values.size())},
                       expected.values) < 1e-9);
    }
    if (!row.contains("gamma_trained")) continue;
    gamma = row.at("gamma_trained").get<std::vector<double>>();
    lambda = row.at("theta_trained").get<std::vector<double>>();
    for (std::size_t k = 0; k < gamma.size(); ++k) lambda[k] /= gamma[k];
    (void)check(gamma, lambda, "trained");
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
