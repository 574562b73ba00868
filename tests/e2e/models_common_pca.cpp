// Domain generalisation: every system of the comparison runs, training pays, and components stay orthonormal.
#include <doctest/doctest.h>

#include <cmath>

#include "models/common_pca/draws.hpp"
#include "models/common_pca/measures.hpp"
#include "models/models.hpp"

using namespace unfurl;
using namespace unfurl::common_pca_model;

TEST_SUITE("e2e") {
  TEST_CASE("common_pca: the draws are what is written, and their eigenvectors diagonalise") {
    const Draw draw = make_draw(5);
    for (const Matrix* m : {&draw.axes, &draw.pooled})
      for (int i = 0; i < size; ++i)
        for (int j = 0; j < size; ++j) {
          double dot = 0;
          for (int k = 0; k < size; ++k) dot += (*m)(k, i) * (*m)(k, j);
          CHECK(std::abs(dot - (i == j)) < 1e-12);
        }
    for (int i = 0; i < size; ++i)
      for (int j = 0; j < size; ++j) {
        double entry = 0;
        for (int d = 0; d < domains; ++d)
          for (int k = 0; k < size; ++k)
            for (int l = 0; l < size; ++l)
              entry += draw.pooled(k, i) * draw.covariances(d * size + k, l) * draw.pooled(l, j);
        if (i != j) CHECK(std::abs(entry) < 1e-9);
      }
    CHECK(accuracy(draw, draw.axes) > 0.5);
  }

  TEST_CASE("common_pca: learned steps come nearer to the minimum than given ones") {
    const auto task = common_pca({.training = 48, .test = 6, .sweeps = 10});
    Request asked;
    asked.layers = 5;
    asked.epochs = 3;
    Settings settings = complete(*task, asked);
    const auto problem = task->prepare(settings);
    std::map<std::string, std::vector<Metric>> found;
    for (const Contender& c : problem->contenders(settings)) {
      if (!c.network) {
        found[c.name] = c.measure();
        continue;
      }
      Network network = *c.network;
      Trainer trainer{.loss = problem->loss(),
                      .optimizer = problem->optimizer(),
                      .epochs = settings.epochs,
                      .batch = problem->batch()};
      if (c.trained) trainer.fit(network, problem->training());
      found[c.name] = problem->evaluate(network);
      CHECK(found[c.name][2].value < 1e-6);
    }
    const auto objective = [&](const std::string& name) { return found.at(name)[1].value; };
    CHECK(objective("untied") < objective("untrained"));
    CHECK(objective("Flury-Gautschi, converged") < objective("untied"));
    CHECK(objective("pair angles, untied") < objective("untied"));
    CHECK(found.at("oracle")[0].value > found.at("pooled PCA, first")[0].value);
  }
}
