// ISTA, FISTA, ALISTA and HyperLISTA against another program, layer by layer.
#include <doctest/doctest.h>

#include "reference/sparse_data.hpp"
#include "unfurl/operators.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("reference");

namespace unfurl::test {

namespace {

using nlohmann::json;
using Weight = ProximalGradient::Weight;

struct Reference {
  std::filesystem::path folder;
  Npy a, w, x;
  std::vector<double> b;
  json expected, trained;
};

std::optional<Reference> load() {
  const auto root = reference_folder("sparse");
  if (!root) return {};
  const auto folder = *root / "lista";
  Reference r{folder,
              read_real_npy(folder / "A.npy"),
              read_real_npy(folder / "W.npy"),
              read_real_npy(folder / "x_test.npy"),
              {},
              read_json(folder / "expected.json"),
              read_json(folder / "trained.json")};
  r.b = measure(r.a, r.x.values);
  return r;
}

Model model_of(const Npy& a, double weight) {
  Model m("lista");
  const auto x = m.latent("x", {a.columns()});
  m.factor("fit", SquaredError{m.observed("b", {a.rows()}),
                               m.param("A", matrix(a.rows(), a.columns()), a.values) * x});
  m.factor("sparse", L1{m.param("lambda", weight, nonneg), x});
  return m;
}

/// The number that follows a word in a name: of "ista_lam0.1" after "lam" 0.1.
std::optional<double> number_after(const std::string& name, const std::string& word) {
  const auto at = name.find(word);
  if (at == std::string::npos) return {};
  return std::stod(name.substr(at + word.size()));
}

void check_layers(const std::string& name, const json& row, const std::vector<std::vector<double>>& layers,
                  const std::vector<double>& truth, double tolerance = 0.01) {
  INFO(name);
  const std::vector<double> per_layer = row.at("per_layer");
  if (per_layer.size() == layers.size())
    for (std::size_t k = 0; k < layers.size(); ++k) {
      INFO("layer " << k + 1);
      CHECK(std::abs(nmse(layers[k], truth) - per_layer[k]) < tolerance);
    }
  CHECK(std::abs(nmse(layers.back(), truth) - row.at("nmse_db").get<double>()) < tolerance);
}

/// The first rows of the result, where there is a file of them.
void check_rows(const Reference& r, const std::string& name, const std::vector<double>& result) {
  const auto file = r.folder / ("expected_" + name + ".npy");
  if (!std::filesystem::exists(file)) return;
  const Npy expected = read_real_npy(file);
  INFO(name);
  CHECK(difference({result.begin(), result.begin() + static_cast<std::ptrdiff_t>(expected.values.size())},
                   expected.values) < 1e-9);
}

/// ALISTA with steps gamma and thresholds theta for every layer, and a given weight.
Network alista(const Reference& r, const Npy& weight, const std::vector<double>& gamma,
               const std::vector<double>& theta, bool selection) {
  ProximalGradient rule{.step = 1, .weight = Weight::coupled};
  if (selection) rule.selection = {0.012, 0.13};
  Network network = unroll(model_of(r.a, 1), rule, static_cast<int>(gamma.size()))
                        .untie("ista.step")
                        .untie("lambda")
                        .compile();
  network.set("ista.weight", weight.values);
  std::vector<double> lambda;
  for (std::size_t k = 0; k < gamma.size(); ++k) lambda.push_back(theta[k] / gamma[k]);
  set_layers(network, "ista.step", gamma);
  set_layers(network, "lambda", lambda);
  return network;
}

}  // namespace

TEST_CASE("ISTA and FISTA are those of the reference") {
  const auto r = load();
  if (!r) return;
  const double step = 1 / r->expected.at("L").get<double>();
  int seen = 0;
  for (const auto& [name, row] : r->expected.at("expected").items()) {
    const bool fast = name.starts_with("fista_");
    if (!fast && !name.starts_with("ista_")) continue;
    const double lambda = row.contains("lam") ? row["lam"].get<double>() : number_after(name, "lam").value();
    int layers = r->expected.at("layers");
    if (const auto iterations = name.find("it_"); iterations != std::string::npos)
      layers = std::stoi(name.substr(name.find('_') + 1));
    const Network network =
        unroll(model_of(r->a, lambda), ProximalGradient{.accelerated = fast, .step = step}, layers).compile();
    // Whole tables for as many layers as they have, and the last of hundreds.
    const auto results = run_layers(network, r->b, r->a.rows());
    check_layers(name, row, results, r->x.values, row.contains("lam") ? 0.02 : 0.01);
    check_rows(*r, name, results.back());
    ++seen;
  }
  CHECK(seen >= 6);
}

TEST_CASE("the analytic weight is that of the reference, by its closed form and by projected gradients") {
  const auto r = load();
  if (!r) return;
  const int m = r->a.rows(), n = r->a.columns();
  CHECK(difference(analytic_weight(r->a.values, m, n), r->w.values) < 1e-9);
  CHECK(difference(analytic_weight(r->a.values, m, n, AnalyticWeight::projected_gradient), r->w.values) <
        5e-5);
  const Network network =
      unroll(model_of(r->a, 1), ProximalGradient{.weight = Weight::analytic}, 1).compile();
  CHECK(difference(network.parameter("ista.weight").values, r->w.values) < 1e-9);
  CHECK(!network.parameter("ista.weight").trained);
}

TEST_CASE("ALISTA with geometric thresholds, with and without selection") {
  const auto r = load();
  if (!r) return;
  const int layers = r->expected.at("layers");
  for (const std::string name : {"alista_geometric", "alista_geometric_ss", "W=A_geometric_ss"}) {
    const json& row = r->expected.at("expected").at(name);
    const double t0 = row.at("t0"), rho = row.at("rho"), gamma = row.at("gamma");
    std::vector<double> theta;
    for (int k = 0; k < layers; ++k) theta.push_back(t0 * std::pow(rho, k));
    const bool selection = name.ends_with("_ss");
    const Network network = alista(*r, name.starts_with("W=A") ? r->a : r->w,
                                   std::vector<double>(theta.size(), gamma), theta, selection);
    const auto results = run_layers(network, r->b, r->a.rows());
    check_layers(name, row, results, r->x.values);
    check_rows(*r, name, results.back());
  }
}

TEST_CASE("ALISTA with the trained steps and thresholds") {
  const auto r = load();
  if (!r) return;
  for (const auto& [name, row] : r->trained.items()) {
    if (!row.is_object()) continue;
    const bool selection = !row.at("selection").is_null();
    const Network network =
        alista(*r, name.starts_with("W=A") ? r->a : r->w, row.at("gamma"), row.at("theta"), selection);
    check_layers(name, row, run_layers(network, r->b, r->a.rows()), r->x.values, selection ? 0.1 : 0.01);
  }
}

TEST_CASE("HyperLISTA is that of the reference") {
  const auto r = load();
  if (!r) return;
  const json& rows = r->expected.at("expected");
  const auto check = [&](const std::string& name, const std::string& numbers, HyperLista rule,
                         double scale = 1) {
    if (!rows.contains(name)) return;
    const std::vector<double> c = rows.at(numbers).at("c");
    rule.threshold = c[0];
    rule.momentum = rule.momentum > 0 ? c[1] : 0;
    rule.selection = rule.selection > 0 ? c[2] : 0;
    Network network = unroll(model_of(r->a, 1), rule, r->expected.at("layers")).compile();
    network.set("hyperlista.weight", r->w.values);
    std::vector<double> b = r->b, x = r->x.values;
    for (double& v : b) v *= scale;
    for (double& v : x) v *= scale;
    const auto results = run_layers(network, b, r->a.rows());
    check_layers(name, rows.at(name), results, x);
    if (scale == 1) check_rows(*r, name, results.back());
  };
  check("hyperlista_fixed_c", "hyperlista_fixed_c", {});
  check("hyperlista_fixed_c_quantile_selection", "hyperlista_fixed_c_quantile_selection",
        {.count = HyperLista::Count::quantile});
  check("hyperlista_fixed_c_no_momentum", "hyperlista_fixed_c", {.momentum = 0});
  check("hyperlista_fixed_c_no_selection", "hyperlista_fixed_c", {.selection = 0});
  check("hyperlista_tuned_c", "hyperlista_tuned_c", {});
  check("hyperlista_tuned_c_amplitude_x0.1", "hyperlista_tuned_c", {}, 0.1);
}

}  // namespace unfurl::test

TEST_SUITE_END();
