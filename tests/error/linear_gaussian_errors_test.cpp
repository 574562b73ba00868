// What observations, priors and their algorithms refuse.
#include <doctest/doctest.h>

#include "error/model_errors.hpp"
#include "unfurl/complex.hpp"
#include "unfurl/linear_gaussian.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

/// y = A x + d, with one thing that may be wrong.
struct Case {
  Model m{"wrong"};
  Observed y = m.observed("y", {2}), other = m.observed("other", {}), channel = m.features("H", {2}, 2);
  Param A = m.param("A", matrix(2, 2), {1, 1, 1, -1}), skew = m.param("skew", matrix(2, 2), {1, 1, 0, 1});
  Latent x = m.latent("x", {2}), d = m.latent("d", {2});
  Case& observe(const Expr& approximation) {
    m.factor("fit", LinearGaussian{0.5, y, approximation});
    return *this;
  }
  Case& priors() {
    m.factor("normal", GaussianPrior{1, x});
    m.factor("symbols", OneOf{{-1, 1}, d});
    return *this;
  }
};

void refuse(const Case& c, const AlgorithmPointer& algorithm, const std::vector<std::string>& parts) {
  expect_error<ScheduleError>([&] { (void)unroll(c.m, algorithm, 2).compile(); }, parts);
}

}  // namespace

TEST_CASE("interference cancellation refuses columns that it would get wrong") {
  const AlgorithmPointer cancellation = InterferenceCancellation{};
  Case skewed, data, twice, lacking;
  refuse(skewed.observe(skewed.skew * skewed.x + skewed.d).priors(), cancellation,
         {"fit", "'x'", "orthogonal", "ExpectationPropagation"});
  refuse(data.observe(data.channel * data.x + data.d).priors(), cancellation, {"fit", "depend on data"});
  twice.observe(twice.A * twice.x + twice.d).priors().m.factor("again", LinearGaussian{1, twice.y, twice.x});
  refuse(twice, cancellation, {"fit", "again", "one observation"});
  refuse(lacking.observe(lacking.A * lacking.x).priors(), cancellation, {"fit", "'d'"});
  Case good;
  good.observe(good.A * good.x + good.d).priors();
  refuse(good, InterferenceCancellation{.damping = 1}, {"damping"});
}

TEST_CASE("expectation propagation refuses what is not linear-Gaussian with priors") {
  const AlgorithmPointer ep = ExpectationPropagation{};
  Case bilinear, bare, double_prior, lasso, empty;
  refuse(bilinear.observe(cwise(bilinear.x, bilinear.d)).priors(), ep, {"fit", "not linear"});
  refuse(bare.observe(bare.x + bare.d), ep, {"prior", "'x'"});
  double_prior.observe(double_prior.x + double_prior.d)
      .priors()
      .m.factor("more", GaussianPrior{2, double_prior.x});
  refuse(double_prior, ep, {"more", "normal", "one prior"});
  lasso.observe(lasso.x + lasso.d).priors().m.factor("sparse", L1{0.1, lasso.x});
  refuse(lasso, ep, {"sparse", "L1"});
  refuse(empty.priors(), ep, {"observation"});
  Case good;
  good.observe(good.x + good.d).priors();
  refuse(good, ExpectationPropagation{.least_variance = 0}, {"least_variance"});
  expect_error<ScheduleError>([&] { (void)unroll(good.m, ProximalGradient{}, 2).compile(); },
                              {"GaussianPrior"});
}

TEST_CASE("priors and observations refuse arguments that mean nothing") {
  const auto refuse = [](const FactorSpec& spec, Case& c, const std::vector<std::string>& parts) {
    expect_error<ModelError>([&] { c.m.factor("bad", spec); }, parts);
  };
  Case c;
  refuse(OneOf{{1}, c.x}, c, {"bad", "OneOf", "1 number"});
  refuse(OneOf{{1, 1}, c.x}, c, {"bad", "each once"});
  refuse(OneOf{{-1, 1}, 2 * c.x}, c, {"bad", "a latent itself"});
  refuse(GaussianPrior{-1, c.x}, c, {"bad", "not positive"});
  refuse(GaussianPrior{c.d, c.x}, c, {"bad", "'d'"});
  refuse(SpectralPrior{-1, 1, c.x}, c, {"bad", "-1"});
  refuse(LinearGaussian{0, c.y, c.x}, c, {"bad", "not positive"});
  refuse(LinearGaussian{c.y, c.y, c.x}, c, {"bad", "one number"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
