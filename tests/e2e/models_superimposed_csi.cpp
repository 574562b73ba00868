// Superimposed coding: frames are what is written, and training pays, joint or layer by layer.
#include <doctest/doctest.h>

#include <cmath>

#include "models/models.hpp"
#include "models/superimposed_csi/frames.hpp"

using namespace unfurl;
using namespace unfurl::superimposed_csi_model;

TEST_SUITE("e2e") {
  TEST_CASE("superimposed_csi: least-squares estimates and bits are those of the frames") {
    const Dataset frames = make_frames({{true, 0.5, 60}}, 20, 1);
    double error = 0, power = 0, ones = 0;
    const std::vector<float>&spread = frames["spread"].values, &truth = frames["truth"].values;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      error += (spread[i] - truth[i]) * (spread[i] - truth[i]);
      power += truth[i] * truth[i];
    }
    CHECK(power / (20 * antennas) == doctest::Approx(1).epsilon(0.4));
    // Of each entry the symbols leave N (1 - rho) / (M rho).
    CHECK(error / (20 * antennas) == doctest::Approx(double{antennas} / symbols).epsilon(0.15));
    for (const float bit : frames["bits"].values) ones += bit;
    CHECK(ones / (20 * 2 * symbols) == doctest::Approx(0.5).epsilon(0.05));
  }

  TEST_CASE("superimposed_csi: training beats the plain iterations") {
    Request asked;
    asked.epochs = 2;
    asked.layers = 4;
    const Settings settings = complete(*superimposed_csi(), asked);
    const auto problem = superimposed_csi()->prepare(settings);
    Network network = problem->network(settings);
    for (const GradientCheck& c :
         check_gradients(network, problem->loss(), problem->validation().slice(0, 2), 3))
      CHECK_MESSAGE(c.passed, c.parameter, " ", c.largest_error);
    const double before = problem->evaluate(network)[0].value;
    Trainer trainer{
        .loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = 2, .batch = problem->batch()};
    trainer.fit(network, problem->training());
    CHECK(problem->evaluate(network)[0].value < before - 0.5);
  }
}
