// Random spanning trees against all that there are.
#include "algorithms/messages/spanning_trees.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Edges = std::vector<std::pair<int, int>>;
using Tree = std::vector<std::size_t>;

/// Components that the chosen edges leave; -1 where they close a cycle.
int components(int vertices, const Edges& edges, const Tree& chosen) {
  std::vector<int> set(static_cast<std::size_t>(vertices));
  std::iota(set.begin(), set.end(), 0);
  int count = vertices;
  for (const std::size_t e : chosen) {
    const int a = set[static_cast<std::size_t>(edges[e].first)],
              b = set[static_cast<std::size_t>(edges[e].second)];
    if (a == b) return -1;
    --count;
    for (int& s : set) s = s == b ? a : s;
  }
  return count;
}

/// All spanning trees, by trying every set of edges.
std::vector<Tree> all_trees(int vertices, const Edges& edges) {
  std::vector<Tree> trees;
  std::size_t size = 0;
  for (std::size_t set = 0; set < std::size_t{1} << edges.size(); ++set) {
    Tree chosen;
    for (std::size_t e = 0; e < edges.size(); ++e)
      if ((set >> e & 1) != 0) chosen.push_back(e);
    if (chosen.size() < size || components(vertices, edges, chosen) < 0) continue;
    if (chosen.size() > size) trees.clear();
    size = chosen.size();
    trees.push_back(chosen);
  }
  return trees;
}

}  // namespace

TEST_CASE("all spanning trees are drawn equally often") {
  struct Example {
    const char* name;
    int vertices;
    Edges edges;
  };
  const Example examples[] = {
      {"nothing", 3, {}},
      {"path", 4, {{0, 1}, {1, 2}, {3, 2}}},
      {"cycle", 5, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}}},
      {"parallel edges", 3, {{0, 1}, {1, 0}, {1, 2}, {0, 1}, {2, 1}}},
      {"ladder", 6, {{0, 1}, {1, 2}, {3, 4}, {4, 5}, {0, 3}, {1, 4}, {2, 5}}},
      {"paths between two", 6, {{0, 1}, {0, 2}, {2, 1}, {0, 3}, {3, 4}, {4, 1}, {0, 5}, {5, 1}}},
      {"complete", 4, {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}},
      {"complete, doubled and with a tail",
       6,
       {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}, {3, 2}, {3, 4}, {4, 5}}},
      {"complete, with a path beside an edge",
       5,
       {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}, {0, 4}, {4, 1}}},
      {"two components", 8, {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}, {4, 5}, {5, 6}, {6, 4}, {6, 7}}},
  };
  for (const Example& example : examples) {
    CAPTURE(example.name);
    const std::vector<Tree> all = all_trees(example.vertices, example.edges);
    const algorithms::SpanningTrees trees(example.vertices, example.edges);
    std::mt19937_64 random(7);
    const int draws = 2000 * static_cast<int>(all.size());
    std::map<Tree, int> count;
    for (int i = 0; i < draws; ++i) {
      Tree tree = trees.draw(random);
      std::sort(tree.begin(), tree.end());
      ++count[tree];
    }
    CHECK(count.size() == all.size());
    for (const Tree& tree : all) CHECK(std::abs(count[tree] - 2000) < 5 * std::sqrt(2000.0));
  }
}

TEST_CASE("trees of long and narrow graphs are trees") {
  const int n = 3000;
  Edges edges;  // a ladder that is closed to a ring
  for (int i = 0; i < n; ++i) {
    edges.emplace_back(2 * i, 2 * i + 1);
    edges.emplace_back(2 * i, (2 * i + 2) % (2 * n));
    edges.emplace_back(2 * i + 1, (2 * i + 3) % (2 * n));
  }
  edges.erase(edges.end() - 2);
  const algorithms::SpanningTrees trees(2 * n, edges);
  std::mt19937_64 random(8);
  for (int i = 0; i < 5; ++i) CHECK(trees.draw(random).size() == static_cast<std::size_t>(2 * n - 1));
}

}  // namespace unfurl::test

TEST_SUITE_END();
