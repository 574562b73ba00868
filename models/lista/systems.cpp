#include "models/lista/systems.hpp"

#include "models/lista/networks.hpp"
#include "unfurl/contenders.hpp"

namespace unfurl::lista_model {

namespace {

using Weight = ProximalGradient::Weight;

/// Of the training with selection, at its end: single steps change which of the rare codes are found.
constexpr double averaged_share = 0.3;

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

/// Without selection or with it.
Contender alista_row(const Bench& bench, bool selection) {
  Contender row{.name = selection ? "ALISTA, selection" : "ALISTA",
                .network = alista(bench, selection),
                .optimizer = for_numbers(),
                .note = "a step and a weight for each layer, and the analytic weight in place of A",
                .keep_best = true};
  if (selection) {
    row.optimizer = for_selection();
    row.epochs = 4 * bench.settings.epochs;
    row.average = averaged_share;
    row.problem = bench.as("alista-ss");
  }
  return row;
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
  rows.push_back(untrained_row("LISTA-CPSS, A' / L", one, "with thresholds that fall from layer to layer"));
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
    rows.push_back(untrained_row(name + ", from elsewhere", std::move(network),
                                 "trained with another dictionary, density 0.1 and no noise"));
  };
  for (const bool selection : {false, true}) {
    Contender row = alista_row(other, selection);
    train(other, row);
    add(row.name, alista(bench, selection), *row.network);
  }
  add("HyperLISTA, grid", hyperlista(bench, {}), hyperlista_by_grid(other));
  Contender gradient = hyperlista_by_gradient(other);
  train(other, gradient);
  add("HyperLISTA, gradient", hyperlista(bench, {.count = HyperLista::Count::fractional}), *gradient.network);
  return rows;
}

std::vector<Contender> analytic_systems(const Bench& bench) {
  const int layers = bench.settings.layers, many = 200;
  const AlgorithmPointer fista = ProximalGradient{.accelerated = true};
  std::vector<Contender> rows;
  for (const bool selection : {false, true}) rows.push_back(alista_row(bench, selection));
  rows.push_back(untrained_row("HyperLISTA, grid", hyperlista_by_grid(bench),
                               "the analytic weight and three numbers, chosen on 128 codes"));
  rows.push_back(hyperlista_by_gradient(bench));
  rows.push_back(untrained_row("FISTA", best_weight(bench, fista, layers, {0.05, 0.1, 0.15, 0.2, 0.3}),
                               "with the best lambda on other data"));
  rows.push_back(untrained_row("untrained, at convergence", best_weight(bench, fista, many, {0.01}),
                               detail::cat(many, " iterations of FISTA, lambda = 0.01")));
  const Model known = prior(bench.codes);
  rows.push_back(untrained_row("AMP, prior known", unroll(known, Amp{}, layers).compile()));
  rows.push_back(untrained_row("OAMP, prior known",
                               unroll(known, Oamp{.noise = bench.codes.noise()}, layers).compile()));
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
  rows.push_back(untrained_row("untrained", schedule().compile(), "ISTA, lambda = 0.1"));
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
  append(rows, analytic_systems(bench));
  append(rows, conventional(bench.settings));
  return rows;
}

}  // namespace unfurl::lista_model
