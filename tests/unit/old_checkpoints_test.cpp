// Trainings that an older build began: its checkpoints had the optimizer's arrays in order and without names.
#include <doctest/doctest.h>

#include <filesystem>

#include "paths.hpp"
#include "spectra.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

using namespace unfurl;

namespace {

constexpr int bins = 6, atoms = 4, depth = 2, samples = 40;

Network nmf() {
  Random random(5);
  std::vector<double> dictionary(bins * atoms);
  for (double& w : dictionary) w = 0.2 + random.uniform();
  dictionary[3] = 0;
  Model m("nmf");
  const auto V = m.observed("V", {bins}, nonneg);
  const auto W = m.param("W", matrix(bins, atoms), dictionary, nonneg);
  const auto H = m.latent("H", {atoms}, nonneg);
  m.factor("fit", BetaDivergence{1, V, W * H});
  m.factor("sparse", L1{0.1, H});
  m.readout("speech", m.param("gain", 1.0) * (slice(W, 0, 2) * slice(H, 0, 2)));
  return unroll(m, MultiplicativeUpdate{}, depth).tying("tied").compile();
}

Dataset data() { return test::spectra(samples, bins); }

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("checkpoint: what an older build began goes on as it would have") {
    struct Case {
      const char* name;
      Optimizer optimizer;
      double average;
    };
    const std::vector<Case> cases{
        {"adam", Adam{.rate = 1e-2}, 0},
        {"adam_average", Adam{.rate = 1e-2}, 0.75},
        {"sgd", Sgd{.rate = 1e-2, .momentum = 0.5}, 0},
        {"sgd_log", Sgd{.rate = 1e-2, .momentum = 0.5, .positivity = Positivity::log}, 0},
        {"multiplicative", MultiplicativeBackprop{.exponent = 1e6, .change = 0.05, .average = 0.5}, 0}};
    const std::filesystem::path old = std::filesystem::path(source_folder) / "tests/unit/old_checkpoints";
    for (const Case& c : cases) {
      CAPTURE(c.name);
      Network half = nmf(), whole = nmf();
      Trainer trainer{.loss = loss::squared_error("speech", "S"),
                      .optimizer = c.optimizer,
                      .epochs = 4,
                      .batch = 16,
                      .average = c.average};
      trainer.checkpoint = std::filesystem::temp_directory_path() / "unfurl_old_checkpoint";
      trainer.resume = true;
      std::filesystem::copy_file(old / (std::string(c.name) + ".half"), *trainer.checkpoint,
                                 std::filesystem::copy_options::overwrite_existing);
      CHECK(trainer.fit(half, fixed(data())).epochs.size() == 2);
      assign(load(old / (std::string(c.name) + ".end")), whole);
      for (std::size_t i = 0; i < whole.parameters().size(); ++i)
        for (std::size_t k = 0; k < whole.parameters()[i].values.size(); ++k)
          CHECK(half.parameters()[i].values[k] ==
                doctest::Approx(whole.parameters()[i].values[k]).epsilon(1e-5));
      std::filesystem::remove(*trainer.checkpoint);
    }
  }
}
