#include "unfurl/cost.hpp"

#include "passes/passes.hpp"

namespace unfurl {

namespace {

/// Of the program that results of the last layer come from.
ir::Cost cost_of(const Network& network) {
  const Unrolled& all = network.unrolled();
  ir::Graph graph = all.graph;
  graph.outputs.clear();
  for (const auto& name : all.signature.readouts)
    graph.outputs.emplace_back(name, all.graph.output(Signature::output(name, network.layers())));
  return ir::cost_of(ir::optimize(graph));
}

}  // namespace

double multiply_adds(const Network& network) { return cost_of(network).multiply_adds; }

std::vector<double> multiply_adds_of_layers(const Network& network) {
  std::vector<double> layers = cost_of(network).layers;
  layers.resize(static_cast<std::size_t>(network.layers()), 0);
  return layers;
}

}  // namespace unfurl
