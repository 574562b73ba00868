// Which copies a schedule makes, which of them are trained, and where they are used.
#include <doctest/doctest.h>

#include <set>

#include "unfurl/algorithms.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Names = std::set<std::string>;

/// 2 x 3 pixels: seven couplings "J", one gain "g" that sum-product also reads at the end.
Model grid() {
  Model m("grid");
  const auto x = m.discrete("x", {2, 3}, 2);
  m.factor("data", each(x), Field{m.param("g", 1.0) * m.observed("y", {2, 3})});
  m.factor("smooth", grid4(x), Ising{m.param("J", per_edge(grid4(x)), 0.5)});
  return m;
}

Schedule five_layers() { return unroll(grid(), SumProduct{}, 5); }

Names names(const Network& network, bool trained) {
  Names result;
  for (const Parameter& p : network.parameters())
    if (p.trained == trained) result.insert(p.name);
  return result;
}

std::vector<int> places(Network network, const std::string& name) { return network.parameter(name).places; }

}  // namespace

TEST_CASE("tied: one copy, used everywhere") {
  const Network network = five_layers().compile();
  CHECK(names(network, true) == Names{"J", "g"});
  CHECK(places(network, "J") == std::vector<int>{0, 1, 2, 3, 4});
  CHECK(places(network, "g") == std::vector<int>{0, 1, 2, 3, 4, 5});
  CHECK(network.trained_count() == 7 + 1);
  CHECK(network.layers() == 5);
}

TEST_CASE("untied: a copy per place that uses it") {
  const Network network = five_layers().untie(all).compile();
  CHECK(names(network, true) ==
        Names{"J@0", "J@1", "J@2", "J@3", "J@4", "g@0", "g@1", "g@2", "g@3", "g@4", "g@5"});
  CHECK(network.trained_count() == 5 * 7 + 6);
  CHECK(places(network, "J@3") == std::vector<int>{3});
  CHECK(places(network, "g@5") == std::vector<int>{5});
}

TEST_CASE("last(C): own copies for the last layers and the read-out; the others keep the initial values") {
  const Network network = five_layers().untie(all, last(2)).compile();
  CHECK(names(network, false) == Names{"J@0", "g@0"});
  CHECK(names(network, true) == Names{"J@1", "J@2", "g@1", "g@2", "g@3"});
  CHECK(places(network, "J@0") == std::vector<int>{0, 1, 2});
  CHECK(places(network, "J@2") == std::vector<int>{4});
  CHECK(places(network, "g@3") == std::vector<int>{5});
  CHECK(network.trained_count() == 2 * 7 + 3);
  CHECK(five_layers().untie(all, last(5)).compile().trained_count() == 5 * 7 + 6);
  CHECK(names(five_layers().untie(all, last(0)).compile(), true) == Names{"g@1"});  // the read-out alone
}

TEST_CASE("blocks(n): runs of neighbouring layers, the read-out with the last") {
  const Network network = five_layers().untie(all, blocks(2)).compile();
  CHECK(names(network, true) == Names{"J@0", "J@1", "g@0", "g@1"});
  CHECK(places(network, "J@0") == std::vector<int>{0, 1, 2});
  CHECK(places(network, "J@1") == std::vector<int>{3, 4});
  CHECK(places(network, "g@1") == std::vector<int>{3, 4, 5});
  CHECK(five_layers().untie(all, blocks(1)).compile().trained_count() ==
        five_layers().compile().trained_count());
}

TEST_CASE("layers(first, count) and readout(): the others share one trained copy") {
  const Network some = five_layers().untie(all, layers(1, 2)).compile();
  CHECK(names(some, true) == Names{"J@0", "J@1", "J@2", "g@0", "g@1", "g@2"});
  CHECK(places(some, "J@0") == std::vector<int>{0, 3, 4});
  CHECK(places(some, "J@1") == std::vector<int>{1});
  CHECK(places(some, "g@0") == std::vector<int>{0, 3, 4, 5});

  const Network end = five_layers().untie("g", readout()).compile();
  CHECK(names(end, true) == Names{"J", "g@0", "g@1"});
  CHECK(places(end, "g@1") == std::vector<int>{5});
}

