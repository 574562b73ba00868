// Models and networks that are drawn: grids, trees, products of matrices, sparse codes.
#pragma once

#include <vector>

#include "unfurl/algorithms.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/model.hpp"
#include "unfurl/schedule.hpp"

namespace drawing::models {

using namespace unfurl;

inline Model grid(int height, int width) {
  Model m("grid");
  const auto y = m.observed("y", {height, width});
  const auto x = m.discrete("x", {height, width}, 2);
  const auto g = m.param("g", 1.2);
  m.factor("data", each(x), Field{g * y});
  m.factor("smooth", grid4(x), Ising{m.param("J", per_edge(grid4(x)), 0.8)});
  return m;
}

inline Model tree() {
  Model m("tree");
  const auto f = m.features("f", {7}, 5);
  const auto x = m.discrete("x", {7}, 3);
  const auto z = m.discrete("z", {1}, 2);
  m.factor("data", each(x), Field{m.param("W", matrix(3, 5), 0.1) * f});
  m.factor("prior", each(z), Field{0.2});
  m.factor("branch", pairs(x, {{0, 1}, {0, 2}, {1, 3}, {1, 4}, {2, 5}, {2, 6}}), Potts{m.param("J", 0.5)});
  m.factor("root", tuples({x, z}, {{0, 0}}), Table{m.param("T", Extent{6, 1}, 0.1)});
  return m;
}

inline Model nmf() {
  Model m("nmf");
  const auto V = m.observed("V", {6}, nonneg);
  const auto Ws = m.param("Ws", matrix(6, 4), 0.1, nonneg), Wn = m.param("Wn", matrix(6, 3), 0.2, nonneg);
  const auto Hs = m.latent("Hs", {4}, nonneg), Hn = m.latent("Hn", {3}, nonneg);
  m.factor("fit", KL{V, unit_columns(Ws) * Hs + Wn * Hn});
  m.factor("sparse", L1{5, Hs});
  m.readout("speech", cwise(V, ratio_mask(Ws * Hs, Wn * Hn)));
  return m;
}

inline Model sparse_coding() {
  Model m("sparse_coding");
  const auto b = m.observed("b", {3});
  const auto A = m.param("A", matrix(3, 4), {1, 0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 1});
  const auto x = m.latent("x", {4});
  m.factor("fit", SquaredError{b, A * x});
  m.factor("sparse", L1{m.param("lambda", 0.1, nonneg), x});
  return m;
}

inline Network network(const Model& m, const AlgorithmPointer& algorithm, int layers,
                       const std::string& tying) {
  return unroll(m, algorithm, layers).tying(tying).compile();
}

inline Network conventional() {
  FeedForward o;
  o.input = "V";
  o.input_type = {1, 6, true, nonneg};
  o.hidden = {5, 4};
  o.outputs = 6;
  o.output = "speech";
  return feed_forward(o);
}

inline std::vector<Network> networks() {
  const AlgorithmPointer fista = ProximalGradient{.accelerated = true};
  const AlgorithmPointer lista = ProximalGradient{.form = ProximalGradient::Form::lista};
  std::vector<Network> all;
  for (const char* tying : {"tied", "untied", "scaled", "readout", "last:2", "blocks:2"}) {
    all.push_back(network(grid(3, 4), SumProduct{.damping = 0.3}, 3, tying));
    all.push_back(network(tree(), MeanField{}, 12, tying));
    all.push_back(network(nmf(), MultiplicativeUpdate{}, 4, tying));
    all.push_back(network(sparse_coding(), fista, 5, tying));
    all.push_back(network(sparse_coding(), lista, 25, tying));
  }
  all.push_back(conventional());
  return all;
}

}  // namespace drawing::models
