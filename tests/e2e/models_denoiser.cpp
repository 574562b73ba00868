// The denoiser: its data are those of the benchmark, and training pays.
#include <doctest/doctest.h>

#include <cmath>

#include "e2e/rows.hpp"
#include "models/models.hpp"

using namespace unfurl;
using test::row;

namespace {

/// The benchmark's images, with little else to do; and smaller images.
const ImageSizes benchmark{.test_images = 1};
const ImageSizes small{.side = 24, .images_per_epoch = 640, .test_images = 60, .tuning_images = 20};

Settings settings_of(int layers) {
  Request s;
  s.layers = layers;
  s.epochs = 1;
  s.seed = 5;
  return complete(*denoiser(), s);
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("denoiser: the images are those of the benchmark") {
    const Dataset images = denoiser(benchmark)->prepare(settings_of(1))->validation();
    const std::vector<float>&clean = images["clean"].values, &noisy = images["y"].values;
    REQUIRE(images["clean"].rows == 50 * 50);
    double wrong = 0, white = 0, alike = 0, power = 0;
    for (std::size_t i = 0; i < clean.size(); ++i) {
      REQUIRE((clean[i] == 0 || clean[i] == 1));
      REQUIRE(std::abs(noisy[i]) <= 1);
      wrong += (noisy[i] > 0) != (clean[i] > 0.5F);
      white += clean[i];
      if (i % 50 != 0) alike += clean[i] == clean[i - 1];
      power += noisy[i] * noisy[i];
    }
    const auto n = static_cast<double>(clean.size());
    CHECK(wrong / n == doctest::Approx(1 - std::pow(0.5, 0.8)).epsilon(0.02));  // t^1.25 > 1/2
    // E (1 - 2 t^1.25)^2 = 1 - 4 / 2.25 + 4 / 3.5
    CHECK(power / n == doctest::Approx(1 - 4 / 2.25 + 4 / 3.5).epsilon(0.02));
    CHECK(white / n > 0.3);
    CHECK(white / n < 0.7);
    CHECK(alike / (n * 49 / 50) > 0.93);  // blobs as wide as the filter, not noise
  }

  TEST_CASE("denoiser: a seed decides the data") {
    Settings s = settings_of(1);
    const auto values = [&] { return denoiser(small)->prepare(s)->validation()["y"].values; };
    const std::vector<float> first = values();
    CHECK(values() == first);
    s.seed = 6;
    CHECK(values() != first);
  }

  TEST_CASE("denoiser: inference beats single pixels, and training beats inference") {
    const Settings settings = settings_of(4);
    const auto problem = denoiser(small)->prepare(settings);
    const std::vector<Contender> rows = problem->contenders(settings);
    const Network& untrained = row(rows, "untrained").network.value();
    Network untied = row(rows, "untied").network.value();
    // Couplings for four layers; trust and preference also for the read-out.
    CHECK(untied.trained_count() == 4 * 1104 + 5 * 2);
    CHECK(row(rows, "tied").network.value().trained_count() == 1104 + 2);

    const std::vector<Metric> before = problem->evaluate(untrained), same = problem->evaluate(untied);
    REQUIRE(before[0].name == "pixel error");
    CHECK(before[0].value < 25);
    CHECK(before[0].value == same[0].value);  // untying changes nothing yet
    REQUIRE(before[0].per_item.size() == 60);
    double mean = 0;
    for (double v : before[0].per_item) mean += v / 60;
    CHECK(mean == doctest::Approx(before[0].value));

    Trainer trainer{
        .loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = 2, .batch = problem->batch()};
    trainer.fit(untied, problem->training());
    const std::vector<Metric> after = problem->evaluate(untied);
    CHECK(after[0].value < before[0].value);
    CHECK(after[1].value < before[1].value - 0.005);

    // Maximum likelihood does not exploit that four iterations are far from a fixed point.
    const Contender& classical = row(rows, "tied, maximum likelihood");
    Network likely = classical.network.value();
    trainer.loss = classical.loss;
    trainer.epochs = 10;
    trainer.fit(likely, problem->training());
    CHECK(problem->evaluate(likely)[0].value < 1.2 * before[0].value);
  }

  TEST_CASE("denoiser: more iterations and the convolutional network do their work") {
    const Settings settings = settings_of(4);
    const auto problem = denoiser(small)->prepare(settings);
    const std::vector<Contender> rows = problem->contenders(settings);
    const double few = problem->evaluate(row(rows, "untrained").network.value())[0].value;
    CHECK(problem->evaluate(row(rows, "untrained, at convergence").network.value())[0].value < 0.7 * few);

    Network convolutional = row(rows, "convolutional network").network.value();
    CHECK(convolutional.trained_count() == 25 * (16 + 2 * 16 * 16 + 16) + 3 * 16 + 1);
    const Dataset images = problem->validation();
    const double before = evaluate_loss(convolutional, problem->loss(), images);
    Trainer{.loss = problem->loss(), .optimizer = Adam{.rate = 5e-3}, .epochs = 6, .batch = 5}.fit(
        convolutional, fixed(images));
    CHECK(evaluate_loss(convolutional, problem->loss(), images) < before - 0.02);
  }
}
