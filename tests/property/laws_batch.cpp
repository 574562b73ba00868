// How a network is run changes nothing: alone or in a batch, with any number of threads; and single precision stays
// near double.
#include <doctest/doctest.h>

#include "property/laws.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int depth = 4;

Network network_of(const Case& c) { return unroll(c.model, c.algorithm, depth).untie(all).compile(); }

/// The data of a case, repeated with small changes until there are `samples`: several tiles, the last one not full.
Dataset many(const Dataset& data, int samples) {
  Random random(51);
  Dataset result;
  for (const auto& [name, s] : data.arrays()) {
    std::vector<float> values;
    for (int i = 0; i < samples; ++i)
      for (double v : sample_of(data, name, i % data.samples()))
        values.push_back(static_cast<float>(v * (0.9 + 0.2 * random.uniform())));
    result.add(name, s.planes, s.rows, values);
  }
  return result;
}

void check_same_bits(const Dataset& a, const Dataset& b) {
  REQUIRE(a.arrays().size() == b.arrays().size());
  for (const auto& [name, s] : a.arrays()) CHECK(s.values == b[name].values);
}

}  // namespace

TEST_CASE("a batch at once equals its samples one at a time") {
  for (const Case& c : all_cases()) {
    const Network network = network_of(c);
    const Dataset data = many(c.data, 21);
    const Numbers together = run_double(network, data);
    for (int sample = 0; sample < data.samples(); ++sample)
      for (const auto& [name, values] : run_double(network, data.slice(sample, 1))) {
        std::vector<double> own;
        for (std::size_t i = at(sample); i < together.at(name).size(); i += at(data.samples()))
          own.push_back(together.at(name)[i]);
        INFO(c.name << ", " << name << ", sample " << sample);
        CHECK(difference(values, own) < 1e-13);
      }
  }
}

TEST_CASE(
    "a stream gives a sample the same bits in any company, in both precisions, and a runner's up to "
    "rounding") {
  for (const Case& c : all_cases()) {
    const Dataset data = many(c.data, 53);
    for (Precision precision : {Precision::f32, Precision::f64}) {
      Network network = network_of(c);
      network.precision(precision).threads(2);
      INFO(c.name);
      Runner stream = network.stream();
      const Dataset together = stream.run(data);
      for (int count : {1, 2, 7, 19})
        for (int first = 0; first < 53; first += count) {
          const int taken = std::min(count, 53 - first);
          check_same_bits(stream.run(data.slice(first, taken)), together.slice(first, taken));
        }
      const Dataset plain = network.run(data);
      for (const auto& [name, s] : together.arrays()) {
        const Samples& p = plain[name];
        for (std::size_t i = 0; i < s.values.size(); ++i)
          CHECK(s.values[i] == doctest::Approx(p.values[i]).epsilon(1e-4));
      }
    }
  }
}

TEST_CASE("any number of threads gives the same bits, in both precisions") {
  for (const Case& c : all_cases()) {
    const Dataset data = many(c.data, 333);
    for (Precision precision : {Precision::f32, Precision::f64}) {
      Network network = network_of(c);
      network.precision(precision);
      INFO(c.name);
      const Dataset alone = network.threads(1).run(data);
      for (int threads : {2, 3, 4}) check_same_bits(network.threads(threads).run(data), alone);
    }
  }
}

TEST_CASE("single precision stays within 1e-5 of double, relative to the largest result") {
  for (const Case& c : all_cases()) {
    const Network network = network_of(c);
    const Dataset data = many(c.data, 50);
    const Numbers leaves = leaves_of(network, data);
    const Numbers fine = run_double(network, data);
    double worst = 0;
    for (const auto& [name, values] : evaluate<float>(program_of(network), leaves, data.samples()))
      worst = std::max(worst, difference(values, fine.at(name)));
    INFO(c.name);
    CHECK(worst < 1e-5);
  }
}

TEST_CASE("the results of a network are those of its program, and layers can be asked for") {
  for (const Case& c : all_cases()) {
    Network network = network_of(c);
    network.precision(Precision::f64);
    const Numbers expected = run_double(network, c.data);
    for (const std::optional<int> layer : {std::optional<int>(), std::optional(1), std::optional(depth)}) {
      const Dataset results = network.run(c.data, {}, layer);
      CHECK(results.arrays().size() == network.unrolled().signature.readouts.size());
      for (const auto& [name, s] : results.arrays())
        for (int sample = 0; sample < c.data.samples(); ++sample) {
          const auto found = sample_of(results, name, sample);
          const auto& all_samples = expected.at(name + "@" + std::to_string(layer.value_or(depth)));
          for (std::size_t i = 0; i < found.size(); ++i)
            CHECK(found[i] == static_cast<float>(all_samples[i * at(c.data.samples()) + at(sample)]));
        }
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
