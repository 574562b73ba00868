// Factors of many variables and of real ones: declarations, algorithms and runs that are refused.
#include "error/model_errors.hpp"
#include "unfurl/algorithms.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/inference.hpp"
#include "unfurl/network.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

std::vector<int> first(int n) {
  std::vector<int> scope;
  for (int i = 0; i < n; ++i) scope.push_back(i);
  return scope;
}

Model real_pair(double J) {
  Model m("pair");
  const auto x = m.continuous("x", {2});
  m.factor("data", each(x), Gaussian{1.0, 0.5});
  m.factor("joined", chain(x), GaussianCoupling{m.param("J", J)});
  return m;
}

}  // namespace

TEST_CASE("factors of many variables refuse what they cannot join") {
  Model m("many");
  const auto x = m.discrete("x", {4}, 2), z = m.discrete("z", {3}, 3);
  const auto five = m.param("T", {5, 1}, 0.0);
  expect_error_here<ModelError>([&] { m.factor("f", Parity{}); }, {"'f'", "Parity", "no variables"});
  expect_error_here<ModelError>([&] { m.factor("f", chain(z), ExactlyOne{}); },
                                {"'f'", "'z'", "3 states", "ExactlyOne", "binary"});
  expect_error_here<ModelError>([&] { m.factor("f", tuples(x, {first(3)}), Cardinality{five}); },
                                {"'f'", "'T'", "4 planes"});
  expect_error_here<ModelError>([&] { m.factor("f", chain(x), Parity{five}); }, {"'f'", "'T'", "1 planes"});
  expect_error_here<ModelError>([&] { m.factor("f", chain(x), Cardinality{}); }, {"'f'", "empty argument"});
  m.factor("f", all_pairs(x), AtMostOne{});  // an edge set like any other
  unroll(m, SumProduct{}, 1).compile();
}

TEST_CASE("mean field names what it cannot serve") {
  for (const FactorSpec& spec : {FactorSpec(Parity{}), FactorSpec(AtMostOne{}), FactorSpec(ExactlyOne{})}) {
    Model m("hard");
    const auto x = m.discrete("x", {3}, 2);
    m.factor("all", tuples(x, {first(3)}), spec);
    expect_error_here<ScheduleError>([&] { unroll(m, MeanField{}, 1).compile(); },
                                     {"MeanField", "'all'", spec.type->name(), "SumProduct"});
  }
}

TEST_CASE("exact inference names the memory that a factor of many variables would need") {
  Model m("large");
  const auto x = m.discrete("x", {300}, 2);
  m.factor("all", tuples(x, {first(300)}), Parity{});
  expect_error<DataError>([&] { exact(m, Dataset{}, 0); }, {"treewidth", "299", "GB"});
  Model wide("wide");
  const auto z = wide.discrete("z", {27}, 2);
  wide.factor("all", tuples(z, {first(27)}), ExactlyOne{});
  expect_error_here<ModelError>([&] { exact(wide, Dataset{}, 0, {.most_memory = 1e12}); },
                                {"'all'", "ExactlyOne", "27 variables", "bytes"});
  expect_error<ModelError>([&] { (void)table(tuples(x, {first(31)})); }, {"31 variables", "2^30"});
}

TEST_CASE("variables without a possible state are named") {
  Model m("contradiction");
  const auto x = m.discrete("x", {3}, 2);
  m.factor("sure", pairs(x, {{0, 1}}), Table{log(m.param("T", {4, 1}, {0, 0, 0, 1}, nonneg))});
  m.factor("one", tuples(x, {first(3)}), AtMostOne{});
  expect_error_here<NoPossibleState>([&] { infer(m, SumProduct{}); }, {"x[", "without a possible state"});
}

