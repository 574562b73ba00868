// The two halves of the gradient of whole Deep NMF networks: neither is negative, and their difference is the gradient. With
// columns divided by their norms they are those of sparse NMF's rule, and steps do not see the columns' scale.
#include <doctest/doctest.h>

#include <cmath>
#include <functional>

#include "passes/passes.hpp"
#include "property/laws.hpp"
#include "unfurl/extend/builder.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int depth = 4;

/// Squared error of the read-out "speech" of the last layer, with "<p>", "<p>.plus" and "<p>.minus" for each parameter.
Numbers split_gradients(const Network& network, Numbers leaves, int samples, ir::Cancel cancel) {
  ir::Graph graph = network.unrolled().graph;
  ir::Builder b(graph);
  const ir::Value speech = graph.output("speech@" + std::to_string(depth));
  ir::Type type = graph.type(speech);
  const ir::Value loss = b.sum_all(b.squared_difference(speech, b.input("target", type)));
  Random random(31);
  leaves["target"] = exact_floats(random, static_cast<int>(type.size()) * samples, 0, 2);
  const auto [names, wrt] = parameters_of(graph);
  const auto whole = ir::gradient(b, loss, b.constant(1), wrt);
  const auto halves = ir::split_gradient(b, loss, b.constant(1), wrt, cancel);
  graph.outputs.clear();
  for (std::size_t i = 0; i < wrt.size(); ++i) {
    REQUIRE(bool(whole[i]) == bool(halves[i].plus || halves[i].minus));
    if (!whole[i]) continue;
    graph.outputs.emplace_back(names[i], whole[i]);
    if (halves[i].plus) graph.outputs.emplace_back(names[i] + ".plus", halves[i].plus);
    if (halves[i].minus) graph.outputs.emplace_back(names[i] + ".minus", halves[i].minus);
  }
  return evaluate<double>(ir::remove_dead(graph), leaves, samples);
}

/// Two sources with two atoms each; columns of norm one, in the formulas alone where `divided`.
constexpr int bins = 5, atoms = 4;
Network two_sources(bool divided) {
  Random random(17);
  Model m("two sources");
  const auto V = m.observed("V", {bins}, nonneg);
  const auto fitted =
      m.param("W", matrix(bins, atoms),
              space::unit_columns.nearest(bins, atoms, exact_floats(random, bins * atoms, 0.2, 1)), nonneg);
  const Expr W = divided ? unit_columns(fitted) : Expr(fitted);
  const auto H = m.latent("H", {atoms}, nonneg);
  m.factor("fit", KL{V, W * H});
  m.factor("sparse", L1{0.3, H});
  m.readout("speech", cwise(V, ratio_mask(slice(W, 0, 2) * slice(H, 0, 2), slice(W, 2, 2) * slice(H, 2, 2))));
  return unroll(m, MultiplicativeUpdate{}, depth).untie(all).compile();
}
/// Halves that were never cancelled, of samples that are always the same.
Numbers published_halves(const Network& network, const std::function<double(int)>& scale_of_column) {
  Random random(23);
  const int samples = 6;
  Numbers leaves;
  for (const Parameter& p : network.parameters()) {
    leaves[p.name] = p.values;
    for (std::size_t i = 0; i < p.values.size(); ++i)
      leaves[p.name][i] *= scale_of_column(static_cast<int>(i) % atoms);
  }
  leaves["V"] = exact_floats(random, bins * samples, 0.1, 2);
  return split_gradients(network, leaves, samples, ir::Cancel::never);
}

}  // namespace

TEST_CASE("halves of the gradient of Deep NMF are non-negative and differ by the gradient") {
  for (const LatentCase& c : latent_cases()) {
    if (c.name.find("two sources") == std::string::npos) continue;
    for (bool untied : {false, true})
      for (ir::Cancel cancel : {ir::Cancel::never, ir::Cancel::per_layer}) {
        Schedule schedule = unroll(c.model, c.algorithm, depth);
        if (untied) schedule.untie(all);
        const Network network = schedule.compile();
        const Numbers g = split_gradients(network, leaves_of(network, c.data), c.data.samples(), cancel);
        int compared = 0;
        for (const Parameter& p : network.parameters()) {
          if (g.count(p.name) == 0) continue;
          std::vector<double> joined(p.values.size(), 0.0);
          const auto take = [&](const std::string& half, double sign) {
            if (g.count(p.name + half) == 0) return;
            for (std::size_t i = 0; i < joined.size(); ++i) {
              CHECK(g.at(p.name + half)[i] >= 0);
              joined[i] += sign * g.at(p.name + half)[i];
            }
          };
          take(".plus", 1);
          take(".minus", -1);
          INFO(c.name << ", " << p.name << (cancel == ir::Cancel::never ? "" : ", cancelled per layer"));
          CHECK(difference(joined, g.at(p.name)) < 1e-10);
          ++compared;
        }
        CHECK(compared >= (untied ? 3 * depth : 3));
      }
  }
}

TEST_CASE("halves by a dictionary whose columns are divided by their norms are those of sparse NMF's rule") {
  const auto one = [](int) { return 1.0; };
  const Network plain = two_sources(false), divided = two_sources(true);
  const Numbers by_used = published_halves(plain, one), found = published_halves(divided, one);
  for (const Parameter& p : divided.parameters()) {
    const std::vector<double>&plus = by_used.at(p.name + ".plus"), &minus = by_used.at(p.name + ".minus");
    std::vector<double> expected_plus = plus, expected_minus = minus;
    for (std::size_t j = 0; j < atoms; ++j) {
      double up = 0, down = 0;  // sums over the column of P W and N W
      for (std::size_t i = j; i < plus.size(); i += atoms)
        up += plus[i] * p.values[i], down += minus[i] * p.values[i];
      for (std::size_t i = j; i < plus.size(); i += atoms)
        expected_plus[i] += p.values[i] * down, expected_minus[i] += p.values[i] * up;
    }
    INFO(p.name);
    CHECK(difference(found.at(p.name + ".plus"), expected_plus) < 1e-12);
    CHECK(difference(found.at(p.name + ".minus"), expected_minus) < 1e-12);
  }
}

TEST_CASE("multiplicative steps do not see the scale of columns that are divided by their norms") {
  const Network network = two_sources(true);
  const auto scale = [](int column) { return std::exp2(3 * column - 4); };
  const Numbers one = published_halves(network, [](int) { return 1.0; }),
                scaled = published_halves(network, scale);
  for (const Parameter& p : network.parameters()) {
    std::vector<double> ratio, of_scaled;
    for (std::size_t i = 0; i < p.values.size(); ++i) {
      ratio.push_back(one.at(p.name + ".minus")[i] / one.at(p.name + ".plus")[i]);
      of_scaled.push_back(scaled.at(p.name + ".minus")[i] / scaled.at(p.name + ".plus")[i]);
    }
    INFO(p.name);
    CHECK(difference(of_scaled, ratio) < 1e-12);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
