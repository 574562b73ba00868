// Inverses of positive definite matrices, one for every sample: entries, gradients, and what has none.
#include <doctest/doctest.h>

#include "backend/reference/interpreter.hpp"
#include "grad/evaluate.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/gradient.hpp"
#include "unfurl/extend/batch_matrices.hpp"

TEST_SUITE_BEGIN("grad");

namespace unfurl::test {

namespace {

constexpr int n = 5;

/// The inverse of 1 + x x^T, and the sum of its entries times weights, with its gradient in x.
ir::Graph program() {
  ir::Graph graph;
  ir::Builder b(graph);
  const ir::Value x = b.input("x", {n, n, true}), weights = b.input("weights", {n, n, true});
  std::vector<double> identity(n * n, 0);
  for (std::size_t i = 0; i < n; ++i) identity[i * n + i] = 1;
  const ir::Value matrix =
      b.add(ir::batch_matmul(b, x, x, {false, true}), b.constant(identity, {n, n, false}));
  const ir::Value inverse = ir::inverse(b, matrix), loss = b.sum_all(b.mul(inverse, weights));
  graph.outputs = {
      {"inverse", inverse}, {"loss", loss}, {"gradient", ir::gradient(b, loss, b.constant(1), {x})[0]}};
  return graph;
}

}  // namespace

TEST_CASE("inverses are those of elimination with exchanges, and their gradients those of differences") {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform(-1, 1);
  for (const int batch : {1, 3, 17}) {
    Numbers numbers;
    for (const char* name : {"x", "weights"})
      for (int i = 0; i < n * n * batch; ++i) numbers[name].push_back(uniform(random));
    const ir::Graph graph = program();
    const Numbers found = evaluate<double>(graph, numbers, batch);
    CHECK(difference(found.at("inverse"), reference::run(graph, numbers, batch).at("inverse")) < 1e-12);
    for (std::size_t i = 0; i < numbers["x"].size(); i += 7) {
      const auto loss = [&](double step) {
        Numbers moved = numbers;
        moved["x"][i] += step;
        return evaluate<double>(graph, moved, batch).at("loss")[0];
      };
      const double slope = (loss(1e-5) - loss(-1e-5)) / 2e-5;
      CHECK(std::abs(slope - found.at("gradient")[i]) < 1e-7 * std::max(1.0, std::abs(slope)));
    }
  }
}

TEST_CASE("a matrix that is not positive definite has no inverse") {
  ir::Graph graph;
  ir::Builder b(graph);
  graph.outputs = {{"kept", ir::inverse(b, b.input("x", {2, 2, true}))}};
  bool nan = false;
  try {
    const Numbers found = evaluate<double>(graph, {{"x", {1, 2, 2, 1}}}, 1);
    nan = std::isnan(found.at("kept")[0]);
  } catch (const Error& error) {
    nan = std::string(error.what()).find("positive definite") != std::string::npos;
  }
  CHECK(nan);
}

}  // namespace unfurl::test

TEST_SUITE_END();
