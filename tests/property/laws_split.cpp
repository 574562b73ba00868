// The two halves of the gradient of whole Deep NMF networks: neither is negative, and their difference is the gradient.
#include <doctest/doctest.h>

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

}  // namespace unfurl::test

TEST_SUITE_END();
