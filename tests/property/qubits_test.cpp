// Both kinds of errors of qubits: the tables that join them, exact rates, and words that are not sent whole.
#include <doctest/doctest.h>

#include <array>
#include <cmath>

#include "unfurl/at.hpp"
#include "unfurl/data.hpp"
#include "unfurl/decoding.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/factors.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

/// Log-ratios, log p(0) / p(1), of each kind of error.
double marginal(double p) { return std::log((1 - 2 * p / 3) / (2 * p / 3)); }

/// The probability of all 4^n errors of n qubits, bit flips in the low bits of the index, phase flips above.
double weight_of(int error, int qubits, double p) {
  double w = 1;
  for (int i = 0; i < qubits; ++i) {
    const bool any = (error >> i & 1) != 0 || (error >> (qubits + i) & 1) != 0;
    w *= any ? p / 3 : 1 - p;
  }
  return w;
}

}  // namespace

TEST_CASE("the model of joint errors is depolarising noise given the syndrome") {
  // Two qubits with one check of each kind: small enough to list all 16 errors.
  const CssCode two = css("two", {2, {{0, 1}}}, {2, {{0, 1}}});
  const Code code = two.errors(Code::Qubits::joint);
  CHECK(code.bits() == 4);
  for (const double p : {0.01, 0.3, 0.7}) {
    const Model model = decoding_model(code, true);
    for (int s = 0; s < 4; ++s) {
      std::array<double, 4> ones{};
      double all = 0;
      for (int e = 0; e < 16; ++e) {
        if (((e ^ e >> 1) & 1) != (s & 1) || ((e >> 2 ^ e >> 3) & 1) != (s >> 1)) continue;
        all += weight_of(e, 2, p);
        for (int i = 0; i < 4; ++i) ones[at(i)] += (e >> i & 1) != 0 ? weight_of(e, 2, p) : 0;
      }
      Dataset data;
      data.add("llr", 1, 4, std::vector<float>(4, static_cast<float>(marginal(p))))
          .add("syndrome", 1, 2, {static_cast<float>(s & 1), static_cast<float>(s >> 1)});
      const ExactResult found = exact(model, data, 0);
      for (int i = 0; i < 4; ++i)
        CHECK(found.marginals[at(i)][1] == doctest::Approx(ones[at(i)] / all).epsilon(1e-5));
    }
  }
}

TEST_CASE("exact rates of joint and separate decoders are sums over all errors; simulations agree") {
  const CssCode surface = rotated_surface(2);
  constexpr double p = 0.1;
  constexpr int qubits = 4;
  for (const Code::Qubits kind : {Code::Qubits::apart, Code::Qubits::joint})
    for (const UpdateOrder order : {UpdateOrder::flooding, UpdateOrder::layered})
      for (const CheckRule check : {CheckRule::sum_product, CheckRule::min_sum}) {
        const Code code = surface.errors(kind);
        const DecodingRule rule{check, {}, order, 6};
        Decoder decoder(code.checks, unroll(code, rule, true).by_layer(),
                        {.osd = 0, .precision = Precision::f64, .threads = 1});
        double failure = 0, best = 0;
        std::vector<std::vector<double>> by_class(at(1 << code.checks.rows.size()), std::vector<double>(4));
        for (int e = 0; e < 1 << (2 * qubits); ++e) {
          Word error(at(2 * qubits));
          for (int i = 0; i < 2 * qubits; ++i) error[at(i)] = static_cast<std::uint8_t>(e >> i & 1);
          const Word syndrome = multiply(code.checks, error);
          const DecodedWords found = decoder.decode(std::vector<double>(error.size(), marginal(p)), syndrome);
          Word residual = found.bits;
          for (std::size_t i = 0; i < error.size(); ++i) residual[i] ^= error[i];
          const Word wrong = multiply(code.logical, residual), of = multiply(code.logical, error);
          CHECK(multiply(code.checks, found.bits) == syndrome);
          failure += wrong != Word(2) ? weight_of(e, qubits, p) : 0;
          std::size_t s = 0;
          for (std::size_t r = 0; r < syndrome.size(); ++r) s |= at(syndrome[r]) << r;
          by_class[s][at(of[0] + 2 * of[1])] += weight_of(e, qubits, p);
        }
        best = 1;
        for (const auto& of : by_class) best -= *std::max_element(of.begin(), of.end());
        const ExactRates rates = exact_rates(decoder, code, p);
        CHECK(rates.failure == doctest::Approx(failure).epsilon(1e-12));
        CHECK(rates.maximum_likelihood == doctest::Approx(best).epsilon(1e-12));
        if (order == UpdateOrder::layered) continue;
        Decoder fast(code.checks, unroll(code, rule, true).by_layer(), {.osd = 0, .threads = 2});
        const ErrorCounts counts =
            simulate(fast, code, {Channel::Kind::flips, p}, {.word_errors = 1000, .threads = 2});
        const auto [low, high] = counts.word_error_interval(0.9999);
        CHECK(low < failure);
        CHECK(failure < high);
      }
}

