// Schedules that are refused: algorithms that cannot serve a factor, unknown parameters, impossible places.
#include <cmath>

#include "error/model_errors.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/formulas.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

Model markov_field() {
  Model m("field");
  const auto x = m.discrete("x", {3, 3}, 2);
  m.factor("data", each(x), Field{m.param("gain", 1.0) * m.observed("y", {3, 3})});
  m.factor("smooth", grid4(x), Ising{m.param("J", 0.5)});
  return m;
}

Model factorization() {
  Model m("nmf");
  const auto v = m.observed("V", {4}, nonneg);
  const auto h = m.latent("H", {2}, nonneg);
  m.factor("fit", KL{v, m.param("W", matrix(4, 2), 1.0, nonneg) * h});
  return m;
}

Model boltzmann() {
  Model m("boltzmann");
  const auto x = m.discrete("x", {3}, 2);
  m.factor("pairs", all_pairs(x), Dense{m.param("W", matrix(3, 3), 0.0)});
  return m;
}

}  // namespace

TEST_CASE("algorithms that cannot serve a factor name both, and what would serve it") {
  expect_error_here<ScheduleError>([] { unroll(factorization(), SumProduct{}, 3); },
                                   {"SumProduct", "'fit'", "BetaDivergence"});
  expect_error_here<ScheduleError>([] { unroll(factorization(), MeanField{}, 3); }, {"MeanField", "'fit'"});
  expect_error_here<ScheduleError>([] { unroll(markov_field(), MultiplicativeUpdate{}, 3); },
                                   {"MultiplicativeUpdate", "'data'", "Field", "SumProduct"});
  expect_error_here<ScheduleError>([] { unroll(markov_field(), ProximalGradient{}, 3); },
                                   {"ProximalGradient", "'data'"});
  expect_error_here<ScheduleError>([] { unroll(boltzmann(), SumProduct{}, 3); },
                                   {"SumProduct", "'pairs'", "Dense", "MeanField"});
  expect_error_here<ScheduleError>([] { unroll(factorization(), ProximalGradient{}, 3); },
                                   {"ProximalGradient", "'fit'", "BetaDivergence", "SquaredError"});
}

TEST_CASE("models without what an algorithm infers") {
  const Model empty("empty");
  expect_error<ScheduleError>([&] { unroll(empty, SumProduct{}, 2); }, {"'empty'", "discrete"});
  expect_error<ScheduleError>([&] { unroll(empty, MultiplicativeUpdate{}, 2); }, {"'empty'", "latents"});
  Model mixed = markov_field();
  mixed.latent("H", {2}, nonneg);
  expect_error_here<ScheduleError>([&] { unroll(mixed, MeanField{}, 2); }, {"MeanField", "'H'"});
  Model other = factorization();
  other.discrete("x", {2}, 2);
  expect_error_here<ScheduleError>([&] { unroll(other, MultiplicativeUpdate{}, 2); },
                                   {"MultiplicativeUpdate", "'x'"});
  Model alone("alone");
  alone.latent("H", {2}, nonneg);
  expect_error_here<ScheduleError>([&] { unroll(alone, MultiplicativeUpdate{}, 2); },
                                   {"'alone'", "no factors"});
  Model variables("variables");
  variables.discrete("x", {2}, 2);
  expect_error_here<ScheduleError>([&] { unroll(variables, SumProduct{}, 2); },
                                   {"'variables'", "no factors"});
  alone.factor("sparse", L1{0.1, alone.latent("G", {2}, nonneg)});
  expect_error_here<ScheduleError>([&] { unroll(alone, MultiplicativeUpdate{}, 2).compile(); },
                                   {"'H'", "objective"});
}

