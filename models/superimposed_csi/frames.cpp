#include "models/superimposed_csi/frames.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <complex>
#include <numbers>

#include "unfurl/complex.hpp"

namespace unfurl::superimposed_csi_model {

namespace {

using Number = std::complex<double>;

double sign_of(unsigned row, unsigned column) { return std::popcount(row & column) % 2 != 0 ? -1 : 1; }

/// The Walsh transform of as many numbers as there are symbols.
std::vector<Number> transformed(std::vector<Number> v) {
  for (std::size_t half = 1; half < v.size(); half *= 2)
    for (std::size_t i = 0; i < v.size(); ++i)
      if ((i & half) == 0) {
        const Number a = v[i], b = v[i + half];
        v[i] = a + b, v[i + half] = a - b;
      }
  return v;
}
/// Q h.
std::vector<Number> spread_out(const Number* h) {
  std::vector<Number> v(symbols);
  std::copy_n(h, antennas, v.begin() + 1);
  return transformed(std::move(v));
}

Number normal(Random& random, double variance) {
  const double deviation = std::sqrt(variance / 2), re = random.normal();
  return {deviation * re, deviation * random.normal()};
}

std::vector<Number> channel(bool paths, Random& random) {
  std::vector<Number> h(antennas);
  if (!paths) {
    for (Number& z : h) z = normal(random, 1);
    return h;
  }
  for (int path = 0; path < 3; ++path) {  // half a wavelength apart, directions over half a circle
    const Number gain = normal(random, 1.0 / 3);
    const double turn = std::numbers::pi * std::sin(std::numbers::pi * (random.uniform() - 0.5));
    for (int i = 0; i < antennas; ++i) h[static_cast<std::size_t>(i)] += gain * std::polar(1.0, turn * i);
  }
  return h;
}

double decibels(double error, double power) { return 10 * std::log10(std::max(error, 1e-30) / power); }

/// Bits of the signs of what is left of a frame without the channel.
std::vector<float> signs_without(const Dataset& data, const std::vector<float>& channels) {
  const std::vector<Number> y = from_pairs(data["y"].values, symbols), h = from_pairs(channels, antennas);
  std::vector<Number> left;
  for (std::size_t s = 0; s < h.size() / antennas; ++s) {
    const double a = std::sqrt(data["rho"].values[s] / antennas);
    const std::vector<Number> sent = spread_out(h.data() + s * antennas);
    for (std::size_t i = 0; i < symbols; ++i) left.push_back(y[s * symbols + i] - a * sent[i]);
  }
  return as_pairs(left, symbols);
}

}  // namespace

std::vector<double> walsh() {
  std::vector<double> q;
  for (unsigned i = 0; i < symbols; ++i)
    for (unsigned j = 0; j < antennas; ++j) q.push_back(sign_of(i, j + 1));
  return q;
}

Dataset make_frames(const std::vector<Setting>& settings, int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<Number> received, truth, spread;
  std::vector<float> bits, shares, noises;
  for (const Setting& setting : settings) {
    const double a = std::sqrt(setting.rho / antennas), c = std::sqrt(1 - setting.rho),
                 noise = std::pow(10, -setting.snr / 10);
    for (int s = 0; s < count; ++s) {
      const std::vector<Number> h = channel(setting.paths, random);
      truth.insert(truth.end(), h.begin(), h.end());
      std::vector<Number> y = spread_out(h.data());
      std::vector<float> frame_bits(2 * static_cast<std::size_t>(symbols));
      for (std::size_t i = 0; i < symbols; ++i) {
        double part[2];
        for (std::size_t k = 0; k < 2; ++k) {
          const int bit = random.below(2);
          frame_bits[k * symbols + i] = static_cast<float>(bit);
          part[k] = bit ? std::sqrt(0.5) : -std::sqrt(0.5);
        }
        y[i] = a * y[i] + c * Number(part[0], part[1]) + normal(random, noise);
      }
      received.insert(received.end(), y.begin(), y.end());
      const std::vector<Number> back = transformed(std::move(y));
      for (std::size_t j = 1; j <= antennas; ++j) spread.push_back(back[j] / (a * symbols));
      bits.insert(bits.end(), frame_bits.begin(), frame_bits.end());
      shares.push_back(static_cast<float>(setting.rho));
      noises.push_back(static_cast<float>(noise));
    }
  }
  return Dataset()
      .add("y", 1, 2 * symbols, as_pairs(received, symbols))
      .add("truth", 1, 2 * antennas, as_pairs(truth, antennas))
      .add("spread", 1, 2 * antennas, as_pairs(spread, antennas))
      .add("bits", 1, 2 * symbols, std::move(bits))
      .add("rho", 1, 1, std::move(shares))
      .add("noise", 1, 1, std::move(noises));
}

std::vector<Metric> measure(const Network& network, const Dataset& data) {
  const bool unfolded = network.unrolled().made_by.model != nullptr;
  Dataset result = network.run(
      data, unfolded ? std::vector<std::string>{"channel", "d"} : std::vector<std::string>{"channel"});
  const std::vector<float>&found = result["channel"].values, &truth = data["truth"].values;
  Metric nmse{"NMSE", "dB", false, 0, {}}, ber{"BER", "", false, 0, {}};
  double error = 0, power = 0;
  for (std::size_t first = 0; first < truth.size(); first += 2 * std::size_t{antennas}) {
    double e = 0, p = 0;
    for (std::size_t i = first; i < first + 2 * std::size_t{antennas}; ++i) {
      e += (found[i] - truth[i]) * (found[i] - truth[i]);
      p += truth[i] * truth[i];
    }
    nmse.per_item.push_back(decibels(e, p));
    error += e, power += p;
  }
  nmse.value = decibels(error, power);
  const std::vector<float> decided = unfolded ? result["d"].values : signs_without(data, found);
  const std::vector<float>& bits = data["bits"].values;
  constexpr std::size_t frame = 2 * std::size_t{symbols};
  for (std::size_t first = 0; first < bits.size(); first += frame) {
    double wrong = 0;
    for (std::size_t i = first; i < first + frame; ++i) wrong += (decided[i] > 0) != (bits[i] > 0.5F);
    ber.per_item.push_back(wrong / frame);
    ber.value += wrong / static_cast<double>(bits.size());
  }
  return {nmse, ber};
}

}  // namespace unfurl::superimposed_csi_model
