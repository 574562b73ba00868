// Learning to infer: the targets are exact marginals, and trained layers come closer to them than plain ones.
#include <doctest/doctest.h>

#include <cmath>

#include "e2e/cli_helpers.hpp"
#include "models/models.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/formats.hpp"

using namespace unfurl;

TEST_SUITE("e2e") {
  TEST_CASE("spin glass: targets are the marginals by enumeration") {
    const Dataset grids =
        spin_glass({.side = 3, .training = 2, .validation = 3, .test = 2})->prepare({})->validation();
    const std::vector<float>&J = grids["J"].values, &h = grids["h"].values, &p = grids["p"].values;
    for (std::size_t grid = 0; grid < 3; ++grid) {
      std::vector<double> on(9, 0);
      double all = 0;
      for (unsigned state = 0; state < 512; ++state) {
        const auto spin = [&](std::size_t i) { return (state >> i & 1U) != 0 ? 1.0 : -1.0; };
        double score = 0;
        std::size_t e = grid * 12;  // pairs in the order of grid4: right ones, then lower
        for (std::size_t i = 0; i < 9; ++i) score += static_cast<double>(h[grid * 9 + i]) * spin(i);
        for (std::size_t r = 0; r < 3; ++r)
          for (std::size_t c = 0; c < 2; ++c)
            score += static_cast<double>(J[e++]) * spin(3 * r + c) * spin(3 * r + c + 1);
        for (std::size_t r = 0; r < 2; ++r)
          for (std::size_t c = 0; c < 3; ++c)
            score += static_cast<double>(J[e++]) * spin(3 * r + c) * spin(3 * r + c + 3);
        all += std::exp(score);
        for (std::size_t i = 0; i < 9; ++i)
          if (spin(i) > 0) on[i] += std::exp(score);
      }
      for (std::size_t i = 0; i < 9; ++i)
        CHECK(static_cast<double>(p[grid * 9 + i]) == doctest::Approx(on[i] / all).epsilon(1e-5));
    }
  }

  TEST_CASE("spin glass: training brings the layers closer to exact marginals") {
    const auto task = spin_glass({.side = 5, .training = 300, .validation = 50, .test = 100});
    Settings settings = complete(*task, {});
    settings.layers = 6;
    const auto problem = task->prepare(settings);
    Network network = problem->network(settings);
    const double plain = unfurl::evaluate_loss(network, problem->loss(), problem->validation());
    const double error = problem->evaluate(network)[0].value;
    Trainer{
        .loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = 12, .batch = problem->batch()}
        .fit(network, problem->training());
    CHECK(unfurl::evaluate_loss(network, problem->loss(), problem->validation()) < 0.97 * plain);
    CHECK(problem->evaluate(network)[0].value < 0.95 * error);
  }

  TEST_CASE("spin glass: shared weights learned on grids serve other graphs in files") {
    const auto task = spin_glass({.side = 5, .training = 300, .validation = 10, .test = 10});
    Settings settings = complete(*task, {});
    settings.options["weights"] = "shared";
    const auto problem = task->prepare(settings);
    Network network = problem->network(settings);
    for (const Parameter& p : network.parameters()) {
      CAPTURE(p.name);
      CHECK(p.values.size() == 1);  // no number belongs to an edge of the grid
      CHECK(p.base.starts_with("bp."));
    }
    Trainer{.loss = problem->loss(), .optimizer = Adam{.rate = 2e-2, .clip = 1}, .epochs = 12, .batch = 50}
        .fit(network, problem->training());
    const cli_test::Folder folder;
    save(
        folder / "run",
        Checkpoint{
            R"({"task":"spin_glass","settings":{"algorithm":"bp","layers":10,"tying":"untied","epochs":1,"seed":1,"data":""}})",
            network.parameters(),
            {}});

    Random random(7);
    double trained = 0, plain = 0;
    for (int graph = 0; graph < 20; ++graph) {  // 15 variables, 30 pairs: no grid has so many
      TableModel m{TableModel::Kind::markov, std::vector<int>(15, 2), {}};
      for (int v = 0; v < 15; ++v) {
        const double h = 0.5 * random.normal();
        m.factors.push_back({{v}, {std::exp(-h), std::exp(h)}});
      }
      for (int v = 0; v < 15; ++v)
        for (const int step : {1, 4}) {
          const double J = 1.5 * random.normal(), same = std::exp(J), other = std::exp(-J);
          m.factors.push_back({{v, (v + step) % 15}, {same, other, other, same}});
        }
      std::ofstream(folder / "graph.uai") << to_uai(m);
      const auto truth = exact(condition(m).model, {}, 0).marginals;
      const auto error = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"infer", folder / "graph.uai"});
        const auto outcome = cli_test::run(words);
        CAPTURE(outcome.error);
        REQUIRE(outcome.status == 0);
        const auto found = parse_mar(outcome.out, "stdout");
        double sum = 0;
        for (std::size_t v = 0; v < truth.size(); ++v) sum += std::abs(found[v][1] - truth[v][1]);
        return sum / 300;
      };
      trained += error({"--run", folder / "run"});
      plain += error({"--algorithm", "bp", "--iterations", "10", "--tolerance", "0"});
    }
    CAPTURE(trained);
    CAPTURE(plain);
    CHECK(trained < 0.8 * plain);
  }
}
