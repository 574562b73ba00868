#include "models/restore/proximal_network.hpp"

#include <cmath>

#include "unfurl/extend/convolution.hpp"
#include "unfurl/extend/factor.hpp"

namespace unfurl::restore_model {

namespace {

using detail::cat;
using ir::Builder;
using ir::Value;

constexpr int side = 3;

/// Arguments: filter and bias of every layer, and x; the numbers are height and width.
class ProximalNetworkType final : public FactorType {
 public:
  std::string name() const override { return "ProximalNetwork"; }
  Serves serves() const override { return Serves::proximal; }
  void check(const Model::FactorDeclaration& f) const override {
    const std::size_t n = f.spec.args.size();
    if (f.spec.numbers.size() != 2 || n % 2 == 0)
      throw ModelError(cat("factor '", f.name,
                           "' of type ProximalNetwork needs a filter and a bias for every "
                           "layer, and a latent with a height and a width"),
                       f.where, "declare_proximal_network makes them");
    int channels = 1;
    for (std::size_t i = 0; i + 1 < n; i += 2) {
      const ir::Type filter = f.spec.args[i].type(), bias = f.spec.args[i + 1].type();
      if (filter.lanes || filter.rows != channels * side * side || bias.planes != filter.planes ||
          bias.rows != 1 || (i + 3 == n && filter.planes != 1))
        throw ModelError(
            cat("factor '", f.name, "' of type ProximalNetwork has a layer with a filter of shape ",
                to_string(filter), " and a bias of shape ", to_string(bias), " for ", channels, " channels"),
            f.where, "matrix(channels out, channels in * 9) and matrix(channels out, 1)");
      channels = filter.planes;
    }
  }
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value, Domain domain) const override {
    const auto& numbers = g.declaration->spec.numbers;
    const ir::Convolution windows{.height = static_cast<int>(numbers[0]),
                                  .width = static_cast<int>(numbers[1]),
                                  .kernel_height = side,
                                  .kernel_width = side,
                                  .padding_down = side / 2,
                                  .padding_right = side / 2};
    Value value = z;
    for (std::size_t i = 0; i + 1 < g.args.size(); i += 2) {
      value = b.add(ir::convolution(b, g.args[i], i > 0 ? b.relu(value) : value, windows), g.args[i + 1]);
    }
    value = b.add(z, value);
    return domain == Domain::nonneg ? b.relu(value) : value;
  }
};

const ProximalNetworkType type;

}  // namespace

ProximalNetwork::operator FactorSpec() const {
  FactorSpec spec{&type, {}, {}};
  for (std::size_t i = 0; i < filters.size() && i < biases.size(); ++i) {
    spec.args.push_back(filters[i]);
    spec.args.push_back(biases[i]);
  }
  spec.args.push_back(x);
  for (const int extent : x.node().dims) spec.numbers.push_back(extent);
  return spec;
}

ProximalNetwork declare_proximal_network(Model& model, const Latent& x, int channels, std::uint64_t seed) {
  Random random(seed);
  ProximalNetwork network{{}, {}, x};
  const std::vector<int> outs = {channels, channels, 1};
  int in = 1;
  for (std::size_t layer = 0; layer < outs.size(); ++layer) {
    const int out = outs[layer], inputs = in * side * side;
    const bool last = layer + 1 == outs.size();
    std::vector<double> filter(static_cast<std::size_t>(out * inputs));
    if (!last)
      for (double& v : filter) v = std::sqrt(2.0 / inputs) * random.normal();
    const std::string number = std::to_string(layer);
    network.filters.push_back(model.param("filter" + number, matrix(out, inputs), filter));
    network.biases.push_back(model.param("bias" + number, matrix(out, 1), 0.0));
    in = out;
  }
  return network;
}

}  // namespace unfurl::restore_model
