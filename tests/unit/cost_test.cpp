// Multiply-adds of networks, counted by hand.
#include <doctest/doctest.h>

#include <numeric>

#include "unfurl/cost.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/operators.hpp"
#include "unfurl/schedule.hpp"

using namespace unfurl;

namespace {

constexpr int m = 4, n = 6, depth = 3;

std::vector<double> entries(int count) {
  std::vector<double> v(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = 1.0 / static_cast<double>(1 + i);
  return v;
}

Model lasso() {
  Model model("lasso");
  const auto x = model.latent("x", {n});
  model.factor("fit",
               SquaredError{model.observed("b", {m}), model.param("A", matrix(m, n), entries(m * n)) * x});
  model.factor("sparse", L1{model.param("lambda", 0.1, nonneg), x});
  return model;
}

void check(const Network& network, const std::vector<double>& by_layer) {
  CHECK(multiply_adds_of_layers(network) == by_layer);
  CHECK(multiply_adds(network) == std::accumulate(by_layer.begin(), by_layer.end(), 0.0));
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE(
      "cost: ISTA multiplies with A and A' in every layer, and in the first with zeros, which is free") {
    for (const char* tying : {"tied", "untied"}) {
      CAPTURE(tying);
      check(unroll(lasso(), ProximalGradient{}, depth).tying(tying).compile(), {m * n, 2 * m * n, 2 * m * n});
    }
  }

  TEST_CASE("cost: LISTA multiplies with S and B, and what all layers share is done once") {
    const ProximalGradient lista{.form = ProximalGradient::Form::lista};
    check(unroll(lasso(), lista, depth).untie(all).compile(), {n * m, n * m + n * n, n * m + n * n});
    check(unroll(lasso(), lista, depth).compile(), {n * m, n * n, n * n});
  }

  TEST_CASE("cost: layers on sketches cost what their rows do") {
    constexpr int few = 2;
    Model model("sketched");
    const auto x = model.latent("x", {n});
    const auto b = model.observed("b", {m});
    const auto A = model.param("A", matrix(m, n), entries(m * n));
    const Operator part = mask({0, few - 1});
    REQUIRE(m > few);
    model.factor("full", SquaredError{b, A * x});
    model.factor("part", SquaredError{part * b, (part * dense(A)) * x});
    model.factor("sparse", L1{0.1, x});
    const ProximalGradient rule{.step = 0.1, .turns = {"part", "full", "part"}};
    check(unroll(model, rule, depth).freeze("A").compile(), {few * n, 2 * m * n, 2 * few * n});
  }

  TEST_CASE("cost: conventional networks cost their weights") {
    const Network network =
        feed_forward({.input = "b", .input_type = {1, m, true}, .hidden = {5}, .outputs = n, .output = "x"});
    CHECK(multiply_adds(network) == m * 5 + 5 * n);
  }
}
