// Learned ISTA: untrained rows give the published numbers, learned steps beat FISTA, LISTA starts as what it
// replaces.
#include <doctest/doctest.h>

#include <cmath>

#include "e2e/rows.hpp"
#include "models/models.hpp"
#include "models/sparse_codes.hpp"

using namespace unfurl;
using test::row;

namespace {

Settings quick(int epochs) {
  Request s;
  s.epochs = epochs;
  s.seed = 3;
  return complete(*lista(), s);
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("lista: the data are those of the benchmark") {
    const auto problem = lista()->prepare(quick(1));
    const Dataset data = problem->validation();
    REQUIRE(data["code"].rows == 500);
    REQUIRE(data["b"].rows == 250);
    const std::vector<float>& codes = data["code"].values;
    double used = 0, power = 0;
    for (float v : codes) {
      used += v != 0;
      power += v * v;
    }
    CHECK(used / static_cast<double>(codes.size()) == doctest::Approx(0.1).epsilon(0.03));
    CHECK(power / used == doctest::Approx(1.0).epsilon(0.05));

    const std::vector<double>& a = problem->model().params()[0].initial;
    double largest = 0;
    for (std::size_t j = 0; j < 500; ++j) {
      double square = 0;
      for (std::size_t i = 0; i < 250; ++i) square += a[i * 500 + j] * a[i * 500 + j];
      CHECK(square == doctest::Approx(1.0).epsilon(1e-12));
    }
    for (std::size_t s = 0; s < 20; ++s)
      for (std::size_t i = 0; i < 250; ++i) {
        double b = 0;
        for (std::size_t j = 0; j < 500; ++j) b += a[i * 500 + j] * codes[s * 500 + j];
        largest = std::max(largest, std::abs(b - data["b"].values[s * 250 + i]));
      }
    CHECK(largest < 1e-6);
  }

  TEST_CASE("lista: denser codes are weighted so that means stay what they are, noise too") {
    for (const double density : {0.1, 0.2, 1.0}) {
      SparseCodes codes{gaussian_dictionary(1), density, 20};
      constexpr int count = 4000;
      const Dataset data = codes.draw_denser(count, 5);
      double weight = 0, used = 0, plain = 0, noise = 0;
      for (std::size_t s = 0; s < count; ++s) {
        const double w = data["weight"].values[s];
        CHECK(w <= 2);
        weight += w / count;
        for (std::size_t i = s * 500; i < (s + 1) * 500; ++i) {
          const double there = data["code"].values[i] != 0 ? 1 : 0;
          used += w * there / (count * 500.0), plain += there / (count * 500.0);
        }
        if (s >= 20) continue;  // the noise of either half
        for (std::size_t i = 0; i < 250; ++i) {
          double b = data["b"].values[s * 250 + i];
          for (std::size_t j = 0; j < 500; ++j)
            b -= codes.dictionary[i * 500 + j] * data["code"].values[s * 500 + j];
          noise += b * b / (20 * 250);
        }
      }
      CHECK(weight == doctest::Approx(1).epsilon(0.05));
      CHECK(used == doctest::Approx(density).epsilon(0.05));
      CHECK(plain == doctest::Approx(std::min(1.15 * density, 1.0)).epsilon(0.02));
      CHECK(noise == doctest::Approx(codes.noise()).epsilon(0.05));
    }
  }

  TEST_CASE("lista: ISTA and FISTA reach the published errors, and LISTA starts as ISTA") {
    const Settings settings = quick(0);  // no training
    const auto problem = lista()->prepare(settings);
    const std::vector<Contender> rows = problem->contenders(settings);
    const auto error = [&](const std::string& name) {
      return problem->evaluate(row(rows, name).network.value())[0].value;
    };
    const double ista = error("untrained");
    CHECK(ista == doctest::Approx(-5.25).epsilon(0.05));
    CHECK(error("FISTA") < -10);
    CHECK(error("FISTA") > -12.5);
    CHECK(error("untrained, at convergence") < -33);
    CHECK(error("LISTA") == doctest::Approx(ista).epsilon(1e-4));
    CHECK(row(rows, "tied").network.value().trained_count() == 2);
    CHECK(row(rows, "one scalar per layer").network.value().trained_count() == 17);
    CHECK(row(rows, "untied").network.value().trained_count() == 32);
    CHECK(row(rows, "LISTA").network.value().trained_count() == 16 * (500 * 250 + 500) + 15 * 500 * 500);
  }

  TEST_CASE("lista: learned steps and weights are clearly better than FISTA, and LISTA takes them over") {
    const Settings settings = quick(6);  // in the first three, a batch may diverge
    const auto problem = lista()->prepare(settings);
    const std::vector<Contender> rows = problem->contenders(settings);
    Network untied = row(rows, "untied").network.value();
    Trainer trainer{.loss = problem->loss(),
                    .optimizer = problem->optimizer(),
                    .epochs = settings.epochs,
                    .batch = problem->batch()};
    trainer.seed = settings.seed;
    trainer.fit(untied, problem->training());
    const double learned = problem->evaluate(untied)[0].value;
    CHECK(learned < problem->evaluate(row(rows, "FISTA").network.value())[0].value - 2);
    CHECK(problem->evaluate(row(rows, "LISTA").network.value())[0].value ==
          doctest::Approx(learned).epsilon(1e-3));
  }

  TEST_CASE("lista: HyperLISTA trained is no worse on validation data than before, and keeps its matrices") {
    Settings settings = quick(1);
    settings.options["systems"] = "analytic";
    const auto problem = lista()->prepare(settings);
    const std::vector<Contender> rows = problem->contenders(settings);
    const Contender& gradient = row(rows, "HyperLISTA, gradient");
    CHECK(gradient.keep_best);
    Network network = gradient.network.value();
    CHECK(network.trained_count() == 3);
    const double before = evaluate_loss(network, problem->loss(), problem->validation());
    Trainer trainer{.loss = problem->loss(),
                    .optimizer = gradient.optimizer,
                    .epochs = settings.epochs,
                    .batch = problem->batch()};
    trainer.validation = problem->validation();
    trainer.keep_best = true;
    trainer.fit(network, problem->training());
    CHECK(evaluate_loss(network, problem->loss(), problem->validation()) <= before);
    CHECK(problem->evaluate(network)[0].value < -60);
  }

  TEST_CASE("lista: LISTA-CPSS begins from A' / L, in another unit, and matrices of layers from one of all") {
    Settings settings = quick(1);
    settings.options["systems"] = "matrices";
    const auto problem = lista()->prepare(settings);
    const std::vector<Contender> rows = problem->contenders(settings);
    REQUIRE(rows.size() == 3);
    const Network &one = rows[1].network.value(), &each = rows[2].network.value();
    CHECK(one.trained_count() == 250 * 500 + 32);
    CHECK(each.trained_count() == 16 * 250 * 500 + 32);
    CHECK(rows[2].start == rows[1].name);
    const Network plain = unroll(problem->model(), ProximalGradient{}, 1).compile();
    for (const std::size_t i : {0U, 77U})
      CHECK(one.parameter("ista.weight").values[i] * one.parameter("ista.step@3").values[0] ==
            doctest::Approx(plain.parameter("A").values[i] * plain.parameter("ista.step").values[0]));
  }

  TEST_CASE("lista: what was trained elsewhere keeps its numbers and has the matrices of this dictionary") {
    Settings settings = quick(0);
    settings.options["systems"] = "transferred";
    settings.options["density"] = "0.15";
    const auto problem = lista()->prepare(settings);
    const std::vector<Contender> rows = problem->contenders(settings);
    REQUIRE(rows.size() == 4);
    for (const Contender& row : rows) {
      CHECK_FALSE(row.trained);
      CHECK(row.network.value().parameter("A").values == problem->model().params()[0].initial);
    }
  }
}
