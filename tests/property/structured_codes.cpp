// Codes as factor graphs of parities: the tanh rule, and syndromes for words.
#include <doctest/doctest.h>

#include <limits>

#include "property/laws.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/factor_graph.hpp"
#include "unfurl/inference.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

/// Check-node rule and sums by plain loops: log-ratios log p(0)/p(1) of the bits after 1, 2, ... iterations.
std::vector<std::vector<double>> decode(const std::vector<std::vector<int>>& checks,
                                        const std::vector<double>& channel, int iterations) {
  std::vector<std::vector<double>> to_bits;
  for (const auto& c : checks) to_bits.emplace_back(c.size(), 0.0);
  std::vector<std::vector<double>> history;
  for (int n = 0; n < iterations; ++n) {
    std::vector<double> total = channel;
    for (std::size_t c = 0; c < checks.size(); ++c)
      for (std::size_t k = 0; k < checks[c].size(); ++k) total[at(checks[c][k])] += to_bits[c][k];
    auto fresh = to_bits;
    for (std::size_t c = 0; c < checks.size(); ++c)
      for (std::size_t k = 0; k < checks[c].size(); ++k) {
        double product = 1;
        for (std::size_t j = 0; j < checks[c].size(); ++j)
          if (j != k) product *= std::tanh((total[at(checks[c][j])] - to_bits[c][j]) / 2);
        fresh[c][k] = 2 * std::atanh(product);
      }
    to_bits = fresh;
    std::vector<double> posterior = channel;
    for (std::size_t c = 0; c < checks.size(); ++c)
      for (std::size_t k = 0; k < checks[c].size(); ++k) posterior[at(checks[c][k])] += to_bits[c][k];
    history.push_back(posterior);
  }
  return history;
}

const std::vector<std::vector<int>> hamming = {{0, 2, 4, 6}, {1, 2, 5, 6}, {3, 4, 5, 6}};

}  // namespace

TEST_CASE("a Hamming code is decoded as by the tanh rule, after every iteration") {
  Random random(35);
  const int iterations = 8, words = 200;
  Model m("hamming");
  const auto r = m.observed("r", {7});  // log-ratios of the channel
  const auto x = m.discrete("x", {7}, 2);
  m.factor("channel", each(x), Field{-0.5 * r});
  m.factor("checks", tuples(x, hamming), Parity{});
  std::vector<double> received;
  for (int i = 0; i < words * 7; ++i) received.push_back(2 * (1 + 0.6 * random.normal()) / 0.36);
  Dataset data;
  data.add("r", 1, 7, as_floats(received));
  const Numbers results = run_double(unroll(m, SumProduct{}, iterations).compile(), data);
  int errors = 0, before = 0;
  for (int w = 0; w < words; ++w) {
    const auto expected = decode(hamming, sample_of(data, "r", w), iterations);
    bool wrong = false, wrong_before = false;
    for (int n = 1; n <= iterations; ++n)
      for (int i = 0; i < 7; ++i) {
        const double logit = results.at("x.logit@" + std::to_string(n))[at(i * words + w)];
        CHECK(std::abs(-logit - expected[at(n - 1)][at(i)]) < 1e-10 * std::max(1.0, std::abs(logit)));
        wrong = wrong || (n == iterations && logit > 0);
        wrong_before = wrong_before || sample_of(data, "r", w)[at(i)] < 0;
      }
    errors += wrong;
    before += wrong_before;
  }
  CHECK(before > 3 * errors);  // the all-zero word was sent
}

TEST_CASE("a syndrome says the same as the received word: errors are inferred alike") {
  const double ratio = std::log(0.95 / 0.05);
  Model word("word"), syndrome("syndrome");
  const auto y = word.observed("y", {7}), s = syndrome.observed("s", {3}, nonneg);
  const auto bits = word.discrete("x", {7}, 2), noise = syndrome.discrete("e", {7}, 2);
  word.factor("channel", each(bits), Field{0.5 * ratio * y});
  word.factor("checks", tuples(bits, hamming), Parity{});
  syndrome.factor("channel", each(noise), Field{-0.5 * ratio});
  syndrome.factor("checks", tuples(noise, hamming), Parity{s});
  for (int flip = 0; flip < 7; ++flip) {
    std::vector<float> received(7, -1), checks;
    received[at(flip)] = 1;
    for (const auto& c : hamming) checks.push_back(std::count(c.begin(), c.end(), flip) > 0 ? 1.F : 0.F);
    const auto a = infer(word, SumProduct{}, Dataset().add("y", 1, 7, received), 0, {.iterations = 6});
    const auto b = infer(syndrome, SumProduct{}, Dataset().add("s", 1, 3, checks), 0, {.iterations = 6});
    for (int i = 0; i < 7; ++i)  // x = e where -1 was received, else 1 - e
      CHECK(std::abs(a.marginals[at(i)][i == flip ? 0 : 1] - b.marginals[at(i)][1]) < 1e-12);
    const auto all = exact(word, Dataset().add("y", 1, 7, received), 0);
    const auto errors = exact(syndrome, Dataset().add("s", 1, 3, checks), 0);
    for (int i = 0; i < 7; ++i)
      CHECK(std::abs(all.marginals[at(i)][i == flip ? 0 : 1] - errors.marginals[at(i)][1]) < 1e-12);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
