// Sites of losses: with weights, without labels; every loss by one mechanism.
#include <doctest/doctest.h>

#include <cmath>

#include "error/model_errors.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using loss::Sites;

constexpr int sites = 4, samples = 3;

std::vector<float> draw(Random& random, int n, double low = 0.1) {
  std::vector<float> v(static_cast<std::size_t>(n));
  for (float& x : v) x = static_cast<float>(low + random.uniform());
  return v;
}

/// Variables of so many states by themselves, so that each site has a loss of its own.
Model independent(int states, int count = sites) {
  Model m("independent");
  const auto f = m.features("f", {count}, states);
  const auto x = m.discrete("x", {count}, states);
  m.factor("evidence", each(x), Field{m.param("g", 1.0) * f});
  return m;
}

/// Entries that are not negative, each fitted by itself.
Model values(int count = sites) {
  Model m("values");
  const auto v = m.observed("v", {count}, nonneg);
  const auto h = m.latent("h", {count}, nonneg);
  m.factor("fit", BetaDivergence{2, v, cwise(m.param("w", 1.3, nonneg) * 1.0, h)});
  m.readout("r", h);
  return m;
}

struct Setting {
  std::string name;
  Network network;
  Dataset data;  ///< with "target", "gaps" (the same with gaps), "weight"
  std::function<Loss(const std::string&, const Sites&)> loss;  ///< of a target
};

/// Every loss that has sites.
std::vector<Setting> settings() {
  std::vector<Setting> all;
  const auto add = [&](const std::string& name, Network network, Dataset data, int planes, bool labels,
                       int states, const auto& loss) {
    Random random(4);
    std::vector<float> target;
    for (int i = 0; i < planes * sites * samples; ++i)
      target.push_back(labels ? static_cast<float>(random.below(states))
                              : static_cast<float>(random.uniform()));
    data.add("target", planes, sites, target);
    for (std::size_t i = 0; i < target.size(); i += 3) target[i] = missing;
    data.add("gaps", planes, sites, target).add("weight", 1, sites, draw(random, sites * samples));
    all.push_back({name, std::move(network), std::move(data), loss});
  };
  for (const int states : {2, 3}) {
    Random random(3);
    const Dataset data = Dataset().add("f", states, sites, draw(random, states * sites * samples, -0.5));
    const Network network = unroll(independent(states), SumProduct{}, 1).compile();
    add("cross-entropy", network, data, 1, true, states,
        [](const std::string& t, const Sites& s) { return loss::cross_entropy("x", t, s); });
    add("squared error", network, data, states == 2 ? 1 : 3, false, 0,
        [](const std::string& t, const Sites& s) { return loss::squared_error("x", t, s); });
  }
  for (const double beta : {0.0, 0.5, 1.0, 2.0}) {
    Random random(3);
    add("beta divergence", unroll(values(), MultiplicativeUpdate{}, 2).compile(),
        Dataset().add("v", 1, sites, draw(random, sites * samples)), 1, false, 0,
        [=](const std::string& t, const Sites& s) { return loss::beta_divergence(beta, "r", t, s); });
  }
  return all;
}

}  // namespace

TEST_CASE("weights of 1 and no gaps change nothing, and weights scale what sites say") {
  for (const Setting& s : settings()) {
    CAPTURE(s.name);
    Dataset data = s.data;
    const int n = sites * samples;
    data.add("one", 1, sites, std::vector<float>(n, 1)).add("two", 1, sites, std::vector<float>(n, 2));
    const auto value = [&](const Sites& which) {
      return evaluate_loss(s.network, s.loss("target", which), data);
    };
    // Without weights a variable's label counts as the share of a mean.
    const double plain = value({}) * (s.name == "cross-entropy" ? sites : 1);
    CHECK(value({.weights = "one"}) == doctest::Approx(plain).epsilon(1e-6));
    CHECK(value({.weights = "two"}) == doctest::Approx(2 * plain).epsilon(1e-6));
    CHECK(value({.gaps = true}) == doctest::Approx(value({})).epsilon(1e-6));
    CHECK(value({.weights = "weight", .gaps = true}) ==
          doctest::Approx(value({.weights = "weight"})).epsilon(1e-6));
  }
}

TEST_CASE("what is missing counts as weight 0, whatever stands there") {
  for (const Setting& s : settings()) {
    CAPTURE(s.name);
    const Samples& gaps = s.data["gaps"];
    if (gaps.planes > 1) continue;  // there entries are missing, and not whole sites
    std::vector<float> weight;
    for (const float v : gaps.values) weight.push_back(std::isnan(v) ? 0 : 1);
    Dataset data = s.data;
    data.add("there", 1, sites, weight);
    // The floor of divergences is a share of what is known, so they differ in it.
    const double tolerance = s.name == "beta divergence" ? 1e-4 : 1e-6;
    const double scale = s.name == "cross-entropy" ? sites : 1;
    CHECK(scale * evaluate_loss(s.network, s.loss("gaps", {.gaps = true}), data) ==
          doctest::Approx(evaluate_loss(s.network, s.loss("target", {.weights = "there"}), data))
              .epsilon(tolerance));
    CHECK(evaluate_loss(s.network, s.loss("gaps", {.weights = "there", .gaps = true}), data) ==
          doctest::Approx(scale * evaluate_loss(s.network, s.loss("gaps", {.gaps = true}), data))
              .epsilon(1e-6));
  }
}