TEST_CASE("what multiplicative updates and proximal gradients need") {
  Model real_latent("real");
  const auto h = real_latent.latent("H", {2});
  const auto v = real_latent.observed("V", {4});
  const auto w = real_latent.param("W", matrix(4, 2), 1.0);
  real_latent.factor("fit", SquaredError{v, w * h});
  expect_error_here<ScheduleError>([&] { unroll(real_latent, MultiplicativeUpdate{}, 3); },
                                   {"'H'", "negative", "nonneg"});
  expect_error<ScheduleError>([] { unroll(factorization(), MultiplicativeUpdate{.initial = 0}, 3); },
                              {"MultiplicativeUpdate", "positive"});
  expect_error<ScheduleError>([] { unroll(factorization(), MultiplicativeUpdate{.exponent = -1}, 3); },
                              {"MultiplicativeUpdate", "positive"});
  expect_error<ScheduleError>(
      [&] {
        unroll(real_latent, ProximalGradient{.form = ProximalGradient::Form::lista, .accelerated = true}, 3);
      },
      {"LISTA"});

  Model two("two");
  const auto x = two.latent("x", {2}), z = two.latent("z", {2});
  const auto a = two.param("A", matrix(4, 2), 1.0);
  two.factor("fit", SquaredError{two.observed("b", {4}), a * x + a * z});
  expect_error<ScheduleError>([&] { unroll(two, ProximalGradient{}, 3); }, {"one latent"});
  Model hidden("hidden");
  const auto u = hidden.latent("u", {2});
  hidden.factor("fit",
                SquaredError{hidden.observed("b", {4}), exp(hidden.param("A", matrix(4, 2), 1.0) * u)});
  expect_error_here<ScheduleError>([&] { unroll(hidden, ProximalGradient{}, 3); },
                                   {"'fit'", "'exp'", "not linear", "'u'", "A * x"});
  unroll(hidden, ProximalGradient{.step = 0.1}, 3).compile();  // whoever knows a step may take it
  expect_error<ScheduleError>([&] { unroll(hidden, ProximalGradient{.step = -1}, 3); }, {"step", "-1"});
  Model zero("zero");
  zero.factor("fit", SquaredError{zero.observed("b", {4}),
                                  zero.param("A", matrix(4, 2), 0.0) * zero.latent("u", {2})});
  expect_error_here<ScheduleError>([&] { unroll(zero, ProximalGradient{}, 3); }, {"'fit'", "zero"});
}

TEST_CASE("proximal gradients name the factor that they cannot serve") {
  using Form = ProximalGradient::Form;
  const ProximalGradient lista{.form = Form::lista};
  const auto with = [](const std::function<void(Model&, const Latent&, const Expr&)>& more) {
    Model m("sparse");
    const auto x = m.latent("x", {3});
    const Expr image = m.param("A", matrix(4, 3), 1.0) * x;
    m.factor("fit", SquaredError{m.observed("b", {4}), image});
    more(m, x, image);
    return m;
  };
  const Model two = with([](Model& m, const Latent& x, const Expr&) {
    m.factor("sparse", L1{1.0, x});
    m.factor("sparser", L1{1.0, x});
  });
  expect_error_here<ScheduleError>([&] { unroll(two, ProximalGradient{}, 3); },
                                   {"'sparser'", "L1", "beside 'sparse'"});
  const Model formula = with([](Model& m, const Latent&, const Expr& image) {
    m.factor("tv", L1{1.0, image});
  });
  expect_error_here<ScheduleError>([&] { unroll(formula, ProximalGradient{}, 3); }, {"'tv'", "L1", "'*'"});
  const Model fits = with([](Model& m, const Latent&, const Expr& image) {
    m.factor("other", SquaredError{m.observed("c", {4}), image});
  });
  unroll(fits, ProximalGradient{}, 3).compile();
  expect_error_here<ScheduleError>([&] { unroll(fits, lista, 3); }, {"LISTA", "'other'", "SquaredError"});
  const Model weighted = with([](Model& m, const Latent& x, const Expr&) {
    m.factor("sparse", L1{m.observed("w", {}, nonneg), x});
  });
  unroll(weighted, ProximalGradient{}, 3).compile();
  expect_error_here<ScheduleError>([&] { unroll(weighted, lista, 3); }, {"'sparse'", "without data"});
  Model offset("offset");
  const auto z = offset.latent("z", {3});
  offset.factor("fit", SquaredError{offset.observed("b", {4}), offset.param("A", matrix(4, 3), 1.0) * z +
                                                                   offset.param("c", vector(4), 0.0)});
  unroll(offset, ProximalGradient{}, 3).compile();
  expect_error_here<ScheduleError>([&] { unroll(offset, lista, 3); }, {"'fit'", "latent alone"});
}

