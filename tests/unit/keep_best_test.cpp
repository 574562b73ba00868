// Trainings that end with their best epoch.
#include <doctest/doctest.h>

#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

using namespace unfurl;

namespace {

Network ista() {
  Model m("lasso");
  const auto x = m.latent("x", {2});
  m.factor("fit", SquaredError{m.observed("b", {2}), m.param("A", matrix(2, 2), {1, 0.5, -0.25, 1}) * x});
  m.factor("sparse", L1{m.param("lambda", 0.1, nonneg), x});
  return unroll(m, ProximalGradient{}, 3).untie(all).compile();
}

Dataset data() {
  Dataset d;
  d.add("b", 1, 2, {1, 2, -1, 0.5f, 0.25f, 1}).add("code", 1, 2, {1, 1, 0, 1, 0.5f, 0});
  return d;
}

const Loss error = loss::squared_error("x", "code");

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("trainer: the best epoch is kept, not the last") {
    for (const double rate : {0.01, 0.3}) {
      CAPTURE(rate);
      Network network = ista();
      Trainer trainer{.loss = error, .optimizer = Adam{.rate = rate}, .epochs = 20, .batch = 3};
      trainer.validation = data();
      trainer.keep_best = true;
      double best = evaluate_loss(network, error, data());
      for (const EpochRecord& epoch : trainer.fit(network, fixed(data())).epochs)
        best = std::min(best, epoch.validation.value());
      CHECK(evaluate_loss(network, error, data()) == best);
    }
  }

  TEST_CASE("trainer: what no epoch made better stays as it was") {
    Network network = ista();
    const std::vector<Parameter> before = network.parameters();
    Dataset other;
    other.add("b", 1, 2, {1, 2}).add("code", 1, 2, network.run(data().slice(0, 1), {"x"})["x"].values);
    Trainer trainer{.loss = error, .optimizer = Adam{.rate = 0.1}, .epochs = 3, .batch = 3};
    trainer.validation = other;  // no error yet
    trainer.keep_best = true;
    trainer.fit(network, fixed(data()));
    for (std::size_t p = 0; p < before.size(); ++p) CHECK(network.parameters()[p].values == before[p].values);
  }
}