TEST_CASE("scale: the shared tensor and one scalar per place, initially one") {
  Network network = five_layers().scale("J").compile();
  CHECK(names(network, true) ==
        Names{"J", "J.scale@0", "J.scale@1", "J.scale@2", "J.scale@3", "J.scale@4", "g"});
  CHECK(network.trained_count() == 7 + 5 + 1);
  CHECK(network.parameter("J.scale@4").values == std::vector<double>{1});
}

TEST_CASE("freeze: not trained, whichever way it is tied before or after") {
  CHECK(five_layers().freeze(all).compile().trained_count() == 0);
  CHECK(names(five_layers().freeze("J").compile(), true) == Names{"g"});
  CHECK(five_layers().untie(all).freeze("J").compile().trained_count() == 6);
  CHECK(five_layers().freeze("J").untie(all).compile().trained_count() == 6);
  CHECK(five_layers().freeze("J").untie(all, last(2)).compile().trained_count() == 3);
  CHECK(five_layers().freeze("J").tying("tied").compile().trained_count() == 1);
  const Network scaled = five_layers().freeze("J").scale("J").compile();  // the scalars are what is trained
  CHECK(names(scaled, false) == Names{"J"});
  CHECK(scaled.trained_count() == 5 + 1);
}

TEST_CASE("rules speak of one parameter, by handle or name, and the later one counts") {
  Model m("one");
  const auto x = m.discrete("x", {4}, 3);
  const auto coupling = m.param("J", 0.5), field = m.param("h", {3, 1}, 0.1);
  m.factor("chain", chain(x), Potts{coupling});
  m.factor("field", each(x), Field{field});
  CHECK(unroll(m, MeanField{}, 3).untie(coupling).compile().trained_count() == 3 + 3);
  CHECK(unroll(m, MeanField{}, 3).untie("h").compile().trained_count() == 1 + 9);
  CHECK(unroll(m, MeanField{}, 3).untie(all).tie(field).compile().trained_count() == 3 + 3);
  CHECK(unroll(m, MeanField{.damping = 0.2}, 3).untie("mean_field.damping").compile().trained_count() ==
        1 + 3 + 3);
}

TEST_CASE("the algorithm's own parameters are tied and untied like the model's") {
  const Model m = grid();
  const SumProduct algorithm{.damping = 0.2, .message_weights = MessageWeights::per_edge};
  CHECK(unroll(m, algorithm, 4).compile().trained_count() == 7 + 1 + 1 + 14);
  CHECK(unroll(m, algorithm, 4).untie("bp.weight.x").compile().trained_count() == 7 + 1 + 1 + 4 * 14);
  CHECK(unroll(m, algorithm, 4).untie("bp.damping").freeze("bp.weight.x").compile().trained_count() ==
        7 + 1 + 4);
}

TEST_CASE("tying by name is the same as by rule") {
  const auto same = [](const char* text, Schedule by_rule) {
    Schedule by_name = five_layers();
    by_name.tying(text);
    for (const auto& [name, tying] : by_rule.table()) {
      const Tying& other = by_name.table().at(name);
      CHECK(other.copy == tying.copy);
      CHECK(other.frozen == tying.frozen);
      CHECK(other.scaled == tying.scaled);
    }
  };
  same("tied", five_layers());
  same("untied", five_layers().untie(all));
  same("scaled", five_layers().scale(all));
  same("readout", five_layers().untie(all, readout()));
  same("last:3", five_layers().untie(all, last(3)));
  same("blocks:2", five_layers().untie(all, blocks(2)));
}

TEST_CASE("setting a declared parameter sets all its copies; networks are independent of their copies") {
  Network network = five_layers().untie(all).compile();
  const Network before = network;
  network.set("g", {2.5});
  for (int place = 0; place <= 5; ++place)
    CHECK(network.parameter("g@" + std::to_string(place)).values[0] == 2.5);
  for (const Parameter& p : before.parameters())
    if (p.base == "g") CHECK(p.values[0] == 1.0);
  CHECK(network.text() == before.text());
}

}  // namespace unfurl::test

TEST_SUITE_END();
