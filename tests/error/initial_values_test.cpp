// Initial values of parameters that make no factor, or that single precision cannot hold.
#include <doctest/doctest.h>

#include "error/model_errors.hpp"
#include "unfurl/unfurl.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

/// A fit of a latent to data, with one more factor.
Model with(Domain domain, const std::function<FactorSpec(Model&, const Latent&)>& more) {
  Model m("fit");
  const auto x = m.latent("x", {3}, domain);
  m.factor("fit", SquaredError{m.observed("y", {3}), x});
  m.factor("more", more(m, x));
  return m;
}

}  // namespace

TEST_CASE("penalties whose weights are negative before training") {
  const auto refuse = [](const std::vector<std::string>& parts,
                         const std::function<FactorSpec(Model&, const Latent&)>& more) {
    expect_error<ModelError>([&] { unroll(with(real, more), Admm{}, 2); }, parts);
  };
  refuse({"'more'", "Huber", "negative", "'delta' is -1"}, [](Model& m, const Latent& x) {
    return Huber{m.observed("z", {3}), x, m.param("delta", -1.0)};
  });
  refuse({"'more'", "ElasticNet", "'ridge' is -2"}, [](Model& m, const Latent& x) {
    return ElasticNet{0.5, m.param("ridge", vector(3), {1, -2, 1}), x};
  });
  refuse({"'more'", "L1", "'mu' is -0.25"}, [](Model& m, const Latent& x) {
    return L1{m.param("mu", -0.25), x};
  });
  refuse({"'more'", "GroupLasso", "'mu' is -0.25"}, [](Model& m, const Latent& x) {
    return GroupLasso{m.param("mu", -0.25), x, {0, 0, 1}};
  });
  refuse({"'more'", "L1", "negative weight, -1"}, [](Model&, const Latent& x) { return L1{-1.0, x}; });
  refuse({"'more'", "L1", "'cwise' is -2"}, [](Model& m, const Latent& x) {  // of a formula, too
    return L1{-2.0 * m.param("mu", 1.0), x};
  });
  unroll(with(real, [](Model& m, const Latent& x) { return L1{m.param("mu", 0.0), x}; }), Admm{}, 2);
  unroll(with(real, [](Model& m, const Latent& x) { return L1{m.observed("mu", {}), x}; }), Admm{}, 2);
}

TEST_CASE("bounds that leave no room before training") {
  const auto refuse = [](Domain domain, const std::vector<std::string>& parts,
                         const std::function<FactorSpec(Model&, const Latent&)>& more) {
    expect_error<ModelError>([&] { unroll(with(domain, more), ProximalGradient{}, 2); }, parts);
  };
  refuse(real, {"'more'", "Box", "'low' of 2", "'high' of 1"}, [](Model& m, const Latent& x) {
    return Box{m.param("low", 2.0), m.param("high", vector(3), {3, 1, 2}), x};
  });
  refuse(real, {"'more'", "Box", "'cwise' of 2", "'1' of 1"}, [](Model& m, const Latent& x) {
    return Box{2.0 * m.param("low", 1.0), 1.0, x};
  });
  for (const bool literal : {false, true})
    refuse(nonneg, {"'more'", "Box", "of -1", "'x'", "not negative"}, [=](Model& m, const Latent& x) {
      return Box{-2.0, literal ? Expr(-1.0) : m.param("high", -1.0), x};
    });
  unroll(with(nonneg, [](Model&, const Latent& x) { return Box{-2.0, 0.0, x}; }), ProximalGradient{}, 2);
}

TEST_CASE("a step that single precision cannot hold is refused, and double precision has it") {
  Model m("large");
  const auto x = m.latent("x", {2});
  m.factor("fit", SquaredError{m.observed("y", {2}), m.param("A", matrix(2, 2), {1e20, 0, 0, 1e20}) * x});
  Network network = unroll(m, ProximalGradient{}, 3).compile();
  const Dataset data = Dataset().add("y", 1, 2, {1e20F, 2e20F});
  expect_error<DataError>([&] { network.run(data); }, {"'ista.step'", "single precision", "it would be 0"});
  CHECK(network.precision(Precision::f64).run(data)["x"].values[1] == doctest::Approx(2));
  network.precision(Precision::f32).set("ista.step", {1e-30});
  (void)network.parameters();
  network.set("A", {1e39, 0, 0, 1});
  expect_error<DataError>([&] { network.run(data); }, {"'A'", "1e+39", "infinite"});
  Trainer trainer{.loss = loss::squared_error("x", "t"), .epochs = 1};
  const Dataset labelled = Dataset(data).add("t", 1, 2, {1, 2});
  expect_error<DataError>([&] { trainer.fit(network, fixed(labelled)); }, {"'A'", "single precision"});
}

TEST_CASE("spaces, algorithms and tasks without a name or a type") {
  expect_error<ModelError>([] { (void)Space(std::shared_ptr<const SpaceType>()); }, {"space", "type"});
  for (const std::string name : {"two words", "tab\t", "a/b", "..", "-x", "\x1b[1m", " "}) {
    INFO(name);
    expect_error<ScheduleError>([&] { name_algorithm(name, SumProduct{}); }, {"no name for an algorithm"});
  }
}

TEST_CASE("the adjoint of what adds to its operand") {
  Model m("affine");
  const auto v = m.observed("v", {6});
  const auto c = m.param("c", vector(6), 0.0);
  for (const auto& add : std::vector<std::function<Expr(const Expr&)>>{
           [](const Expr& x) { return x + 1.0; },
           [&](const Expr& x) { return 2.0 * x - c; },
           [&](const Expr& x) { return x + v; },
       })
    expect_error_here<ModelError>([&] { (void)(adjoint(linear("shift", add), {6}) * v); },
                                  {"'shift'", "not linear", "adds"});
  (void)(adjoint(linear("scaled", [&](const Expr& x) { return cwise(c, x) + cwise(v, x); }), {6}) * v);
}

}  // namespace unfurl::test

TEST_SUITE_END();
