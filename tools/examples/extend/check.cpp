// What is our own does what it says. Needs unfurl's core alone.
#include <unfurl/exact.hpp>
#include <unfurl/schedule.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>

#include "bends.hpp"
#include "garrote.hpp"
#include "heavy_ball.hpp"
#include "implies.hpp"
#include "nesterov.hpp"
#include "primitive.hpp"
#include "relative_error.hpp"
#include "sparse.hpp"

using namespace unfurl;

namespace {

Network garrote() { return unroll(declare<Garrote>(), HeavyBall{.step = 0.01}, 4).untie(all).compile(); }

/// Four epochs at once, and in two halves with a checkpoint between them, give the same bits.
bool resumes() {
  const std::filesystem::path half = std::filesystem::temp_directory_path() / "unfurl_extend.checkpoint";
  std::filesystem::remove(half);
  Network whole = garrote(), first = garrote(), second = garrote();
  Trainer trainer{.loss = relative_error("x", "code"), .optimizer = Nesterov{}, .epochs = 4};
  trainer.fit(whole, fixed(measure(1)));
  trainer.checkpoint = half;
  trainer.epochs = 2;
  trainer.fit(first, fixed(measure(1)));
  trainer.epochs = 4;
  trainer.resume = true;
  trainer.fit(second, fixed(measure(1)));
  std::filesystem::remove(half);
  bool moved = false;
  for (std::size_t i = 0; i < whole.parameters().size(); ++i) {
    if (whole.parameters()[i].values != second.parameters()[i].values) return false;
    moved = moved || second.parameters()[i].values != first.parameters()[i].values;
  }
  return moved;
}

/// The gradients of the operation with a kernel of our own, of the algorithm and of the loss.
bool has_gradients() {
  for (const GradientCheck& c :
       check_gradients(garrote(), relative_error("x", "code"), measure(2).slice(0, 8)))
    if (!c.passed) return std::printf("%s: %g\n", c.parameter.c_str(), c.largest_error) < 0;
  return true;
}

/// Messages on a chain give the marginals that elimination does.
bool infers() {
  Model m("rain");
  const auto x = m.discrete("x", {3}, 2);
  m.factor("bias", each(x), Field{m.param("h", 0.4) * m.observed("seen", {3})});
  m.factor("then", chain(x), Implies{m.param("weight", 1.5)});
  const auto data = Dataset().add("seen", 1, 3, {1, -1, 0.5F});
  const auto found = unroll(m, SumProduct{}, 3).compile().run(data)["x"].values;
  const auto expected = exact(m, data, 0).marginals;
  for (std::size_t i = 0; i < 3; ++i)
    if (std::abs(static_cast<double>(found[i]) - expected[i][1]) > 1e-6) return false;
  return true;
}

/// (bends x) . y is x . (its adjoint y), and proximal steps find their size.
bool bends_both_ways() {
  Model m("bends");
  const auto u = m.observed("u", {6}), v = m.observed("v", {4});
  const auto x = m.latent("x", {6});
  m.factor("fit", SquaredError{v, bends() * x});
  m.readout("there", dot(bends() * u, v));
  m.readout("back", dot(u, adjoint(bends(), {6}) * v));
  const auto data = Dataset().add("u", 1, 6, {1, -2, 0.5F, 3, 0, 1}).add("v", 1, 4, {2, -1, 0.5F, 1});
  const auto results = unroll(m, ProximalGradient{}, 200).compile().run(data);
  return std::abs(results["there"].values[0] - results["back"].values[0]) < 1e-5F &&
         std::isfinite(results["x"].values[0]);
}

/// The target has no garrote: it is written in other operations, and the text is a program.
bool lowers() {
  const ir::Graph program = garrote().unrolled().graph;
  const std::string text = primitive_text(program);
  return program.text().find(" garrote ") != std::string::npos &&
         text.find(" garrote ") == std::string::npos && ir::program_from_text(text).text() == text;
}

}  // namespace

int main() {
  int failed = 0;
  const auto check = [&](const char* what, bool holds) {
    std::printf("%s: %s\n", what, holds ? "yes" : "NO");
    failed += holds ? 0 : 1;
  };
  check("an optimizer resumes to the same bits", resumes());
  check("an operation, an algorithm and a loss have gradients", has_gradients());
  check("a factor has messages", infers());
  check("an operator has an adjoint", bends_both_ways());
  check("a target gets programs in its operations", lowers());
  return failed;
}
