// Adam on gradients of the logarithm of the loss.
#include <doctest/doctest.h>

#include "stepper.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

using namespace unfurl;

namespace {

/// What steps with these gradients, each times the loss of its batch, come to.
template <class T>
std::vector<T> after(const Adam& adam, const std::vector<double>& losses, bool times_loss) {
  const Optimizer rule = adam;
  const std::vector<Parameter> parameters = {parameter_in(real, 1, 3, {0.5, -1, 2})};
  TrainingStore<T> store(parameters);
  store.begin({std::size_t{0}}, *rule, 1);
  Random random(4);
  std::int64_t step = 0;
  for (const double loss : losses) {
    std::vector<T> gradient(3);
    for (T& g : gradient) g = static_cast<T>(random.normal() * (times_loss ? loss : 1));
    store.updates()[0].gradient = gradient.data();
    rule->step(store.updates(), {++step, 0, 1, loss});
  }
  return store.values(0);
}

// Powers of two, which change no digits.
const std::vector<double> losses = {4096, 64, 1, 1.0 / 1024, 1.0 / 65536};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("relative Adam: gradients are divided by the loss before they are clipped, to the bit") {
    for (const std::optional<double>& clip : {std::optional<double>(), std::optional(0.7)}) {
      CAPTURE(clip.has_value());
      Adam relative{.rate = 0.1, .clip = clip, .relative = true}, plain{.rate = 0.1, .clip = clip};
      CHECK(after<float>(relative, losses, true) == after<float>(plain, losses, false));
      CHECK(after<double>(relative, losses, true) == after<double>(plain, losses, false));
      CHECK(after<double>(relative, losses, true) != after<double>(plain, losses, true));
    }
  }

  TEST_CASE("relative Adam: a loss that is not positive has no logarithm, and divides nothing") {
    const std::vector<double> none = {0, -1, 0};
    CHECK(after<double>(Adam{.relative = true}, none, false) == after<double>(Adam{}, none, false));
  }

  TEST_CASE("relative Adam: the unit of the loss is no matter") {
    Model m("lasso");
    const auto x = m.latent("x", {2});
    m.factor("fit", SquaredError{m.observed("b", {2}), m.param("A", matrix(2, 2), {1, 0.5, -0.25, 1}) * x});
    m.factor("sparse", L1{m.param("lambda", 0.1, nonneg), x});
    Dataset data;
    data.add("b", 1, 2, {1, 2, -1, 0.5f, 0.25f, 1}).add("code", 1, 2, {1, 1, 0, 1, 0.5f, 0});
    const auto trained = [&](double unit) {
      Network network = unroll(m, ProximalGradient{}, 3).untie(all).compile();
      Trainer{.loss = unit * loss::squared_error("x", "code"),
              .optimizer = Adam{.rate = 0.01, .clip = 1, .relative = true},
              .epochs = 5,
              .batch = 2}
          .fit(network, fixed(data));
      return network.run(data, {"x"})["x"].values;
    };
    CHECK(trained(1) == trained(1024));
    CHECK(trained(1) == trained(1.0 / 4096));
  }
}
