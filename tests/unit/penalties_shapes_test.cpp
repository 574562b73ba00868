// Counts, and the shapes and numbers that penalties take.
#include <doctest/doctest.h>

#include "error/model_errors.hpp"
#include "unfurl/joint_sparsity.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

TEST_CASE("the larger of the entries are kept as they are, and those of a formula's count") {
  Model m("top");
  const auto x = m.latent("x", {4});
  m.factor("fit", SquaredError{m.observed("y", {4}), x});
  m.factor("top", TopK{m.param("count", 1.6), x});
  const Network network = unroll(m, ProximalGradient{.step = 1}, 1).compile();
  CHECK(network.run(Dataset().add("y", 1, 4, {0.5F, -2, 1, 0.25F}))["x"].values ==
        std::vector<float>{0, -2, 1, 0});
}

TEST_CASE("few concepts are kept at few places each: those of which most is left, in every unit") {
  Model m("joint");
  const auto x = m.latent("x", {3, 1, 3});
  m.factor("fit", SquaredError{m.observed("y", {3, 1, 3}), x});
  m.factor("few", JointTopK{m.param("concepts", 1.6), m.param("places", 2.2), x});
  const Network network = unroll(m, ProximalGradient{.step = 1}, 1).compile();
  for (const float unit : {1.0F, 1e-30F, 1e30F}) {
    // the third has the largest sum and the least of it at two places
    std::vector<float> y = {0, -3, 1, 4, 0, 0, 2, 2, 2}, expected = {0, -3, 1, 4, 0, 0, 0, 0, 0};
    for (float& v : y) v *= unit;
    for (float& v : expected) v *= unit;
    CHECK(network.run(Dataset().add("y", 1, 9, y))["x"].values == expected);
  }
}

TEST_CASE("factors say what shapes and numbers they take") {
  Model m("shapes");
  const auto x = m.latent("x", {4}), image = m.latent("image", {2, 3}), cube = m.latent("cube", {2, 3, 4});
  const auto positive = m.latent("positive", {2, 2}, nonneg);
  const auto three = m.param("three", vector(4), 1.0);
  expect_error_here<ModelError>([&] { m.factor("f", TopK{three, x}); }, {"'f'", "'three'"});
  expect_error_here<ModelError>([&] { m.factor("f", JointTopK{1.0, 1.0, x}); }, {"'f'", "'x'"});
  expect_error_here<ModelError>([&] { m.factor("f", JointTopK{three, 1.0, image}); }, {"'f'", "'three'"});
  expect_error_here<ModelError>([&] { m.factor("f", JointTopK{1.0, -1.0, image}); }, {"'f'", "negative"});
  expect_error_here<ModelError>([&] { m.factor("f", TotalVariation{three, x}); }, {"'f'", "'three'"});
  expect_error_here<ModelError>([&] { m.factor("f", TotalVariation{1.0, cube}); }, {"'f'", "'cube'"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", TotalVariation{1.0, image, 0});
      },
      {"'f'", "0 iterations"});
  expect_error_here<ModelError>([&] { m.factor("f", NuclearNorm{1.0, x}); }, {"'f'", "'x'"});
  expect_error_here<ModelError>([&] { m.factor("f", NuclearNorm{1.0, positive}); }, {"'f'", "'positive'"});
  expect_error_here<ModelError>([&] { m.factor("f", L0{-1.0, x}); }, {"'f'", "negative"});
  expect_error_here<ModelError>([&] { m.factor("f", BernoulliGaussian{1.5, 1.0, x}); }, {"'f'", "1.5"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
