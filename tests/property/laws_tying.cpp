// Tying changes which numbers are trained, never what an untrained network computes; and the gradient of a shared
// parameter is the sum over its copies.
#include <doctest/doctest.h>

#include "property/laws.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int depth = 5;

const std::vector<std::pair<std::string, std::function<void(Schedule&)>>>& schedules() {
  static const std::vector<std::pair<std::string, std::function<void(Schedule&)>>> list = {
      {"untied", [](Schedule& s) { s.untie(all); }},
      {"last(2)", [](Schedule& s) { s.untie(all, last(2)); }},
      {"blocks(2)", [](Schedule& s) { s.untie(all, blocks(2)); }},
      {"layers(1, 2)", [](Schedule& s) { s.untie(all, layers(1, 2)); }},
      {"readout()", [](Schedule& s) { s.untie(all, readout()); }},
      {"scaled", [](Schedule& s) { s.scale(all); }},
      {"frozen", [](Schedule& s) { s.untie(all).freeze(all); }},
  };
  return list;
}

Network compile(const Case& c, const std::function<void(Schedule&)>& tying) {
  Schedule s = unroll(c.model, c.algorithm, depth);
  tying(s);
  return s.compile();
}

}  // namespace

TEST_CASE("no schedule changes what an untrained network computes") {
  for (const Case& c : all_cases()) {
    const Numbers tied = run_double(unroll(c.model, c.algorithm, depth).compile(), c.data);
    for (const auto& [name, tying] : schedules()) {
      const Numbers results = run_double(compile(c, tying), c.data);
      REQUIRE(results.size() == tied.size());
      for (const auto& [result, values] : tied) {
        INFO(c.name << ", " << name << ", " << result);
        CHECK(difference(results.at(result), values) < 1e-12);
      }
    }
  }
}

TEST_CASE("the gradients of all copies add up to the tied gradient") {
  for (const Case& c : all_cases()) {
    const Numbers tied = gradients(unroll(c.model, c.algorithm, depth).compile(), c.data);
    REQUIRE(!tied.empty());
    for (const auto& [name, tying] : schedules()) {
      if (name == "scaled") continue;
      const Network network = compile(c, tying);
      const Numbers copies = gradients(network, c.data);
      Numbers sums;
      for (const Parameter& p : network.parameters()) {
        auto& sum = sums[p.base];
        sum.resize(p.values.size());
        if (copies.count(p.name) != 0)
          for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += copies.at(p.name)[i];
      }
      for (const auto& [parameter, slope] : tied) {
        INFO(c.name << ", " << name << ", " << parameter);
        CHECK(difference(sums.at(parameter), slope) < 1e-10);
        CHECK(largest(slope) > 0);
      }
    }
  }
}

TEST_CASE("the gradient of a layer's scalar is the parameter times its gradient there") {
  for (const Case& c : all_cases()) {
    const Network untied = compile(c, [](Schedule& s) { s.untie(all); });
    const Network scaled = compile(c, [](Schedule& s) { s.scale(all); });
    const Numbers copies = gradients(untied, c.data), scalars = gradients(scaled, c.data);
    int compared = 0;
    for (const Parameter& p : untied.parameters()) {
      if (!p.trained || copies.count(p.name) == 0) continue;  // what is computed is never scaled
      double product = 0;
      for (std::size_t i = 0; i < p.values.size(); ++i) product += p.values[i] * copies.at(p.name)[i];
      INFO(c.name << ", " << p.name);
      CHECK(difference(scalars.at(p.base + ".scale@" + std::to_string(p.copy)), {product}) < 1e-10);
      ++compared;
    }
    CHECK(compared > 0);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
