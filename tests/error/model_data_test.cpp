// Data and numbers that a network or exact inference cannot take.
#include <cmath>
#include <limits>

#include "error/model_errors.hpp"
#include "unfurl/algorithms.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN(),
                infinity = std::numeric_limits<float>::infinity();

Model factorization() {
  Model m("nmf");
  const auto v = m.observed("V", {3}, nonneg);
  const auto h = m.latent("H", {2}, nonneg);
  m.factor("fit", KL{v, m.param("W", matrix(3, 2), {1, 2, 3, 1, 2, 1}, nonneg) * h});
  return m;
}

Dataset one_array(const std::string& name, int rows, std::vector<float> values) {
  return Dataset().add(name, 1, rows, std::move(values));
}

}  // namespace

TEST_CASE("arrays that do not fill samples or do not match each other") {
  Dataset data;
  expect_error_here<DataError>([&] { data.add("V", 1, 3, {1, 2}); }, {"'V'", "2 numbers", "1 x 3"});
  expect_error_here<DataError>([&] { data.add("V", 1, 0, {}); }, {"'V'", "1 x 0"});
  data.add("V", 1, 3, {1, 2, 3, 4, 5, 6});
  expect_error_here<DataError>(
      [&] {
        data.add("labels", 1, 1, {0, 1, 2});
      },
      {"'labels'", "3 samples", "'V'", "2"});
  expect_error<DataError>([&] { (void)data["W"]; }, {"'W'", "known: V"});
  expect_error<DataError>([&] { (void)data.take("v"); }, {"'v'", "did you mean 'V'"});
  CHECK_THROWS_WITH_AS((void)data.slice(1, 2), doctest::Contains("samples 1 to 2 of 2"), DataError);
}

TEST_CASE("data that a network cannot take") {
  const Network network = unroll(factorization(), MultiplicativeUpdate{}, 3).compile();
  const auto run = [&](const Dataset& data) { return [&network, data] { (void)network.run(data); }; };
  expect_error_here<DataError>(run(Dataset{}), {"'V'"});
  expect_error_here<DataError>(run(one_array("X", 3, {1, 2, 3})), {"no 'V'", "1 x 3"});
  expect_error_here<DataError>(run(one_array("V", 4, {1, 2, 3, 4})), {"'V'", "1 x 4", "1 x 3"});
  expect_error_here<DataError>(run(one_array("V", 3, {1, 2, 3, 4, 5, not_a_number})),
                               {"'V'", "nan", "sample 1", "entry 2"});
  expect_error_here<DataError>(run(one_array("V", 3, {infinity, 2, 3})), {"'V'", "inf", "sample 0"});
  expect_error_here<DataError>(run(one_array("V", 3, {1, -2, 3})), {"'V'", "-2", "entry 1", "non-negative"});
  expect_error<DataError>(run(one_array("V", 3, {})), {"no samples"});
  const Dataset good = one_array("V", 3, {1, 2, 3});
  expect_error<DataError>([&] { (void)network.run(good, {"h"}); }, {"'h'", "did you mean 'H'"});
  expect_error<DataError>([&] { (void)network.run(good, {}, 4); }, {"layer 4", "3"});
  CHECK(network.run(good).has("H"));
}

TEST_CASE("a network that observes nothing still needs to know how many samples") {
  Model m("prior");
  const auto x = m.discrete("x", {2}, 2);
  m.factor("pair", pairs(x, {{0, 1}}), Ising{m.param("J", 1.0)});
  const Network network = unroll(m, SumProduct{}, 2).compile();
  expect_error<DataError>([&] { (void)network.run(Dataset{}); }, {"no samples"});
  CHECK(network.run(one_array("anything", 1, {0, 0}), {"x"}).samples() == 2);
}

