// Segments: the data are what is written, and training pays.
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "e2e/rows.hpp"
#include "models/models.hpp"

using namespace unfurl;
using test::row;

namespace {

const ImageSizes small{.side = 16, .images_per_epoch = 480, .test_images = 40, .tuning_images = 16};

Settings settings_of(int layers) {
  Request s;
  s.layers = layers;
  s.epochs = 1;
  s.seed = 3;
  return complete(*segments(), s);
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("segments: eight labels in blobs, each with its colour under noise") {
    constexpr std::size_t side = 32, pixels = side * side;
    const Dataset images = segments({.side = side, .test_images = 1, .tuning_images = 24})
                               ->prepare(settings_of(1))
                               ->validation();
    const std::vector<float>&label = images["label"].values, &colour = images["colour"].values;
    std::array<double, 8> count{};
    double alike = 0, error = 0, square = 0;
    const auto n = static_cast<double>(label.size());
    for (std::size_t i = 0; i < label.size(); ++i) {
      const auto truth = static_cast<std::size_t>(label[i]);
      REQUIRE(truth < 8);
      count[truth] += 1;
      if (i % side != 0) alike += label[i] == label[i - 1];
      for (std::size_t c = 0; c < 3; ++c) {
        const double noise =
            colour[(i / pixels * 3 + c) * pixels + i % pixels] - ((truth >> c & 1) != 0 ? 1.0 : -1.0);
        error += noise;
        square += noise * noise;
      }
    }
    for (const double c : count) CHECK(c / n == doctest::Approx(1.0 / 8).epsilon(0.5));
    CHECK(alike / (n * 31 / 32) > 0.8);
    CHECK(std::abs(error / (3 * n)) < 0.03);
    CHECK(square / (3 * n) == doctest::Approx(1.5 * 1.5).epsilon(0.02));
  }

  TEST_CASE("segments: inference beats single pixels, and training beats inference") {
    const Settings settings = settings_of(4);
    const auto problem = segments(small)->prepare(settings);
    const std::vector<Contender> rows = problem->contenders(settings);
    Network untied = row(rows, "untied").network.value();
    constexpr std::size_t edges = std::size_t{2} * 16 * 15;
    CHECK(row(rows, "tied").network.value().trained_count() == edges + 24);
    CHECK(untied.trained_count() == 4 * edges + 120);

    const std::vector<Metric> before = problem->evaluate(row(rows, "untrained").network.value()),
                              same = problem->evaluate(untied);
    REQUIRE(before[0].name == "pixel error");
    CHECK(before[0].value < 35);  // 58 without neighbours
    CHECK(before[0].value == same[0].value);
    CHECK(problem->evaluate(row(rows, "untrained, at convergence").network.value())[0].value < 35);

    Trainer trainer{
        .loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = 2, .batch = problem->batch()};
    trainer.fit(untied, problem->training());
    const std::vector<Metric> after = problem->evaluate(untied);
    CHECK(after[0].value < before[0].value);
    CHECK(after[1].value < before[1].value - 0.005);
  }

  TEST_CASE("segments: the convolutional network learns") {
    const Settings settings = settings_of(1);
    const auto problem = segments(small)->prepare(settings);
    Network network = row(problem->contenders(settings), "convolutional network").network.value();
    CHECK(network.trained_count() == 25 * (3 * 16 + 2 * 16 * 16 + 16 * 8) + 3 * 16 + 8);
    const Dataset images = problem->validation();
    const double before = evaluate_loss(network, problem->loss(), images);
    Trainer{.loss = problem->loss(), .optimizer = Adam{.rate = 3e-3}, .epochs = 2, .batch = 8}.fit(
        network, fixed(images));
    CHECK(evaluate_loss(network, problem->loss(), images) < before - 0.05);
  }
}
