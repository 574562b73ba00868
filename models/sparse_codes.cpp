#include "models/sparse_codes.hpp"

#include <algorithm>
#include <cmath>

#include "unfurl/extend/builder.hpp"

namespace unfurl {

double SparseCodes::noise() const {
  return std::isinf(snr) ? 0 : density * unknowns / measurements * std::pow(10, -snr / 10);
}

Dataset SparseCodes::draw(int count, std::uint64_t seed) const {
  Random random(seed);
  std::vector<float> codes(static_cast<std::size_t>(count) * unknowns), measured;
  std::vector<double> b(measurements);
  const double deviation = std::sqrt(noise());
  for (std::size_t s = 0; s < static_cast<std::size_t>(count); ++s) {
    std::fill(b.begin(), b.end(), 0.0);
    for (std::size_t j = 0; j < unknowns; ++j) {
      if (random.uniform() >= density) continue;
      const double v = random.normal();
      codes[s * unknowns + j] = static_cast<float>(v);
      for (std::size_t i = 0; i < measurements; ++i) b[i] += dictionary[i * unknowns + j] * v;
    }
    for (double v : b)
      measured.push_back(static_cast<float>(deviation > 0 ? v + deviation * random.normal() : v));
  }
  Dataset data;
  data.add("code", 1, unknowns, std::move(codes)).add("b", 1, measurements, std::move(measured));
  return data;
}

Dataset SparseCodes::draw_denser(int count, std::uint64_t seed) const {
  SparseCodes denser = *this;
  denser.density = std::min(1.3 * density, (1 + density) / 2);
  if (!std::isinf(snr)) denser.snr = snr + 10 * std::log10(denser.density / density);  // the same noise
  const Dataset usual = draw((count + 1) / 2, seed), more = denser.draw(count / 2, seed + 500009);
  const double filled = std::log(denser.density / density),
               empty = std::log1p(-denser.density) - std::log1p(-density);
  std::vector<float> codes, measured, weights;
  for (int s = 0; s < count; ++s) {
    const Dataset& from = s % 2 == 0 ? usual : more;
    const auto take = [&](const std::string& name, std::ptrdiff_t size, std::vector<float>& to) {
      const auto first = from[name].values.begin() + s / 2 * size;
      to.insert(to.end(), first, first + size);
    };
    take("code", unknowns, codes), take("b", measurements, measured);
    const auto zeros = static_cast<double>(std::count(codes.end() - unknowns, codes.end(), 0.0F));
    weights.push_back(static_cast<float>(
        2 / (1 + std::exp((unknowns - zeros) * filled + (zeros > 0 ? zeros * empty : 0)))));
  }
  Dataset data;
  data.add("code", 1, unknowns, std::move(codes)).add("b", 1, measurements, std::move(measured));
  data.add("weight", 1, 1, std::move(weights));
  return data;
}

Loss weighted_code_error() {
  return {[](LossContext& c) {
    ir::Builder& b = c.builder;
    const ir::Value error = b.sub(c.result("x"), c.target("code", {1, SparseCodes::unknowns, true}));
    return b.mul(b.sum_to(b.square(error), {1, 1, true}), c.target("weight", {1, 1, true}));
  }};
}

std::vector<double> gaussian_dictionary(std::uint64_t seed) {
  constexpr std::size_t unknowns = SparseCodes::unknowns;
  Random random(seed);
  std::vector<double> a(SparseCodes::measurements * unknowns);
  for (double& v : a) v = random.normal();
  for (std::size_t j = 0; j < unknowns; ++j) {
    double square = 0;
    for (std::size_t i = j; i < a.size(); i += unknowns) square += a[i] * a[i];
    for (std::size_t i = j; i < a.size(); i += unknowns) a[i] /= std::sqrt(square);
  }
  return a;
}

Metric code_error(const Network& network, const Dataset& data) {
  const auto decibels = [](double error, double power) {
    return 10 * std::log10(std::max(error, 1e-30) / std::max(power, 1e-30));
  };
  const Dataset result = network.run(data, {"x"});
  const std::vector<float>&found = result["x"].values, &codes = data["code"].values;
  Metric nmse{"NMSE", "dB", false, 0, {}};
  double error = 0, power = 0;
  for (std::size_t first = 0; first < codes.size(); first += SparseCodes::unknowns) {
    double e = 0, p = 0;
    for (std::size_t i = first; i < first + SparseCodes::unknowns; ++i) {
      e += (found[i] - codes[i]) * (found[i] - codes[i]);
      p += codes[i] * codes[i];
    }
    nmse.per_item.push_back(decibels(e, p));
    error += e;
    power += p;
  }
  nmse.value = decibels(error, power);
  return nmse;
}

void grid_search(Network& network, const std::vector<std::string>& names, double factor, int steps,
                 int rounds, const Dataset& data) {
  std::vector<double> best;
  for (const std::string& name : names) best.push_back(network.parameter(name).values.at(0));
  const int values = 2 * steps + 1;
  int combinations = 1;
  for (std::size_t i = 0; i < names.size(); ++i) combinations *= values;
  double least = code_error(network, data).value;
  for (int round = 0; round < rounds; ++round, factor = std::sqrt(factor)) {
    const std::vector<double> center = best;
    for (int combination = 0; combination < combinations; ++combination) {
      std::vector<double> tried = center;
      int rest = combination;
      for (std::size_t i = 0; i < names.size(); ++i, rest /= values) {
        tried[i] *= std::pow(factor, rest % values - steps);
        network.parameter(names[i]).values = {tried[i]};
      }
      const double error = code_error(network, data).value;
      if (!(error < least)) continue;
      least = error;
      best = tried;
    }
  }
  for (std::size_t i = 0; i < names.size(); ++i) network.parameter(names[i]).values = {best[i]};
}

}  // namespace unfurl
