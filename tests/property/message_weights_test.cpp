// Weights of messages, factors that take turns, and layers one by one.
#include <doctest/doctest.h>

#include <cmath>

#include "property/laws.hpp"
#include "unfurl/codes.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

/// Checks of 2, 3 and 4 bits on seven bits.
BinaryMatrix some_checks() { return {7, {{0, 2, 4, 6}, {1, 2, 5}, {3, 4, 5, 6}, {0, 1}}}; }

Dataset some_words(int words) {
  Random random(3);
  std::vector<float> llr;
  for (int i = 0; i < 7 * words; ++i) llr.push_back(static_cast<float>(1 + 1.5 * random.normal()));
  return Dataset().add("llr", 1, 7, std::move(llr));
}

std::vector<float> results(const Network& network, std::optional<int> layer = {}) {
  return network.run(some_words(6), {"bit.logit"}, layer)["bit.logit"].values;
}

double largest(const std::vector<float>& a, const std::vector<float>& b) {
  REQUIRE(a.size() == b.size());
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    most = std::max(most, static_cast<double>(std::abs(a[i] - b[i])));
  return most;
}

Network network_of(const SumProduct& algorithm, int layers = 3) {
  return unroll(decoding_model(some_checks()), algorithm, layers).compile().precision(Precision::f64);
}

}  // namespace

TEST_CASE("weights of one change nothing, and one weight is that of all edges") {
  const std::vector<float> plain = results(network_of({}));
  for (const MessageWeights w :
       {MessageWeights::per_edge, MessageWeights::shared, MessageWeights::single, MessageWeights::per_pair})
    CHECK(largest(results(network_of({.message_weights = w})), plain) < 1e-6);
  Network single = network_of({.message_weights = MessageWeights::single}),
          edges = network_of({.message_weights = MessageWeights::per_edge});
  single.set("bp.weight", {0.6});
  edges.set("bp.weight.bit", std::vector<double>(13, 0.6));
  CHECK(largest(results(single), results(edges)) < 1e-6);
  CHECK(largest(results(single), plain) > 0.01);
}

TEST_CASE("weights of pairs are those of the messages between two checks of a bit") {
  const BinaryMatrix h = some_checks();
  Network network = network_of({.message_weights = MessageWeights::per_pair}, 2);
  // Edges by degree of the check, then slot, then row.
  std::vector<std::pair<int, int>> edges;  // row, bit
  for (const std::size_t degree : {2U, 3U, 4U})
    for (std::size_t slot = 0; slot < degree; ++slot)
      for (std::size_t r = 0; r < h.rows.size(); ++r)
        if (h.rows[r].size() == degree) edges.emplace_back(static_cast<int>(r), h.rows[r][slot]);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t sent = 0; sent < edges.size(); ++sent)
    for (std::size_t heard = 0; heard < edges.size(); ++heard)
      if (sent != heard && edges[sent].second == edges[heard].second) pairs.emplace_back(sent, heard);
  Random random(8);
  std::vector<double> weight, belief;
  for (std::size_t i = 0; i < pairs.size(); ++i) weight.push_back(1 + 0.5 * random.normal());
  for (std::size_t i = 0; i < edges.size(); ++i) belief.push_back(1 + 0.5 * random.normal());
  network.set("bp.weight.bit", weight);
  network.set("bp.belief_weight.bit", belief);
  const Dataset words = some_words(6);
  const std::vector<float> found = results(network);
  for (std::size_t w = 0; w < 6; ++w) {
    std::vector<double> llr(words["llr"].values.begin() + static_cast<std::ptrdiff_t>(7 * w),
                            words["llr"].values.begin() + static_cast<std::ptrdiff_t>(7 * w + 7));
    std::vector<double> message(edges.size());
    for (int k = 0; k < 2; ++k) {
      std::vector<double> to_check;
      for (const auto& [row, bit] : edges) to_check.push_back(llr[static_cast<std::size_t>(bit)]);
      for (std::size_t i = 0; i < pairs.size(); ++i)
        to_check[pairs[i].first] += weight[i] * message[pairs[i].second];
      for (std::size_t e = 0; e < edges.size(); ++e) {
        double product = 1;
        for (std::size_t other = 0; other < edges.size(); ++other)
          if (other != e && edges[other].first == edges[e].first) product *= std::tanh(to_check[other] / 2);
        message[e] = 2 * std::atanh(product);
      }
    }
    for (std::size_t e = 0; e < edges.size(); ++e)
      llr[static_cast<std::size_t>(edges[e].second)] += belief[e] * message[e];
    for (std::size_t i = 0; i < 7; ++i) CHECK(-found[7 * w + i] == doctest::Approx(llr[i]).epsilon(1e-5));
  }
}

