// Orders of elimination and treewidths, against counting anew and what is known.
#include <doctest/doctest.h>

#include <numeric>

#include "inference/exact/junction_tree.hpp"
#include "property/laws.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/formats.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

using Scopes = std::vector<junction::Scope>;

Scopes grid(int height, int width) {
  Scopes scopes;
  for (int r = 0; r < height; ++r)
    for (int c = 0; c < width; ++c) {
      if (c + 1 < width) scopes.push_back({r * width + c, r * width + c + 1});
      if (r + 1 < height) scopes.push_back({r * width + c, (r + 1) * width + c});
    }
  return scopes;
}

Scopes complete(int n) {
  Scopes scopes;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < i; ++j) scopes.push_back({i, j});
  return scopes;
}

junction::Tree tree_of(int variables, const Scopes& scopes, double most_memory = 1e9) {
  return junction::eliminate(std::vector<int>(at(variables), 2), scopes, most_memory);
}

/// The order by its definition: all missing edges are counted again before every choice.
std::vector<int> naive_least_fill(int n, const Scopes& scopes) {
  std::vector<std::vector<bool>> edge(at(n), std::vector<bool>(at(n), false));
  for (const auto& s : scopes)
    for (int a : s)
      for (int b : s) edge[at(a)][at(b)] = a != b;
  std::vector<bool> gone(at(n), false);
  std::vector<int> order;
  while (static_cast<int>(order.size()) < n) {
    int best = -1, least = 0;
    for (int v = 0; v < n; ++v) {
      if (gone[at(v)]) continue;
      int fill = 0;
      for (int a = 0; a < n; ++a)
        for (int b = 0; b < a; ++b)
          fill +=
              !gone[at(a)] && !gone[at(b)] && edge[at(v)][at(a)] && edge[at(v)][at(b)] && !edge[at(a)][at(b)];
      if (best < 0 || fill < least) best = v, least = fill;
    }
    for (int a = 0; a < n; ++a)
      for (int b = 0; b < n; ++b)
        if (a != b && !gone[at(a)] && !gone[at(b)] && edge[at(best)][at(a)] && edge[at(best)][at(b)])
          edge[at(a)][at(b)] = true;
    gone[at(best)] = true;
    order.push_back(best);
  }
  return order;
}

}  // namespace

TEST_CASE("the order of elimination is the one that counting all missing edges anew gives") {
  Random random(33);
  for (int trial = 0; trial < 60; ++trial) {
    const int n = 1 + random.below(14);
    Scopes scopes;
    for (int f = random.below(3 * n); f > 0; --f) {
      auto scope = random.permutation(n);
      scope.resize(at(1 + random.below(std::min(n, 4))));
      scopes.push_back(scope);
    }
    const junction::InteractionGraph graph(at(n), scopes);
    const junction::Order order =
        junction::least_fill(graph, junction::smallest_first(graph), std::vector<int>(at(n), 2), 1e9, 0);
    CAPTURE(trial);
    CHECK(order.complete);
    CHECK(order.variables == naive_least_fill(n, scopes));
  }
}

TEST_CASE("known treewidths: wheels, several hubs, caterpillars, ladders, isolated variables") {
  const int n = 20000;
  Scopes wheel, hubs, caterpillar;
  for (int i = 1; i <= n; ++i) {
    wheel.push_back({0, i});
    wheel.push_back({i, i % n + 1});
    for (int h = 0; h < 3; ++h) hubs.push_back({n + 1 + h, i});
    caterpillar.push_back({i, i <= n / 2 ? i - 1 : i - n / 2});
  }
  CHECK(tree_of(n + 1, wheel).treewidth() == 3);
  CHECK(tree_of(n + 4, hubs).treewidth() == 3);
  CHECK(tree_of(n + 1, caterpillar).treewidth() == 1);
  CHECK(tree_of(n, grid(n / 2, 2)).treewidth() == 2);
  CHECK(tree_of(n, {}).treewidth() == 0);
  CHECK(tree_of(n, {{5}, {5}, {6}}).cliques.size() == at(n));
  CHECK(tree_of(0, {}).treewidth() == 0);
}

TEST_CASE("what is too large is refused before it is made, with its treewidth and memory") {
  const auto refusal = [](auto make) {
    std::string text;
    try {
      make();
    } catch (const DataError& e) {
      text = e.what();
    }
    return text;
  };
  const auto has = [](const std::string& text, const std::string& part) {
    INFO(text << " has " << part);
    CHECK(text.find(part) != std::string::npos);
  };
  Scopes dense = complete(700);
  dense.push_back({0, 700});  // a leaf, which could go first
  has(refusal([&] { tree_of(702, dense); }), "treewidth of at least 699");
  const std::string large = refusal([&] { tree_of(200 * 200, grid(200, 200)); });
  has(large, "treewidth of ");
  has(large, "GB");
  junction::Scope all(100000);
  std::iota(all.begin(), all.end(), 0);
  has(refusal([&] { tree_of(100000, {all}); }), "treewidth of at least 99999");
  Model chain_model("chain");
  const auto x = chain_model.discrete("x", {100000}, 2);
  chain_model.factor("pairs", chain(x), Ising{chain_model.param("J", 0.3)});
  has(refusal([&] { exact(chain_model, {}, 0, {.scopes = {all}}); }), "over 10^299 GB");
  // The limit holds for the tables that are there, not for the model.
  CHECK_NOTHROW(tree_of(200 * 4, grid(200, 4), 800 * 8 * 33));
  has(refusal([&] { tree_of(200 * 4, grid(200, 4), 800); }), "limit of 0.0008 MB");
}

}  // namespace unfurl::test

TEST_SUITE_END();
