#include "models/lista/networks.hpp"

#include <algorithm>
#include <cmath>

#include "unfurl/contenders.hpp"

namespace unfurl::lista_model {

namespace {

const std::vector<std::string> three_numbers = {"hyperlista.threshold", "hyperlista.momentum",
                                                "hyperlista.selection"};

}  // namespace

Network best_weight(const Bench& bench, const AlgorithmPointer& algorithm, int iterations,
                    const std::vector<double>& weights) {
  const auto made = [&](double weight) {
    return unroll(lasso(bench.codes.dictionary, weight), algorithm, iterations).compile();
  };
  return best_choice(weights, made,
                     [&](const Network& network) {
                       return weights.size() > 1 ? code_error(network, bench.validation).value : 0;
                     })
      ->first;
}

void train(const Bench& bench, Contender& row) {
  const Problem& problem = row.problem ? *row.problem : bench.problem;
  Trainer trainer{.loss = problem.loss(),
                  .optimizer = row.optimizer,
                  .epochs = row.epochs.value_or(bench.settings.epochs),
                  .batch = problem.batch()};
  trainer.average = row.average.value_or(bench.settings.average);
  trainer.seed = bench.settings.seed;
  trainer.validation = problem.validation();
  trainer.keep_best = row.keep_best;
  trainer.fit(row.network->threads(bench.settings.threads), problem.training());
}

Network lista_from(const Bench& bench, Network start) {
  Contender row{.name = "untied", .network = std::move(start), .optimizer = for_steps()};
  train(bench, row);
  const Network& untied = *row.network;
  const Model& model = bench.problem.model();
  const ProximalGradient form{.form = ProximalGradient::Form::lista};
  Network lista = unroll(model, form, bench.settings.layers).untie(all).compile();
  const double initial_step = unroll(model, ProximalGradient{}, 1).compile().parameter("ista.step").values[0];
  for (Parameter& p : lista.parameters()) {  // initially for the step 1 / L
    const std::string place = "@" + std::to_string(p.places.front());
    const double step = untied.parameter("ista.step" + place).values[0], ratio = step / initial_step;
    if (p.base == "lista.theta")
      std::fill(p.values.begin(), p.values.end(), step * untied.parameter("lambda" + place).values[0]);
    else
      for (double& v : p.values) v *= ratio;
    if (p.base == "lista.S")
      for (std::size_t i = 0; i < SparseCodes::unknowns; ++i)
        p.values[i * (SparseCodes::unknowns + 1)] += 1 - ratio;
  }
  return lista;
}

Network alista(const Bench& bench, bool selection) {
  ProximalGradient rule{.weight = ProximalGradient::Weight::analytic};
  if (selection) rule.selection = published;
  Network network = unroll(lasso(bench.codes.dictionary, 0.5), rule, bench.settings.layers)
                        .freeze("A")
                        .untie("ista.step")
                        .untie("lambda")
                        .compile();
  for (Parameter& p : network.parameters())
    if (p.base == "lambda") p.values[0] *= std::pow(selection ? 0.76 : 0.8, p.places.front());
  return network;
}

Network hyperlista(const Bench& bench, const HyperLista& rule) {
  return unroll(lasso(bench.codes.dictionary, 1), rule, bench.settings.layers)
      .freeze("A")
      .freeze("lambda")
      .freeze("hyperlista.step")
      .compile();
}

Network hyperlista_by_grid(const Bench& bench) {
  Network network = hyperlista(bench, {.threshold = 0.02, .momentum = 0.003, .selection = 0.3});
  grid_search(network, three_numbers, 1.5, 1, 5, bench.validation.slice(0, 128));
  return network;
}

}  // namespace unfurl::lista_model
