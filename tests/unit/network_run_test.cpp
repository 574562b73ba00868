// Results, parameters and runs of a network: nothing dangles, nothing is read beyond its end, nothing is stale.
#include <doctest/doctest.h>

#include <ctime>
#include <filesystem>
#include <thread>

#include "error/model_errors.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

Model field() {
  Model m("field");
  const auto y = m.observed("y", {3});
  const auto x = m.discrete("x", {3}, 2);
  m.factor("data", each(x), Field{m.param("gain", 1.0, nonneg) * y});
  m.factor("pairs", chain(x), Ising{m.param("J", per_edge(chain(x)), 0.5)});
  m.readout("gained", m.param("scale", vector(3), 2.0) + 0 * y);
  return m;
}

Network network() { return unroll(field(), SumProduct{}, 3).compile(); }
Dataset sample() { return Dataset().add("y", 1, 3, {0.5F, -1, 2}).add("label", 1, 3, {0, 1, 1}); }

template <class T>
constexpr bool is_value = !std::is_reference_v<T>;

}  // namespace

TEST_CASE("what a temporary gives is a value") {
  static_assert(is_value<decltype(std::declval<Dataset>()["x"])>);
  static_assert(is_value<decltype(std::declval<Dataset>().arrays())>);
  static_assert(is_value<decltype(std::declval<Dataset>().add("x", Samples{}))>);
  static_assert(is_value<decltype(std::declval<Network>().unrolled())>);
  static_assert(is_value<decltype(std::declval<Network>().parameters())>);
  static_assert(is_value<decltype(std::declval<Network>().parameter("x"))>);
  static_assert(is_value<decltype(std::declval<Network>().threads(1))>);
  static_assert(is_value<decltype(std::declval<Schedule>().untie(all))>);
  static_assert(is_value<decltype(std::declval<Schedule>().table())>);
  static_assert(is_value<decltype(std::declval<Model>().params())>);
  static_assert(is_value<decltype(std::declval<Model>().factors())>);
  static_assert(is_value<decltype(std::declval<Model>().name())>);
  static_assert(is_value<decltype(std::declval<Param>().name())>);
  static_assert(is_value<decltype(std::declval<Expr>().type())>);
  static_assert(is_value<decltype(std::declval<DataError>().mend())>);
  static_assert(!std::is_reference_v<decltype(std::declval<ir::Graph>().type(ir::Value{}))>);

  const Network n = network();
  const Dataset kept = n.run(sample());
  std::vector<float> in_a_loop;
  for (const float v : n.run(sample())["x"].values) in_a_loop.push_back(v);
  CHECK(in_a_loop == kept["x"].values);
  std::size_t numbers = 0;
  for (const Parameter& p : network().parameters()) numbers += p.values.size();
  CHECK(numbers == 6);
}

TEST_CASE("a parameter with another number of values is named, wherever it is used") {
  Network n = network();
  (void)n.run(sample());  // planned and kept
  n.parameter("J").values = {1};
  const std::vector<std::string> parts = {"'J'", "2 numbers, not 1"};
  const Loss loss = loss::cross_entropy("x", "label");
  for (const Precision precision : {Precision::f32, Precision::f64}) {
    n.precision(precision);
    expect_error<DataError>([&] { (void)n.run(sample()); }, parts);
    expect_error<DataError>([&] { (void)n.runner(); }, parts);
    expect_error<DataError>([&] { (void)n.stream(); }, parts);
    expect_error<DataError>([&] { (void)evaluate_loss(n, loss, sample()); }, parts);
    expect_error<DataError>([&] { (void)check_gradients(n, loss, sample()); }, parts);
    expect_error<DataError>([&] { (Trainer{.loss = loss, .epochs = 1}.fit(n, fixed(sample()))); }, parts);
    expect_error<DataError>([&] { (void)exact(n, sample(), 0); }, parts);
  }
  const auto path = std::filesystem::temp_directory_path() / "unfurl_network_run_test";
  expect_error<DataError>([&] { save(path, {"", n.parameters(), {}}); }, {"'J'", "1 values"});
  CHECK(!std::filesystem::exists(path));
  n.parameter("J").values = {0.1, 0.2, 0.3};  // too many, too
  expect_error<DataError>([&] { (void)n.run(sample()); }, {"'J'", "2 numbers, not 3"});
  n.parameter("J").values = {0.5, 0.5};
  CHECK(n.precision(Precision::f32).run(sample())["x"].values == network().run(sample())["x"].values);
}