TEST_CASE("energies and formulas that an algorithm would get wrong") {
  Model m("huber");
  const auto x = m.latent("x", {3}, nonneg);
  m.factor("fit", Huber{m.observed("y", {3}, nonneg), x});
  expect_error_here<ScheduleError>([&] { unroll(m, MultiplicativeUpdate{}, 1).compile(); },
                                   {"MultiplicativeUpdate", "'fit'", "Huber"});
  m.factor("square", L1{0.1, pow(x, 2)});
  expect_error_here<ScheduleError>([&] { unroll(m, Admm{.penalty = 1, .step = 0.1}, 1).compile(); },
                                   {"Admm", "'square'", "not linear"});
}

TEST_CASE("names of algorithms of one's own") {
  name_algorithm("own-name-for-a-test", SumProduct{.damping = 0.25});
  CHECK(algorithm_by_name("own-name-for-a-test")->parameters(markov_field())[0].name == "bp.damping");
  CHECK(algorithm_names().back() == "own-name-for-a-test");
  expect_error<ScheduleError>([] { algorithm_by_name("own-name-for-tests"); },
                              {"did you mean 'own-name-for-a-test'"});
  expect_error<ScheduleError>([] { name_algorithm("bp", SumProduct{}); }, {"'bp'", "already"});
  expect_error<ScheduleError>([] { name_algorithm("", SumProduct{}); }, {"without a name"});
  expect_error<ScheduleError>([] { name_algorithm("none", nullptr); }, {"without an algorithm"});
}

TEST_CASE("damping out of range") {
  for (double damping : {-0.1, 1.0, std::nan("")}) {
    expect_error<ScheduleError>([&] { unroll(markov_field(), MeanField{.damping = damping}, 3); },
                                {"MeanField", "damping"});
    expect_error<ScheduleError>([&] { unroll(markov_field(), SumProduct{.damping = damping}, 3); },
                                {"SumProduct", "damping"});
  }
}

TEST_CASE("unknown parameters, places and tyings") {
  const Model m = markov_field();
  expect_error_here<ScheduleError>([&] { unroll(m, SumProduct{}, 0); }, {"0 layers"});
  expect_error_here<ScheduleError>([&] { unroll(m, nullptr, 3); }, {"algorithm"});
  expect_error_here<ScheduleError>([&] { unroll(m, SumProduct{}, 3).untie("gains"); },
                                   {"'gains'", "did you mean 'gain'"});
  expect_error_here<ScheduleError>([&] { unroll(m, SumProduct{.damping = 0.1}, 3).freeze("damping"); },
                                   {"'damping'", "bp.damping"});
  expect_error_here<ScheduleError>([&] { unroll(m, SumProduct{}, 3).untie(all, last(4)); },
                                   {"last 4", "3 layers"});
  expect_error_here<ScheduleError>([&] { unroll(m, SumProduct{}, 3).untie(all, blocks(0)); }, {"0 blocks"});
  expect_error_here<ScheduleError>([&] { unroll(m, SumProduct{}, 3).untie(all, blocks(4)); }, {"4 blocks"});
  expect_error_here<ScheduleError>([&] { unroll(m, SumProduct{}, 3).untie(all, layers(2, 2)); },
                                   {"layers 2 to 3"});
  expect_error_here<ScheduleError>([&] { unroll(m, SumProduct{}, 3).tying("united"); },
                                   {"'united'", "did you mean 'untied'"});
  expect_error_here<ScheduleError>([&] { unroll(m, SumProduct{}, 3).tying("last:x"); },
                                   {"'last:x'", "number"});
  expect_error_here<ScheduleError>([&] { unroll(m, SumProduct{}, 3).tying("blocks:2x"); },
                                   {"'blocks:2x'", "number"});
  expect_error_here<ScheduleError>([&] { unroll(m, SumProduct{}, 3).tying("last:9"); }, {"last 9"});
  expect_error<ScheduleError>([] { algorithm_by_name("fist"); }, {"'fist'", "did you mean 'fista'"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
