// Cases of all families in one list, and running networks in float64, entry by entry.
#include <doctest/doctest.h>

#include "passes/passes.hpp"
#include "property/laws.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/inference.hpp"

#include <algorithm>

namespace unfurl::test {

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const DiscreteCase& d : discrete_cases()) {
    cases.push_back({d.name + ", mean field", d.model, MeanField{}, d.data});
    cases.push_back({d.name + ", damped mean field", d.model, MeanField{.damping = 0.3}, d.data});
    cases.push_back({d.name + ", sum-product", d.model, SumProduct{}, d.data});
    cases.push_back({d.name + ", damped weighted sum-product", d.model,
                     SumProduct{.damping = 0.3, .message_weights = MessageWeights::per_edge}, d.data});
  }
  for (const DiscreteCase& d : constrained_cases()) {
    cases.push_back({d.name + ", sum-product", d.model, SumProduct{}, d.data});
    cases.push_back({d.name + ", damped max-product", d.model, MaxProduct{.damping = 0.3}, d.data});
  }
  for (const auto& list : {latent_cases(), gaussian_cases()})
    for (const LatentCase& c : list) cases.push_back({c.name, c.model, c.algorithm, c.data});
  return cases;
}

Numbers leaves_of(const Network& network, const Dataset& data) {
  Numbers leaves;
  for (const Parameter& p : network.parameters()) leaves[p.name] = p.values;
  const auto n = at(data.samples());
  for (const auto& input : network.unrolled().signature.inputs) {
    const Samples& s = data[input.name];
    auto& to = leaves[input.name];
    to.resize(s.values.size());
    for (std::size_t sample = 0; sample < n; ++sample)
      for (std::size_t i = 0; i < s.size(); ++i) to[i * n + sample] = s.values[sample * s.size() + i];
  }
  return leaves;
}

ir::Graph program_of(const Network& network) {
  ir::Graph graph = network.unrolled().graph;
  std::erase_if(graph.outputs, [&](const auto& output) {
    const std::string name = output.first.substr(0, output.first.find('@'));
    const auto& known = network.unrolled().signature.readouts;
    return std::find(known.begin(), known.end(), name) == known.end();
  });
  return graph;
}

Numbers run_double(const Network& network, const Dataset& data, int threads) {
  return evaluate<double>(program_of(network), leaves_of(network, data), data.samples(), threads);
}

naive::Rows marginals(const Network& network, const Numbers& results, int layer, int sample, int samples) {
  naive::Rows rows;
  for (const auto& declared : network.unrolled().made_by.model->discretes()) {
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
  for (const auto& latent : network.unrolled().made_by.model->latents()) {
    const auto& values = results.at(latent.name + "@" + std::to_string(layer));
    for (std::size_t i = at(sample); i < values.size(); i += at(samples)) all.push_back(values[i]);
  }
  for (const auto& declared : network.unrolled().made_by.model->continuous())
    for (const char* result : {"", ".variance"}) {
      const auto& values = results.at(declared.variable.name + result + "@" + std::to_string(layer));
      for (std::size_t i = at(sample); i < values.size(); i += at(samples)) all.push_back(values[i]);
    }
  return all;
}

Numbers gradients(const Network& network, const Dataset& data) {
  ir::Graph graph = program_of(network);
  ir::Builder b(graph);
  ir::Value loss = b.constant(0);
  double weight = 1;
  for (const auto& [name, v] : graph.outputs) {
    loss = b.add(loss, b.scale(b.sum_all(b.square(v)), weight));
    weight = weight > 2 ? 0.7 : weight + 0.13;  // no two results count the same
  }
  const auto [names, wrt] = parameters_of(graph);
  const auto slopes = ir::gradient(b, loss, b.constant(1), wrt);
  graph.outputs.clear();
  Numbers result;
  for (std::size_t i = 0; i < wrt.size(); ++i)
    if (slopes[i]) graph.outputs.emplace_back(names[i], b.sum_to(slopes[i], graph.type(wrt[i])));
  return evaluate<double>(ir::optimize(graph), leaves_of(network, data), data.samples());
}

void check_iterations(const DiscreteCase& c, const AlgorithmPointer& algorithm,
                      const std::function<naive::History(const naive::FactorGraph&)>& reference, int layers,
                      bool alone) {
  const Network network = unroll(c.model, algorithm, layers).compile();
  const Numbers results = run_double(network, c.data);
  const int samples = c.data.samples();
  for (int sample = 0; sample < samples; ++sample) {
    const naive::History history = reference(c.graph(sample));
    for (int n = 1; n <= layers; ++n) {
      INFO(c.name << ", " << network.unrolled().made_by.algorithm << ", layer " << n << ", sample "
                  << sample);
      CHECK(difference(marginals(network, results, n, sample, samples), history[at(n - 1)]) < 1e-12);
      if (!alone) continue;
      const InferenceResult loop =
          infer(c.model, algorithm, c.data, sample, {.iterations = n, .tolerance = std::nullopt});
      CHECK(difference(loop.marginals, history[at(n - 1)]) < 1e-12);
      CHECK(loop.iterations == n);
    }
  }
}

double difference(const naive::Rows& a, const naive::Rows& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, difference(a[i], b[i]));
  return most;
}

}  // namespace unfurl::test