TEST_CASE("parameters that are removed, renamed or exchanged are named") {
  Network n = network();
  (void)n.run(sample());
  const std::vector<Parameter> whole = n.parameters();
  n.parameters().pop_back();
  expect_error<ScheduleError>([&] { (void)n.run(sample()); }, {"'scale'", "[1, 3]"});
  n.parameters().clear();
  expect_error<ScheduleError>([&] { (void)n.run(sample()); }, {"does not have"});
  n.parameters() = whole;
  n.parameters()[0].name = "other";
  expect_error<ScheduleError>([&] { (void)n.run(sample()); }, {"'gain'"});
  n.parameters() = whole;
  std::swap(n.parameters()[0], n.parameters()[1]);  // harmless: they are found by name
  CHECK(n.run(sample())["x"].values == network().run(sample())["x"].values);
}

TEST_CASE("a run sees every change, whatever was kept of the last one") {
  Network n = network();
  const auto anew = [&] { return Network(n).run(sample()); };
  CHECK(n.run(sample())["x"].values == anew()["x"].values);
  double& J = n.parameter("J").values[1];
  std::vector<float> last;
  for (const double value : {-0.5, 0.25, 2.0}) {
    J = value;                               // through a reference that was taken before
    n.parameter("scale").values[0] = value;  // what depends on parameters alone is computed once
    const Dataset result = n.run(sample());
    CHECK(result["gained"].values[0] == static_cast<float>(value));
    CHECK(result["x"].values == anew()["x"].values);
    CHECK(result["x"].values != last);
    last = result["x"].values;
    CHECK(n.run(sample(), {"x"}, 1)["x"].values == Network(n).run(sample(), {"x"}, 1)["x"].values);
    CHECK(n.run(sample(), {"log_partition"})["log_partition"].values ==
          Network(n).run(sample(), {"log_partition"})["log_partition"].values);
  }
  n.parameter("gain").values[0] = -1;
  for (int i = 0; i < 2; ++i)
    expect_error<DataError>([&] { (void)n.run(sample()); }, {"'gain'", "-1", "non-negative"});
  n.parameter("gain").values[0] = 1.0 / 3;
  const std::vector<float> single = n.run(sample())["x"].values;
  n.precision(Precision::f64).threads(2);
  CHECK(n.run(sample())["x"].values == Network(n).run(sample())["x"].values);
  CHECK(n.precision(Precision::f32).run(sample())["x"].values == single);
  Trainer{.loss = loss::cross_entropy("x", "label"), .epochs = 2}.fit(n, fixed(sample()));
  CHECK(n.run(sample())["x"].values == anew()["x"].values);
  const Network copy = n;  // has its own
  n.parameter("gain").values[0] = 5;
  CHECK(copy.run(sample())["x"].values != n.run(sample())["x"].values);
}

TEST_CASE("results that single precision cannot hold are refused in double precision, too") {
  Model m("large");
  const auto x = m.latent("x", {1});
  const auto y = m.observed("y", {1});
  m.factor("fit", SquaredError{y, x});
  m.readout("z", 1e30 * (1e30 * y));
  const Network n = unroll(m, ProximalGradient{}, 1).compile().precision(Precision::f64);
  expect_error<NumericalError>([&] { (void)n.run(Dataset().add("y", 1, 1, {1})); },
                               {"'z'", "single precision"});
}

TEST_CASE("several threads may run one network") {
  const Network n = network().threads(1);
  const std::vector<float> want = n.run(sample())["x"].values;
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (int& count : wrong)
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) count += n.run(sample())["x"].values == want ? 0 : 1;
    });
  for (std::thread& t : threads) t.join();
  CHECK(wrong == std::vector<int>{0, 0, 0, 0});
}

TEST_CASE("runs of one sample keep their plan") {  // making it takes seventy times as long as running it
  const Network n = network().threads(1);
  Runner runner = n.runner();
  const Dataset one = sample();
  const auto seconds = [](auto run) {  // of this process, the best of a few
    double best = 1e9;
    for (int repeat = 0; repeat < 5; ++repeat) {
      const std::clock_t start = std::clock();
      for (int i = 0; i < 500; ++i) run();
      best = std::min(best, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC / 500);
    }
    return best;
  };
  const double kept = seconds([&] { (void)n.run(one); }), by_runner = seconds([&] { (void)runner.run(one); });
  INFO(kept * 1e6, " and ", by_runner * 1e6, " microseconds");
  CHECK(kept < 20 * by_runner);
}

}  // namespace unfurl::test

TEST_SUITE_END();