TEST_CASE("values that a parameter cannot take") {
  Network network = unroll(factorization(), MultiplicativeUpdate{}, 3).untie(all).compile();
  expect_error<ScheduleError>([&] { network.set("w", {1}); }, {"'w'", "did you mean 'W"});
  expect_error<ScheduleError>([&] { (void)network.parameter("W@7"); }, {"'W@7'", "W@1"});
  expect_error<DataError>([&] { network.set("W", {1, 2, 3}); }, {"'W'", "6 numbers", "3"});
  expect_error<DataError>([&] { network.set("W", {1, 2, 3, 4, 5, std::nan("")}); }, {"'W'", "nan"});
  expect_error<DataError>([&] { network.set("W", {1, 2, 3, 4, -5, 6}); }, {"'W'", "-5", "non-negative"});
  network.set("W", {1, 2, 3, 4, 5, 6});
  CHECK(network.parameter("W@2").values[4] == 5);
}

TEST_CASE("a run that leaves the finite numbers says which operation, layer and declaration") {
  Model m("overflow");
  const auto x = m.discrete("x", {2}, 2);
  const auto y = m.observed("y", {2});
  m.factor("steep", each(x), Field{exp(y) - exp(y)});
  const Network network = unroll(m, SumProduct{}, 2).compile();
  const Dataset data = one_array("y", 2, {1000, 0});
  expect_error_here<NumericalError>([&] { (void)network.run(data); }, {"'exp'", "infinity", "'steep'"});
}

TEST_CASE("what exact inference refuses") {
  Model m("grid");
  const auto y = m.observed("y", {20, 20});
  const auto x = m.discrete("x", {20, 20}, 4);
  m.factor("smooth", grid4(x), Potts{m.param("J", 0.5)});
  const Dataset data = one_array("y", 400, std::vector<float>(800, 0));
  expect_error<DataError>([&] { (void)exact(m, data, 0); }, {"treewidth of 20", "GB", "most_memory"});
  Model dense("dense");
  dense.factor("pairs", all_pairs(dense.discrete("x", {300}, 2)), Ising{dense.param("J", 0.1)});
  expect_error<DataError>([&] { (void)exact(dense, Dataset{}, 0); }, {"treewidth of at least 299"});
  expect_error<DataError>([&] { (void)exact(m, data, 2); }, {"sample 2", "2"});
  expect_error<DataError>([&] { (void)exact(m, data, -1); }, {"sample -1"});
  expect_error_here<DataError>([&] { (void)exact(m, Dataset{}, 0); }, {"'y'"});
  expect_error_here<ModelError>(
      [&] {
        (void)exact(factorization(), one_array("V", 3, {1, 2, 3}), 0);
      },
      {"'fit'", "BetaDivergence"});

  Model small("small");
  const auto z = small.discrete("z", {2}, 2);
  const auto evidence = small.observed("e", {2});
  small.factor("evidence", each(z), Field{small.param("g", 1.0) * evidence});
  const Dataset fine = one_array("e", 2, {1, 2});
  expect_error_here<DataError>(
      [&] {
        (void)exact(small, one_array("e", 2, {1, not_a_number}), 0);
      },
      {"'e'", "nan"});
  expect_error<ScheduleError>(
      [&] {
        (void)exact(small, {{"G", {1.0}}}, fine, 0);
      },
      {"'G'", "did you mean 'g'"});
  expect_error<DataError>([&] { (void)exact(small, {{"g", {1.0, 2.0}}}, fine, 0); }, {"'g'", "1 number"});
  Network untied = unroll(small, SumProduct{}, 2).untie(all).compile();
  CHECK(exact(untied, fine, 0).marginals.size() == 2);  // all copies still agree
  untied.parameter("g@1").values[0] = 2;
  untied.parameter("g@2").values[0] = 3;
  expect_error_here<ScheduleError>([&] { (void)exact(untied, fine, 0); }, {"'g'", "tied"});
  const Network scaled = unroll(small, SumProduct{}, 2).scale(all).compile();
  expect_error_here<ScheduleError>([&] { (void)exact(scaled, fine, 0); }, {"'g'", "tied"});

  Model contradiction("contradiction");
  const auto c = contradiction.discrete("c", {1}, 2);
  contradiction.factor("first", each(c), Table{log(contradiction.param("p", {2, 1}, {0, 1}, nonneg))});
  contradiction.factor("second", each(c), Table{log(contradiction.param("q", {2, 1}, {1, 0}, nonneg))});
  expect_error<NumericalError>([&] { (void)exact(contradiction, Dataset{}, 0); },
                               {"no possible joint state"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