TEST_CASE("real and discrete variables do not mix") {
  Model m("mixed");
  const auto x = m.continuous("x", {2, 3});
  const auto s = m.discrete("s", {2, 3}, 2);
  expect_error_here<ModelError>([&] { m.factor("f", grid4(x), Ising{0.5}); },
                                {"'f'", "real variables 'x'", "Ising", "GaussianDifference"});
  expect_error_here<ModelError>([&] { m.factor("f", each(x), Table{0.5}); }, {"'f'", "real variables 'x'"});
  expect_error_here<ModelError>([&] { m.factor("f", grid4(s), GaussianCoupling{0.5}); },
                                {"'f'", "discrete variables 's'", "GaussianCoupling", "m.continuous"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", pairs(x, s, {{0, 0}}), GaussianDifference{1.0});
      },
      {"'f'", "discrete variables 's'"});
  expect_error_here<ModelError>([&] { m.factor("f", each(x), GaussianDifference{1.0}); }, {"'f'", "joins 2"});
  expect_error_here<ModelError>([&] { m.factor("f", grid4(x), Gaussian{1.0, 0.0}); }, {"'f'", "each(x)"});
  expect_error_here<ModelError>([&] { m.factor("f", Gaussian{1.0, 0.0}); }, {"'f'", "joins 0"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", each(x), Gaussian{m.param("p", vector(5), 1.0), 0.0});
      },
      {"'f'", "'p'", "6 rows"});
  expect_error<ModelError>([&] { (void)table(each(x)); }, {"'x'", "Gaussian"});
  expect_error_here<ModelError>([&] { m.continuous("x", {2}); }, {"'x'", "twice"});
  expect_error_here<ModelError>([&] { m.continuous("w", {0}); }, {"'w'", "extent"});
  Model other("other");
  expect_error_here<ModelError>(
      [&] {
        other.factor("f", each(x), Gaussian{1.0, 0.0});
      },
      {"'f'", "'x'", "another model"});
}

TEST_CASE("algorithms that infer other variables name both, and what would serve them") {
  const Model m = real_pair(0.1);
  for (const char* name : {"bp", "mf", "minsum", "trw", "fractional"})
    expect_error_here<ScheduleError>([&] { unroll(m, algorithm_by_name(name), 2); },
                                     {"'data'", "Gaussian", "GaussianBeliefPropagation"});
  for (const char* name : {"mu", "ista"})
    expect_error_here<ScheduleError>([&] { unroll(m, algorithm_by_name(name), 2); },
                                     {"'data'", "GaussianBeliefPropagation"});
  expect_error_here<ModelError>([&] { exact(m, Dataset{}, 0); }, {"real variable 'x'"});
  expect_error<ScheduleError>([&] { infer(m, GaussianBeliefPropagation{}); }, {"'pair'", "discrete"});

  Model spins("spins");
  const auto s = spins.discrete("s", {2}, 2);
  expect_error_here<ScheduleError>([&] { unroll(spins, GaussianBeliefPropagation{}, 2); },
                                   {"GaussianBeliefPropagation", "'s'"});
  spins.factor("joined", chain(s), Ising{0.5});
  expect_error_here<ScheduleError>([&] { unroll(spins, algorithm_by_name("gabp"), 2); },
                                   {"GaussianBeliefPropagation", "'joined'", "Ising"});
  expect_error<ScheduleError>([&] { unroll(Model("empty"), GaussianBeliefPropagation{}, 2); },
                              {"'empty'", "m.continuous"});
  expect_error<ScheduleError>([&] { unroll(m, GaussianBeliefPropagation{.damping = 1}, 2); },
                              {"damping", "1"});
  Model alone("alone");
  const auto r = alone.continuous("r", {2});
  expect_error<ScheduleError>([&] { unroll(alone, SumProduct{}, 2); }, {"'alone'", "discrete"});
  alone.discrete("d", {2}, 2);
  expect_error_here<ScheduleError>([&] { unroll(alone, SumProduct{}, 2); }, {"SumProduct", "'r'"});
  (void)r;
}

TEST_CASE("a precision that is not positive is an error that says where") {
  Dataset data;
  data.add("unused", 1, 1, {0});
  unroll(real_pair(0.9), GaussianBeliefPropagation{}, 3).compile().run(data);
  // The precision matrix has the eigenvalue 1 - 1.5.
  expect_error<NumericalError>(
      [&] { unroll(real_pair(1.5), GaussianBeliefPropagation{}, 3).compile().run(data); },
      {"'x'", "precision", "not positive"});
  Model bare("bare");
  const auto x = bare.continuous("x", {2});
  bare.factor("joined", chain(x), GaussianCoupling{0.5});
  expect_error<NumericalError>([&] { unroll(bare, GaussianBeliefPropagation{}, 2).compile().run(data); },
                               {"'joined'", "precision"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
