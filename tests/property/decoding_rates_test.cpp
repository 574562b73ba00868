// Rates of wrong words: exact ones, simulated ones, and their intervals.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "unfurl/at.hpp"
#include "unfurl/code_files.hpp"
#include "unfurl/data.hpp"
#include "unfurl/decoding.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/factors.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {}  // namespace

TEST_CASE("intervals are those of tables") {
  ErrorCounts counts{0, 20, 3};
  const auto [low, high] = counts.word_error_interval();
  CHECK(low == doctest::Approx(0.0320709).epsilon(1e-5));  // Clopper and Pearson
  CHECK(high == doctest::Approx(0.3789268).epsilon(1e-5));
  counts.word_errors = 0;
  CHECK(counts.word_error_interval().first == 0);
  CHECK(counts.word_error_interval().second == doctest::Approx(1 - std::pow(0.025, 1.0 / 20)));
  counts.word_errors = 20;
  CHECK(counts.word_error_interval().second == 1);
}

TEST_CASE("exact rates are those of sums over all errors, and simulations agree") {
  const Code code = rotated_surface(3).bit_flips();
  constexpr double p = 0.07;
  DecodingRule rule;
  rule.iterations = 5;
  for (const std::optional<int> osd : {std::optional<int>(), std::optional(0), std::optional(1)}) {
    Decoder decoder(code.checks, unroll(code.checks, rule, true).by_layer(),
                    {.osd = osd, .precision = Precision::f64, .threads = 1});
    const ExactRates rates = exact_rates(decoder, code, p);
    double failure = 0;
    const double prior = std::log((1 - p) / p);
    for (int bits = 0; bits < 512; ++bits) {
      Word error(9);
      double weight = 1;
      for (int i = 0; i < 9; ++i) {
        error[at(i)] = static_cast<std::uint8_t>(bits >> i & 1);
        weight *= error[at(i)] != 0 ? p : 1 - p;
      }
      const Word syndrome = multiply(code.checks, error);
      const DecodedWords found = decoder.decode(std::vector<double>(9, prior), syndrome);
      Word residual = found.bits;
      for (int i = 0; i < 9; ++i) residual[at(i)] ^= error[at(i)];
      const bool failed = found.met[0] == 0 || multiply(code.logical, residual)[0] != 0;
      CHECK((found.met[0] != 0) == (multiply(code.checks, found.bits) == syndrome));
      failure += failed ? weight : 0;
    }
    CHECK(rates.failure == doctest::Approx(failure).epsilon(1e-12));
    CHECK(rates.maximum_likelihood <= rates.failure + 1e-15);
    Decoder fast(code.checks, unroll(code.checks, rule, true).by_layer(), {.osd = osd, .threads = 2});
    const ErrorCounts counts =
        simulate(fast, code, {Channel::Kind::flips, p}, {.word_errors = 1000, .threads = 2});
    const auto [low, high] = counts.word_error_interval(0.9999);
    CHECK(low < failure);
    CHECK(failure < high);
  }
}

TEST_CASE("a detector error model of a repetition code over three rounds decodes as enumeration says") {
  // Three data bits, two checks measured in three rounds, whose results may be wrong, then the data are read.
  std::string text;
  for (int round = 0; round < 3; ++round) {
    const int d = 2 * round;
    text +=
        detail::cat("error(0.06) D", d, " L0\nerror(0.05) D", d, " D", d + 1, "\nerror(0.04) D", d + 1, "\n");
    for (const int c : {0, 1}) text += detail::cat("error(0.03) D", d + c, " D", d + 2 + c, "\n");
  }
  text += "error(0.06) D6 L0\nerror(0.05) D6 D7\nerror(0.04) D7\n";
  const Code code = parse_dem(text, "three.dem").code("three");
  CHECK(code.checks.rows.size() == 8);
  CHECK(code.bits() == 18);
  DecodingRule rule;
  rule.iterations = 30;
  Decoder decoder(code.checks, unroll(code.checks, rule, true).by_layer(),
                  {.osd = 2, .precision = Precision::f64, .threads = 1});
  double best = 0;
  std::vector<double> likeliest(256), total(256);
  std::vector<std::array<double, 2>> by_class(256);
  for (int bits = 0; bits < 1 << 18; ++bits) {
    double weight = 1;
    for (int i = 0; i < 18; ++i) weight *= (bits >> i & 1) != 0 ? code.priors[at(i)] : 1 - code.priors[at(i)];
    int s = 0, l = 0;
    for (int r = 0; r < 8; ++r) {
      int parity = 0;
      for (const int c : code.checks.rows[at(r)]) parity ^= bits >> c & 1;
      s |= parity << r;
    }
    for (const int c : code.logical.rows[0]) l ^= bits >> c & 1;
    by_class[at(s)][at(l)] += weight;
  }
  for (const auto& of : by_class) best += std::min(of[0], of[1]);
  const ExactRates rates = exact_rates(decoder, code, 1);
  CHECK(rates.maximum_likelihood == doctest::Approx(best).epsilon(1e-10));
  CHECK(rates.unmet == 0);
  CHECK(rates.failure < 1.1 * best);
}

}  // namespace unfurl::test

TEST_SUITE_END();
