// levels FILE: what networks of several kinds give, are trained to and decode at the SIMD level of this process. Writes the
// numbers where there is no file, and else compares them with those in it, which are of another level.
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iomanip>
#include <random>
#include <vector>

#include <unfurl/codes.hpp>
#include <unfurl/decoding.hpp>
#include <unfurl/exact.hpp>
#include <unfurl/factors.hpp>
#include <unfurl/operators.hpp>
#include <unfurl/schedule.hpp>
#include <unfurl/sparse_nmf.hpp>
#include <unfurl/train.hpp>

#include "core/simd.hpp"

namespace {

using namespace unfurl;

class Numbers {
 public:
  std::vector<float> floats(std::size_t n, double low, double high) {
    std::vector<float> all(n);
    for (float& v : all) v = static_cast<float>(low + (high - low) * draw());
    return all;
  }
  std::vector<double> doubles(std::size_t n, double low, double high) {
    const std::vector<float> all = floats(n, low, high);
    return {all.begin(), all.end()};
  }
  template <class Some>
  void take(const Some& some) {
    taken.insert(taken.end(), some.begin(), some.end());
  }
  std::vector<double> taken;

 private:
  double draw() { return static_cast<double>(random_()) / static_cast<double>(std::mt19937::max()); }
  std::mt19937 random_{7};
};

void take_parameters(const Network& network, Numbers& numbers) {
  for (const Parameter& p : network.parameters()) numbers.take(p.values);
}

/// Couplings of three labels on a grid, learned by Adam as logarithms and as they are; and exact marginals of a smaller one.
void grid(Numbers& numbers) {
  const int side = 5, labels = 3, sites = side * side, samples = 19;
  Model m("grid");
  const auto y = m.features("y", {side, side}, 2);
  const auto x = m.discrete("x", {side, side}, labels);
  m.factor("data", each(x), Field{m.param("W", matrix(labels, 2), {-1, 0.2, 0.1, 0.5, 0.9, -0.3}) * y});
  m.factor("smooth", grid4(x), Potts{m.param("J", per_edge(grid4(x)), 0.4, nonneg)});
  Dataset data;
  data.add("y", 2, sites, numbers.floats(2 * samples * sites, -2, 2));
  std::vector<float> truth;
  for (const float v : numbers.floats(samples * sites, -2, 2))
    truth.push_back(v > 0.7F ? 2.0F : v > -0.5F ? 1.0F : 0.0F);
  data.add("truth", 1, sites, truth);
  Network network = unroll(m, SumProduct{}, 4).untie(all).compile();
  numbers.take(network.run(data)["x"].values);
  Trainer{.loss = loss::cross_entropy("x", "truth"), .optimizer = Adam{.rate = 0.01}, .epochs = 3, .batch = 8}
      .fit(network, fixed(data));
  take_parameters(network, numbers);
  for (const auto& marginal : exact(m, data, 0).marginals) numbers.take(marginal);
}

/// Deep NMF, by multiplicative steps and by steps on the sphere.
void factors(Numbers& numbers) {
  const int bins = 37, atoms = 11, samples = 21;
  Dataset data;
  data.add("V", 1, bins, numbers.floats(samples * bins, 0.01, 1)).add("speech", 1, bins, data["V"].values);
  const Dictionary dictionary = fit_dictionary(data["V"], {.rank = atoms, .sparsity = 0.1, .iterations = 20});
  numbers.take(dictionary.W);
  for (const bool sphere : {false, true}) {
    Model m("nmf");
    const auto V = m.observed("V", {bins}, nonneg);
    const auto H = m.latent("H", {atoms}, nonneg);
    const auto W = sphere ? m.param("W", matrix(bins, atoms), dictionary.W, space::unit_columns)
                          : m.param("W", matrix(bins, atoms), dictionary.W, nonneg);
    if (sphere)
      m.factor("fit", SquaredError{V, W * H});
    else
      m.factor("fit", BetaDivergence{1, V, W * H});
    m.factor("sparse", L1{0.1, H});
    m.readout("explained", W * H);
    const auto train = [&](const auto& algorithm, const Optimizer& optimizer) {
      Network network = unroll(m, algorithm, 6).untie("W").compile();
      Trainer{
          .loss = loss::squared_error("explained", "speech"), .optimizer = optimizer, .epochs = 3, .batch = 8}
          .fit(network, fixed(data));
      take_parameters(network, numbers);
      numbers.take(network.run(data)["explained"].values);
    };
    if (sphere)
      train(ProximalGradient{}, Sgd{.rate = 0.01});
    else
      train(MultiplicativeUpdate{}, MultiplicativeBackprop{});
  }
}

void matrices(Numbers& numbers) {
  const int rows = 13, columns = 24;
  numbers.take(analytic_weight(numbers.doubles(rows * columns, -1, 1), rows, columns));
}

void codes(Numbers& numbers) {
  const Code code = code_by_name("bch:63,45");
  Decoder decoder(code.checks, unroll(code, DecodingRule{.iterations = 5}, false).by_layer());
  const DecodedWords words =
      decoder.decode(numbers.doubles(static_cast<std::size_t>(37 * code.bits()), -4, 6));
  for (const double llr : words.llr) numbers.taken.push_back(std::tanh(llr));
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  Numbers numbers;
  grid(numbers);
  factors(numbers);
  matrices(numbers);
  codes(numbers);
  const std::string level = simd::level();
  std::ifstream before(argv[1]);
  if (!before) {
    std::ofstream file(argv[1]);
    for (const double v : numbers.taken) file << std::setprecision(17) << v << '\n';
    std::printf("%zu numbers of %s\n", numbers.taken.size(), level.c_str());
    return file ? 0 : 1;
  }
  std::size_t others = 0, bits = 0;
  for (const double v : numbers.taken) {
    double other = 0;
    if (!(before >> other) || !(std::abs(v - other) <= 1e-3 + 1e-3 * std::abs(other))) ++others;
    bits += v == other ? 1 : 0;
  }
  std::printf("%s: %zu numbers, %zu the same to the bit, %zu others\n", level.c_str(), numbers.taken.size(),
              bits, others);
  return others == 0 ? 0 : 1;
} catch (const unfurl::Error& error) {
  std::puts(error.what());
  return 1;
}