TEST_CASE("what both errors together tell makes joint decoding better") {
  const CssCode surface = rotated_surface(3);
  std::array<double, 2> failure{};
  for (const Code::Qubits kind : {Code::Qubits::apart, Code::Qubits::joint}) {
    const Code code = surface.errors(kind);
    DecodingRule rule;
    rule.iterations = 20;
    Decoder decoder(code.checks, unroll(code, rule, true).by_layer(), {.precision = Precision::f64});
    failure[kind == Code::Qubits::joint ? 1 : 0] = exact_rates(decoder, code, 0.05).failure;
  }
  CHECK(failure[1] < 0.7 * failure[0]);
}

TEST_CASE("depolarising noise has a probability above 0 and below 1") {
  const Code code = rotated_surface(3).errors(Code::Qubits::joint);
  for (const double p : {0.0, 1.0, -0.1, std::nan("")})
    CHECK_THROWS_AS((void)flip_probabilities(code, p), DataError);
  CHECK(flip_probabilities(code, 0.3)[7] == doctest::Approx(0.2));
}

TEST_CASE("bits that are not sent: rates, certainty and ignorance") {
  Code code = hamming(3);
  CHECK(code_rate(code) == doctest::Approx(4.0 / 7));
  code.shortened = {6};
  CHECK(code_rate(code) == doctest::Approx(3.0 / 6));
  code.punctured = {0, 1};
  CHECK(code_rate(code) == doctest::Approx(3.0 / 4));
  const BinaryMatrix words = words_to_send(code);
  CHECK(words.rows.size() == 3);
  for (const auto& row : words.rows) CHECK(row.back() != 6);
  // The shortened code is that of the checks without the column, on the same noise.
  Code shorter = hamming(3);
  shorter.checks.columns = 6;
  for (auto& row : shorter.checks.rows) std::erase(row, 6);
  code.punctured.clear();
  DecodingRule rule;
  rule.iterations = 5;
  const auto count = [&](const Code& c, bool random_words) {
    Decoder decoder(c.checks, unroll(c, rule, false).by_layer(), {.threads = 1});
    return simulate(decoder, c, {Channel::Kind::awgn, 3},
                    {.word_errors = 4000, .random_words = random_words, .threads = 1});
  };
  const ErrorCounts a = count(code, false), b = count(shorter, false), c = count(code, true);
  const auto [low, high] = b.word_error_interval(0.999);
  CHECK(a.word_error_rate() > low);
  CHECK(a.word_error_rate() < high);
  CHECK(c.word_error_rate() > low);
  CHECK(c.word_error_rate() < high);
  // Bits that are not sent cost more than they save where noise is all the same.
  Code less = hamming(3);
  less.punctured = {2};
  CHECK(count(less, false).word_error_rate() > count(hamming(3), false).word_error_rate());
  code.punctured = {6};
  CHECK_THROWS_AS((void)code_rate(code), DataError);
  code.punctured = {7};
  CHECK_THROWS_AS((void)code_rate(code), DataError);
  code.punctured = {};
  code.shortened = {0, 1, 2, 3, 4, 5, 6};
  CHECK_THROWS_AS((void)code_rate(code), DataError);
}

}  // namespace unfurl::test

TEST_SUITE_END();