TEST_CASE("factors that take turns: any sequence, with damping and weights; on trees as exact as flooding") {
  const Model tree = decoding_model({5, {{0, 1, 2}, {2, 3}, {3, 4}}});
  Random random(4);
  std::vector<float> llr;
  for (int i = 0; i < 5; ++i) llr.push_back(static_cast<float>(random.normal()));
  const Dataset data = Dataset().add("llr", 1, 5, llr);
  const auto on_tree = [&](const SumProduct& a, int layers) {
    return unroll(tree, a, layers)
        .compile()
        .precision(Precision::f64)
        .run(data, {"bit.logit"})["bit.logit"]
        .values;
  };
  const auto exact = on_tree({}, 8);
  CHECK(largest(on_tree({.order = UpdateOrder::layered}, 8), exact) < 1e-6);
  CHECK(largest(on_tree({.order = UpdateOrder::layered_coloured}, 8), exact) < 1e-6);
  CHECK(largest(on_tree({.damping = 0.3, .order = UpdateOrder::layered, .sequence = {1, 2, 0}}, 60), exact) <
        1e-5);
  // Down the tree and up again: two iterations, each in its order, are what many of flooding are.
  CHECK(largest(on_tree({.order = UpdateOrder::layered, .sequence = {2, 0, 1}}, 3), exact) < 1e-6);
  Network weighted = network_of({.message_weights = MessageWeights::single, .order = UpdateOrder::layered});
  CHECK(largest(results(weighted), results(network_of({.order = UpdateOrder::layered}))) < 1e-6);
  CHECK_THROWS_AS(network_of({.order = UpdateOrder::layered, .sequence = {0, 1, 2}}), ScheduleError);
  CHECK_THROWS_AS(network_of({.order = UpdateOrder::layered, .sequence = {0, 1, 2, 2}}), ScheduleError);
  CHECK_THROWS_AS(network_of({.order = UpdateOrder::layered, .evidence_messages = true}), ScheduleError);
  CHECK_THROWS_AS(network_of({.message_weights = MessageWeights::per_pair, .order = UpdateOrder::layered}),
                  ScheduleError);
  Model fields("fields");
  const auto x = fields.discrete("x", {2}, 2);
  fields.factor("pair", chain(x), Ising{0.3});
  CHECK_THROWS_AS(unroll(fields, MeanField{.order = UpdateOrder::layered}, 2).compile(), ScheduleError);
}

TEST_CASE("layers one by one are those of the network") {
  const Model model = decoding_model(some_checks());
  const auto count = [&](const Schedule& schedule) { return schedule.by_layer().layers.size(); };
  const Schedule tied = unroll(model, SumProduct{.message_weights = MessageWeights::per_edge}, 4);
  CHECK(count(tied) == 1);
  CHECK(tied.by_layer().count == 4);
  Schedule untied = tied;
  CHECK(count(untied.untie(all)) == 4);
  const LayerPrograms layers = untied.by_layer();
  const Network network = untied.compile();
  CHECK(layers.parameters.size() == network.parameters().size());
  for (const Parameter& p : layers.parameters) CHECK(network.parameter(p.name).type.same_shape(p.type));
  CHECK_THROWS_AS(unroll(model, SumProduct{}, 2).frames(1).untie("nothing"), ScheduleError);
}

}  // namespace unfurl::test

TEST_SUITE_END();
