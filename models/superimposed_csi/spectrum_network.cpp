#include "models/superimposed_csi/spectrum_network.hpp"

#include <cmath>
#include <numbers>

#include "unfurl/extend/convolution.hpp"
#include "unfurl/extend/fourier.hpp"
#include "unfurl/extend/prior.hpp"

namespace unfurl::superimposed_csi_model {

namespace {

using detail::cat;
using ir::Builder;
using ir::Value;

constexpr int width = 5, features = 3, taps = 3;

/// Arguments: threshold, variance, a filter and a bias of every layer, and x.
class SpectrumNetworkType final : public PriorType {
 public:
  std::string name() const override { return "SpectrumNetwork"; }
  void check(const Model::FactorDeclaration& f) const override {
    const std::size_t n = f.spec.args.size();
    if (n < 5 || n % 2 == 0 || f.spec.args.back().node().kind != Expr::Node::Kind::latent ||
        f.spec.args.back().type().rows % 2 != 0)
      throw ModelError(
          cat("factor '", f.name, "' of type SpectrumNetwork needs filters, biases and a complex latent"),
          f.where, "declare_spectrum_network makes them");
  }
  Moments before(Builder& b, const FactorGroup& g) const override {
    const ir::Type type{1, g.declaration->spec.args.back().type().rows, false};
    return {b.constant(std::vector<double>(type.size(), 0), type), g.args[1]};
  }
  Moments given(Builder& b, const FactorGroup& g, Value z, Value variance) const override {
    const int n = b.type(z).rows / 2;
    const Value u = turned(b, ir::unitary_fourier(b, z, {1, n}), 1), noise = b.scale(variance, 2);
    const Value re = b.slice_rows(u, 0, n), im = b.slice_rows(u, n, n);
    const Value power = b.add(b.square(re), b.square(im)), least = b.maximum(power, 1e-30);
    const Value next_re = shifted(b, re, 1), next_im = shifted(b, im, 1);
    const Value both = b.add(b.add(power, b.add(b.square(next_re), b.square(next_im))), noise);
    const Value alike = b.div(b.add(b.mul(re, next_re), b.mul(im, next_im)), both);
    // Bounded, so that a network serves other noise than it was trained with.
    const auto share = [&](double of) { return b.div(power, b.add(power, b.scale(noise, of))); };
    Value value = stack(b, {share(1), share(8), alike}, n);
    for (std::size_t i = 2; i + 1 < g.args.size(); i += 2) {
      if (i > 2) value = b.relu(value);
      value = b.add(convolve(b, g.args[i], value, n), g.args[i + 1]);
    }
    const Value wiener = b.div(b.relu(b.sub(power, b.mul(g.args[0], noise))), least);
    value = b.mul(value, b.one_minus(share(4)));  // where there is no noise there is nothing to correct
    const auto part = [&](Value of) {
      return b.add(
          b.mul(b.add(wiener, b.plane(value, 0)), of),
          b.add(b.mul(b.plane(value, 1), shifted(b, of, 1)), b.mul(b.plane(value, 2), shifted(b, of, -1))));
    };
    const Value mean =
        ir::inverse_unitary_fourier(b, turned(b, b.concat_rows({part(re), part(im)}), -1), {1, n});
    return {mean, b.mul(variance, b.div(g.args[1], b.add(g.args[1], variance)))};
  }

 private:
  /// Pairs times exp(pi i k (n - 1) / n), which makes the transform of entries 0 .. n - 1 that of entries centred at zero: or,
  /// of direction -1, undoes that.
  static Value turned(Builder& b, Value v, int direction) {
    const int n = b.type(v).rows / 2;
    std::vector<double> cosines, sines;
    for (int part = 0; part < 2; ++part)
      for (int k = 0; k < n; ++k) {
        const double angle = std::numbers::pi * k * (n - 1) / n;
        cosines.push_back(std::cos(angle));
        sines.push_back((part == 0 ? -direction : direction) * std::sin(angle));
      }
    const ir::Type type{1, 2 * n, false};
    const Value exchanged = b.concat_rows({b.slice_rows(v, n, n), b.slice_rows(v, 0, n)});
    return b.add(b.mul(v, b.constant(std::move(cosines), type)),
                 b.mul(exchanged, b.constant(std::move(sines), type)));
  }
  /// Entry k + by. Where that is beyond the last or first, the centred transform of an even number changes its sign.
  static Value shifted(Builder& b, Value v, int by) {
    const int n = b.type(v).rows;
    std::vector<int> from;
    std::vector<double> signs;
    for (int k = 0; k < n; ++k) {
      const int other = (k + by + n) % n;
      from.push_back(other);
      signs.push_back(other == k + by || n % 2 != 0 ? 1 : -1);
    }
    return b.mul(b.gather_rows(v, ir::make_index(std::move(from), n)),
                 b.constant(std::move(signs), {1, n, false}));
  }
  static Value stack(Builder& b, const std::vector<Value>& planes, int n) {
    return ir::reshape(b, b.concat_rows(planes), static_cast<int>(planes.size()), n);
  }
  static Value convolve(Builder& b, Value filter, Value x, int n) {
    const ir::Convolution around{
        .height = 1, .width = n, .kernel_height = 1, .kernel_width = width, .padding_right = width / 2};
    const ir::Convolution inside{
        .height = 1, .width = n + width - 1, .kernel_height = 1, .kernel_width = width};
    return ir::convolution(b, filter, ir::pad_image(b, x, around, Border::circular), inside);
  }
};

const SpectrumNetworkType type;

}  // namespace

SpectrumNetwork::operator FactorSpec() const {
  FactorSpec spec{&type, {threshold, variance}, {}};
  for (std::size_t i = 0; i < filters.size() && i < biases.size(); ++i) {
    spec.args.push_back(filters[i]);
    spec.args.push_back(biases[i]);
  }
  spec.args.push_back(x);
  return spec;
}

SpectrumNetwork declare_spectrum_network(Model& model, const Expr& threshold, const Expr& variance,
                                         const Expr& x, int channels, std::uint64_t seed) {
  Random random(seed);
  SpectrumNetwork network{threshold, variance, {}, {}, x};
  int in = features;
  for (const int out : {channels, channels, taps}) {
    std::vector<double> filter(static_cast<std::size_t>(out * in * width));
    if (network.filters.size() < 2)
      for (double& v : filter) v = std::sqrt(2.0 / (in * width)) * random.normal();
    const std::string number = std::to_string(network.filters.size());
    network.filters.emplace_back(model.param("filter" + number, matrix(out, in * width), filter));
    network.biases.emplace_back(model.param("bias" + number, matrix(out, 1), 0.0));
    in = out;
  }
  return network;
}

}  // namespace unfurl::superimposed_csi_model
