// Uniformly random spanning trees.
#pragma once

#include <cstddef>
#include <random>
#include <utility>
#include <vector>

namespace unfurl::algorithms {

/// Draws spanning trees of a graph (of each of its components), all equally likely. Vertices with one neighbour or two are
/// taken away first, one after the other: two edges in series are one of weight w1 w2 / (w1 + w2), in the sense that trees
/// count with the product of their weights, and parallel ones one of weight w1 + w2. What is left is drawn by random walks
/// that erase their loops [Wilson96], and the others are put back. So chains, cycles and ladders, on which walks are long,
/// take time proportional to their length.
class SpanningTrees {
 public:
  /// Edges may be parallel; none joins a vertex with itself.
  SpanningTrees(int vertices, const std::vector<std::pair<int, int>>& edges);
  /// The edges of a tree, by their numbers.
  std::vector<std::size_t> draw(std::mt19937_64& random) const;

 private:
  /// A vertex that was taken away: the joins to its neighbours (-1: there is none), their weights, and the join of the two,
  /// with its weight before the path through the vertex was added.
  struct Removed {
    int first = -1, second = -1, across = -1;
    double first_weight = 0, second_weight = 0, across_weight = 0;
  };
  struct Step {
    int to = 0, join = 0;
    double weight = 0;  // of this and all steps before it
  };
  std::vector<char> walk(std::mt19937_64& random) const;

  std::vector<std::vector<std::size_t>> parallel_;  // edges by join, a pair of vertices
  std::vector<Removed> removed_;
  std::vector<std::vector<Step>> steps_;  // of what is left, by vertex
  std::vector<int> left_;
  std::vector<char> root_;  // one of every component of it
};

}  // namespace unfurl::algorithms
