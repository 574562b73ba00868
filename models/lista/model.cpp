#include "models/lista/model.hpp"

#include <cmath>

namespace unfurl::lista_model {

namespace {

Model declare(const std::vector<double>& dictionary,
              const std::function<FactorSpec(Model&, const Latent&)>& penalty) {
  Model m("lista");
  auto b = m.observed("b", {SparseCodes::measurements});
  auto A = m.param("A", matrix(SparseCodes::measurements, SparseCodes::unknowns), dictionary);
  auto x = m.latent("x", {SparseCodes::unknowns});
  m.factor("fit", SquaredError{b, A * x});
  m.factor("sparse", penalty(m, x));
  return m;
}

bool knows_prior(const std::string& algorithm) {
  return algorithm == "amp" || algorithm == "oamp" || algorithm == "tista";
}
bool has_coupled_weight(const std::string& algorithm) {
  return algorithm == "lista-cp" || algorithm == "lista-cpss";
}
bool has_analytic_weight(const std::string& algorithm) {
  return algorithm == "alista" || algorithm == "alista-ss";
}

}  // namespace

SparseCodes codes_of(const Settings& settings, std::vector<double> dictionary) {
  SparseCodes codes{std::move(dictionary), settings.number("density")};
  if (settings.number("snr") < noiseless) codes.snr = settings.number("snr");
  return codes;
}

Model lasso(const std::vector<double>& dictionary, double weight) {
  return declare(dictionary, [weight](Model& m, const Latent& x) {
    return L1{m.param("lambda", weight, nonneg), x};
  });
}

Model prior(const SparseCodes& codes) {
  return declare(codes.dictionary, [&](Model&, const Latent& x) {
    return BernoulliGaussian{codes.density, 1.0, x};
  });
}

Model model_for(const std::string& algorithm, const SparseCodes& codes) {
  if (knows_prior(algorithm)) return prior(codes);
  const bool falls = has_analytic_weight(algorithm) || has_coupled_weight(algorithm);
  return lasso(codes.dictionary, algorithm == "hyperlista" ? 1 : falls ? 0.5 : 0.1);
}

void prepare_weights(Network& network) {
  constexpr double unit = 10, fall = 0.78;
  for (Parameter& p : network.parameters()) {
    if (p.base == "ista.weight")
      for (double& v : p.values) v *= unit;
    if (p.base == "ista.step") p.values[0] /= unit;
    if (p.base == "lambda") p.values[0] *= unit * std::pow(fall, p.places.front());
  }
}

Network unfolded(const Model& model, const Settings& settings) {
  const AlgorithmPointer rule = settings.algorithm == "hyperlista"
                                    ? HyperLista{.count = HyperLista::Count::fractional}
                                    : algorithm_for(model, settings);
  Schedule schedule = unrolled(model, rule, settings).tie("A").freeze("A");
  if (settings.algorithm == "hyperlista") schedule.tie(all).freeze("lambda").freeze("hyperlista.step");
  Network network = schedule.compile();
  if (has_coupled_weight(settings.algorithm)) prepare_weights(network);
  return network;
}

Optimizer for_steps() { return Adam{.rate = 5e-2, .beta2 = 0.99, .final_rate = 0.1, .clip = 0.1}; }

Optimizer for_numbers(double rate) {
  return Adam{.rate = rate, .beta2 = 0.99, .final_rate = 0.05, .clip = 1, .relative = true};
}

Optimizer for_selection() {
  return Adam{.rate = 4e-2, .beta2 = 0.99, .final_rate = 0.2, .clip = 1, .relative = true};
}

Optimizer for_three_numbers() {
  return Adam{.rate = 2e-2, .beta2 = 0.99, .final_rate = 0.05, .clip = 1, .relative = true};
}

Optimizer for_matrices() { return Adam{.rate = 5e-4, .final_rate = 0.1, .clip = 1}; }

Optimizer for_weights() {
  return Adam{.rate = 1e-2, .beta2 = 0.99, .final_rate = 0.05, .clip = 1, .relative = true};
}

Optimizer for_weights_of_layers() {
  return Adam{.rate = 5e-3, .beta2 = 0.99, .final_rate = 0.05, .clip = 1, .relative = true};
}

Optimizer optimizer_for(const std::string& algorithm) {
  if (algorithm == "lista") return for_matrices();
  if (has_coupled_weight(algorithm)) return for_weights();
  if (algorithm == "hyperlista") return for_three_numbers();
  if (algorithm == "alista-ss") return for_selection();
  return algorithm == "ista" ? for_steps() : for_numbers();
}

int batch_for(const std::string& algorithm) {
  if (algorithm == "hyperlista") return 512;
  if (algorithm == "alista-ss") return 256;
  if (has_coupled_weight(algorithm)) return 128;
  return algorithm == "ista" || algorithm == "lista" ? 32 : 64;
}

}  // namespace unfurl::lista_model
