// Running networks in float64, entry by entry.
#include "passes/passes.hpp"
#include "property/laws.hpp"

namespace unfurl::test {

Numbers leaves_of(const Network& network, const Dataset& data) {
  Numbers leaves;
  for (const Parameter& p : network.parameters()) leaves[p.name] = p.values;
  const auto n = at(data.samples());
  for (const auto& input : network.unrolled().inputs) {
    const Samples& s = data[input.name];
    auto& to = leaves[input.name];
    to.resize(s.values.size());
    for (std::size_t sample = 0; sample < n; ++sample)
      for (std::size_t i = 0; i < s.size(); ++i) to[i * n + sample] = s.values[sample * s.size() + i];
  }
  return leaves;
}

Numbers run_double(const Network& network, const Dataset& data, int threads) {
  return evaluate<double>(network.unrolled().graph, leaves_of(network, data), data.samples(), threads);
}

naive::Rows marginals(const Network& network, const Numbers& results, int layer, int sample, int samples) {
  naive::Rows rows;
  for (const auto& declared : network.unrolled().model->discretes()) {
    const Discrete& x = declared.variable;
    const auto& values = results.at(x.name + "@" + std::to_string(layer));
    const auto entry = [&](int plane, int i) {
      return values[at((plane * x.size() + i) * samples + sample)];
    };
    for (int i = 0; i < x.size(); ++i) {
      naive::Row p;
      for (int s = 0; s < x.states; ++s)
        p.push_back(x.states > 2 ? entry(s, i) : s == 1 ? entry(0, i) : 1 - entry(0, i));
      rows.push_back(std::move(p));
    }
  }
  return rows;
}

std::vector<double> latents(const Network& network, const Numbers& results, int layer, int sample,
                            int samples) {
  std::vector<double> all;
  for (const auto& latent : network.unrolled().model->latents()) {
    const auto& values = results.at(latent.name + "@" + std::to_string(layer));
    for (std::size_t i = at(sample); i < values.size(); i += at(samples)) all.push_back(values[i]);
  }
  return all;
}

Numbers gradients(const Network& network, const Dataset& data) {
  ir::Graph graph = network.unrolled().graph;
  ir::Builder b(graph);
  ir::Value loss = b.constant(0);
  double weight = 1;
  for (const auto& [name, v] : graph.outputs) {
    loss = b.add(loss, b.scale(b.sum_all(b.square(v)), weight));
    weight = weight > 2 ? 0.7 : weight + 0.13;  // no two results count the same
  }
  std::vector<std::string> names;
  std::vector<ir::Value> wrt;
  for (int i = 0; i < graph.size(); ++i)
    if (graph[ir::Value{i}].op->name == "param") {
      names.push_back(graph[ir::Value{i}].attributes.name);
      wrt.push_back(ir::Value{i});
    }
  const auto slopes = ir::gradient(b, loss, b.constant(1), wrt);
  graph.outputs.clear();
  Numbers result;
  for (std::size_t i = 0; i < wrt.size(); ++i)
    if (slopes[i]) graph.outputs.emplace_back(names[i], b.sum_to(slopes[i], graph.type(wrt[i])));
  return evaluate<double>(ir::optimize(graph), leaves_of(network, data), data.samples());
}

double difference(const naive::Rows& a, const naive::Rows& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, difference(a[i], b[i]));
  return most;
}

}  // namespace unfurl::test