TEST_CASE("gradients with weights and gaps agree with differences") {
  for (const Setting& s : settings()) {
    CAPTURE(s.name);
    for (const Sites& which : {Sites{.gaps = true}, Sites{.weights = "weight", .gaps = true}})
      for (const GradientCheck& check :
           check_gradients(s.network, s.loss("gaps", which).every_layer(), s.data))
        CHECK(check.passed);
  }
}

TEST_CASE("a sample without any label counts nothing, and trains nothing") {
  for (const Setting& s : settings()) {
    CAPTURE(s.name);
    Dataset data = s.data;
    Samples none = s.data["gaps"];
    std::fill(none.values.begin(), none.values.end(), missing);
    data.add("none", none);
    CHECK(evaluate_loss(s.network, s.loss("none", {.gaps = true}), data) == 0);
    Network network = s.network;
    expect_error<ScheduleError>(
        [&] { Trainer{.loss = s.loss("none", {.gaps = true}), .epochs = 1}.fit(network, fixed(data)); },
        {"trained nothing"});
  }
}

TEST_CASE("a divergence of the sites that are known is that of a sample of these alone") {
  Random random(6);
  const std::vector<float> v = draw(random, 3), target = draw(random, 3);
  for (const double beta : {0.0, 0.5, 1.0, 2.0}) {
    const Dataset all = Dataset()
                            .add("v", 1, 4, {v[0], v[1], 0.7F, v[2]})
                            .add("t", 1, 4, {target[0], target[1], missing, target[2]});
    const Dataset some = Dataset().add("v", 1, 3, v).add("t", 1, 3, target);
    const auto loss = loss::beta_divergence(beta, "r", "t", {.gaps = true});
    CHECK(evaluate_loss(unroll(values(4), MultiplicativeUpdate{}, 1).compile().precision(Precision::f64),
                        loss, all) ==
          doctest::Approx(
              evaluate_loss(unroll(values(3), MultiplicativeUpdate{}, 1).compile().precision(Precision::f64),
                            loss, some))
              .epsilon(1e-9));
  }
}

TEST_CASE("likelihoods weigh samples, and refuse gaps") {
  Random random(7);
  Dataset data = Dataset()
                     .add("f", 2, sites, draw(random, 2 * sites * 2, -0.5))
                     .add("y", 1, sites, {0, 1, 1, 0, 1, 1, 0, 0});
  data.add("weight", 1, 1, {3, 0.5F}).add("wide", 1, sites, std::vector<float>(2 * sites, 1));
  const Network network = unroll(independent(2), SumProduct{}, 1).compile();
  const Loss plain = loss::negative_log_likelihood("x", "y"),
             weighed = loss::negative_log_likelihood("x", "y", {.weights = "weight"});
  const double first = evaluate_loss(network, plain, data.slice(0, 1)),
               second = evaluate_loss(network, plain, data.slice(1, 1));
  CHECK(evaluate_loss(network, weighed, data) == doctest::Approx((3 * first + 0.5 * second) / 2));
  for (const GradientCheck& check : check_gradients(network, weighed, data)) CHECK(check.passed);
  expect_error<ScheduleError>([] { (void)loss::negative_log_likelihood("x", "y", {.gaps = true}); },
                              {"second log Z", "cross_entropy"});
  expect_error<DataError>(
      [&] {
        (void)evaluate_loss(network, loss::negative_log_likelihood("x", "y", {.weights = "wide"}), data);
      },
      {"'wide'", "1 x 4", "1 x 1"});
}

TEST_CASE("errors of sites name array, sample and entry") {
  for (const Setting& s : settings()) {
    CAPTURE(s.name);
    const Network& network = s.network;
    // A gap where the loss was not told of any.
    expect_error<DataError>([&] { (void)evaluate_loss(network, s.loss("gaps", {}), s.data); },
                            {"'gaps'", "nan", "sample 0", "entry 0", "missing", "Sites"});
    // As weights, gaps and negative numbers are refused.
    Dataset data = s.data;
    std::vector<float> weight(sites * samples, 1);
    weight[6] = -1;
    data.add("negative", 1, sites, weight);
    weight[6] = missing;
    data.add("hole", 1, sites, weight).add("short", 1, 1, {1, 1, 1});
    for (const char* bad : {"negative", "hole"})
      expect_error<DataError>([&] { (void)evaluate_loss(network, s.loss("target", {.weights = bad}), data); },
                              {std::string("'") + bad + "'", "sample 1", "entry 2"});
    expect_error<DataError>(
        [&] { (void)evaluate_loss(network, s.loss("target", {.weights = "short"}), data); },
        {"'short'", "1 x 1", "1 x 4"});
    expect_error<DataError>(
        [&] { (void)evaluate_loss(network, s.loss("target", {.weights = "nowhere"}), data); }, {"'nowhere'"});
  }
}

}  // namespace unfurl::test
