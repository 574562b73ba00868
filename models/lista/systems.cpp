#include "models/lista/systems.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace unfurl::lista_model {

namespace {

using Weight = ProximalGradient::Weight;

const std::vector<std::string> three_numbers = {"hyperlista.threshold", "hyperlista.momentum",
                                                "hyperlista.selection"};

/// The plain algorithm with the best of some weights.
Network best_weight(const Bench& bench, const AlgorithmPointer& algorithm, int iterations,
                    const std::vector<double>& weights) {
  std::optional<Network> best;
  double least = 0;
  for (double weight : weights) {
    Network network = unroll(lasso(bench.codes.dictionary, weight), algorithm, iterations).compile();
    const double error = weights.size() > 1 ? code_error(network, bench.validation).value : 0;
    if (best && error >= least) continue;
    least = error;
    best = std::move(network);
  }
  return *best;
}

void train(const Bench& bench, const Problem& problem, Network& network, const Optimizer& optimizer,
           bool keep_best = false) {
  Trainer trainer{.loss = problem.loss(),
                  .optimizer = optimizer,
                  .epochs = bench.settings.epochs,
                  .batch = problem.batch()};
  trainer.seed = bench.settings.seed;
  trainer.validation = bench.validation;
  trainer.keep_best = keep_best;
  trainer.fit(network.threads(bench.settings.threads), problem.training());
}

/// LISTA that computes what a trained untied network does: x <- soft(S x + B b, theta) with S = I - t A'A,
/// B = t A' and theta = t lambda for its steps t. From S and B of plain ISTA, training takes far longer to get
/// there.
Network lista_from(const Bench& bench, Network untied) {
  train(bench, bench.problem, untied, for_steps());
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

/// The analytic weight, and a step and a threshold for each layer, falling at first.
Network alista(const Bench& bench, bool selection) {
  ProximalGradient rule{.weight = Weight::analytic};
  if (selection) rule.selection = published;
  Network network = unroll(lasso(bench.codes.dictionary, 0.5), rule, bench.settings.layers)
                        .freeze("A")
                        .untie("ista.step")
                        .untie("lambda")
                        .compile();
  for (Parameter& p : network.parameters())
    if (p.base == "lambda") p.values[0] *= std::pow(selection ? 0.72 : 0.8, p.places.front());
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

/// From the numbers that are published; training may end where it begins.
Contender hyperlista_by_gradient(const Bench& bench) {
  return {.name = "HyperLISTA, gradient",
          .network = hyperlista(bench, {.count = HyperLista::Count::fractional}),
          .optimizer = for_three_numbers(),
          .note =
              "three numbers trained from the published ones; the best of all epochs, and of none, on "
              "validation data",
          .keep_best = true,
          .problem = bench.as("hyperlista")};
}

Contender untrained(std::string name, Network network, std::string note = "") {
  return {.name = std::move(name), .network = std::move(network), .trained = false, .note = std::move(note)};
}

/// The numbers of a trained network on another dictionary: all but A and what is computed from it.
void take_numbers(Network& network, const Network& trained) {
  for (Parameter& p : network.parameters())
    if (p.values.size() == 1) p.values = trained.parameter(p.name).values;
}

}  // namespace

std::vector<Contender> matrix_systems(const Bench& bench) {
  ProximalGradient rule{.weight = Weight::coupled};
  rule.selection = published;
  const auto schedule = [&] {
    return unroll(lasso(bench.codes.dictionary, 0.5), rule, bench.settings.layers)
        .freeze("A")
        .untie("ista.step")
        .untie("lambda");
  };
  Network one = schedule().compile(), each = schedule().untie("ista.weight").compile();
  prepare_weights(one);
  std::vector<Contender> rows;
  rows.push_back(untrained("LISTA-CPSS, A' / L", one, "with thresholds that fall from layer to layer"));
  rows.push_back({.name = "LISTA-CPSS, one matrix",
                  .network = one,
                  .optimizer = for_weights(),
                  .epochs = 2 * bench.settings.epochs,
                  .note = "a matrix for all layers, and a step and a threshold for each",
                  .problem = bench.as("lista-cpss")});
  rows.push_back({.name = "LISTA-CPSS, matrices",
                  .network = each,
                  .optimizer = for_weights_of_layers(),
                  .epochs = 2 * bench.settings.epochs,
                  .note = "a matrix, a step and a threshold for each layer, from the row above on",
                  .keep_best = true,
                  .start = "LISTA-CPSS, one matrix",
                  .problem = bench.as("lista-cpss")});
  return rows;
}

std::vector<Contender> transferred_systems(const Bench& bench, const Bench& other) {
  std::vector<Contender> rows;
  const auto add = [&](const std::string& name, Network network, const Network& trained) {
    take_numbers(network, trained);
    rows.push_back(untrained(name + ", from elsewhere", std::move(network),
                             "trained with another dictionary, density 0.1 and no noise"));
  };
  for (const bool selection : {false, true}) {
    Network trained = alista(other, selection);
    if (selection)
      train(other, *other.as("alista-ss"), trained, for_numbers(4e-2), true);
    else
      train(other, other.problem, trained, for_numbers());
    add(selection ? "ALISTA, selection" : "ALISTA", alista(bench, selection), trained);
  }
  add("HyperLISTA, grid", hyperlista(bench, {}), hyperlista_by_grid(other));
  Contender gradient = hyperlista_by_gradient(other);
  train(other, *other.as("hyperlista"), *gradient.network, for_three_numbers(), true);
  add("HyperLISTA, gradient", hyperlista(bench, {.count = HyperLista::Count::fractional}), *gradient.network);
  return rows;
}

std::vector<Contender> analytic_systems(const Bench& bench) {
  const int layers = bench.settings.layers, many = 200;
  const AlgorithmPointer fista = ProximalGradient{.accelerated = true};
  std::vector<Contender> rows;
  for (const bool selection : {false, true})
    rows.push_back({.name = selection ? "ALISTA, selection" : "ALISTA",
                    .network = alista(bench, selection),
                    .optimizer = for_numbers(selection ? 4e-2 : 2e-2),
                    .epochs = selection ? std::optional(2 * bench.settings.epochs) : std::nullopt,
                    .note = "a step and a weight for each layer, and the analytic weight in place of A",
                    .keep_best = true,
                    .problem = selection ? bench.as("alista-ss") : nullptr});
  rows.push_back(untrained("HyperLISTA, grid", hyperlista_by_grid(bench),
                           "the analytic weight and three numbers, chosen on 128 codes"));
  rows.push_back(hyperlista_by_gradient(bench));
  rows.push_back(untrained("FISTA", best_weight(bench, fista, layers, {0.05, 0.1, 0.15, 0.2, 0.3}),
                           "with the best lambda on other data"));
  rows.push_back(untrained("untrained, at convergence", best_weight(bench, fista, many, {0.01}),
                           detail::cat(many, " iterations of FISTA, lambda = 0.01")));
  const Model known = prior(bench.codes);
  rows.push_back(untrained("AMP, prior known", unroll(known, Amp{}, layers).compile()));
  rows.push_back(
      untrained("OAMP, prior known", unroll(known, Oamp{.noise = bench.codes.noise()}, layers).compile()));
  return rows;
}

std::vector<Contender> conventional(const Settings& settings) {
  const FeedForward network{.input = "b",
                            .input_type = {1, SparseCodes::measurements, true},
                            .hidden = {1000},
                            .outputs = SparseCodes::unknowns,
                            .output = "x",
                            .seed = settings.seed};
  return {{.name = "feed-forward, 1000 hidden",
           .network = feed_forward(network),
           .optimizer = Adam{.rate = 1e-3, .final_rate = 0.1}}};
}

std::vector<Contender> usual_systems(const Bench& bench) {
  const auto schedule = [&] {
    return unroll(bench.problem.model(), ProximalGradient{}, bench.settings.layers).freeze("A");
  };
  const Network untied = schedule().untie("ista.step").untie("lambda").compile();
  std::vector<Contender> rows;
  rows.push_back(untrained("untrained", schedule().compile(), "ISTA, lambda = 0.1"));
  rows.back().role = Role::untrained;
  // What layers share works at the edge of divergence: smaller steps, and diverging codes count in full.
  rows.push_back({.name = "tied",
                  .network = schedule().compile(),
                  .optimizer = Adam{.rate = 3e-3, .final_rate = 0.02},
                  .note = "one step and one weight",
                  .role = Role::tied});
  rows.push_back({.name = "one scalar per layer",
                  .network = schedule().untie("ista.step").compile(),
                  .optimizer = Adam{.rate = 1e-2, .beta2 = 0.99, .final_rate = 0.02, .clip = 10},
                  .note = "steps of their own, one weight",
                  .role = Role::scaled});
  rows.push_back({.name = "untied",
                  .network = untied,
                  .optimizer = for_steps(),
                  .note = "a step and a weight for each layer; the dictionary is known and stays",
                  .role = Role::untied});
  rows.push_back({.name = "LISTA",
                  .network = lista_from(bench, untied),
                  .optimizer = Adam{.rate = 1e-6},
                  .epochs = 1,
                  .note = "matrices for each layer, from a trained untied network (that training is not "
                          "counted)"});
  for (Contender& row : analytic_systems(bench)) rows.push_back(std::move(row));
  for (Contender& row : conventional(bench.settings)) rows.push_back(std::move(row));
  return rows;
}

}  // namespace unfurl::lista_model
