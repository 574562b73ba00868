// Decoders against plain loops, and the laws of simulations.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "unfurl/at.hpp"
#include "unfurl/code_files.hpp"
#include "unfurl/data.hpp"
#include "unfurl/decoding.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/factors.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

/// What a check says to one bit, of the log-ratios of its others.
double answer(const DecodingRule& rule, const std::vector<double>& others, bool odd) {
  double sign = odd ? -1 : 1, least = 1e300, product = odd ? -1 : 1;
  for (const double r : others) {
    sign *= r < 0 ? -1 : 1;
    least = std::min(least, std::abs(r));
    product *= std::tanh(r / 2);
  }
  switch (rule.rule) {
    case CheckRule::sum_product:
      return 2 * std::atanh(product);
    case CheckRule::min_sum:
      return sign * least;
    case CheckRule::normalised:
      return sign * least * *rule.amount;
    case CheckRule::offset:
      return sign * std::max(0.0, least - *rule.amount);
  }
  return 0;
}

/// Textbook decoding: log-ratios after so many iterations, and the first iteration whose word meets the checks (0: none).
std::vector<double> textbook(const BinaryMatrix& h, const DecodingRule& rule, const std::vector<double>& llr,
                             const Word& syndrome, int iterations) {
  std::vector<std::vector<double>> message(h.rows.size());
  for (std::size_t r = 0; r < h.rows.size(); ++r) message[r].resize(h.rows[r].size());
  std::vector<double> total = llr;
  for (int k = 0; k < iterations; ++k) {
    const auto before = message;
    for (std::size_t r = 0; r < h.rows.size(); ++r) {
      const bool flooding = rule.order == UpdateOrder::flooding;
      const auto heard = [&](std::size_t j) {
        const int bit = h.rows[r][j];
        double sum = llr[at(bit)];
        for (std::size_t q = 0; q < h.rows.size(); ++q)
          for (std::size_t i = 0; i < h.rows[q].size(); ++i)
            if (q != r && h.rows[q][i] == bit) sum += flooding ? before[q][i] : message[q][i];
        return sum;
      };
      std::vector<double> in;
      for (std::size_t j = 0; j < h.rows[r].size(); ++j) in.push_back(heard(j));
      for (std::size_t j = 0; j < in.size(); ++j) {
        std::vector<double> others = in;
        others.erase(others.begin() + static_cast<std::ptrdiff_t>(j));
        message[r][j] = answer(rule, others, !syndrome.empty() && syndrome[r] != 0);
      }
    }
    total = llr;
    for (std::size_t r = 0; r < h.rows.size(); ++r)
      for (std::size_t j = 0; j < h.rows[r].size(); ++j) total[at(h.rows[r][j])] += message[r][j];
  }
  return total;
}

std::vector<double> noisy(int n, double deviation, Random& random) {
  std::vector<double> llr;
  for (int i = 0; i < n; ++i) llr.push_back(2 * (1 + deviation * random.normal()) / (deviation * deviation));
  return llr;
}

const std::vector<DecodingRule> rules = {{CheckRule::sum_product, {}},
                                         {CheckRule::min_sum, {}},
                                         {CheckRule::normalised, 0.75},
                                         {CheckRule::offset, 0.3},
                                         {CheckRule::sum_product, {}, UpdateOrder::layered},
                                         {CheckRule::offset, 0.3, UpdateOrder::layered}};

}  // namespace

TEST_CASE("decoders are the textbook's, of words and of syndromes, flooding and layered") {
  const BinaryMatrix mixed{8, {{0, 1, 2, 5}, {1, 3}, {2, 3, 4}, {0, 4, 5, 6, 7}, {}, {1, 6, 7}}};
  for (const BinaryMatrix& h : {hamming(3).checks, bch(15, 7).checks, mixed})
    for (DecodingRule rule : rules)
      for (const bool syndromes : {false, true}) {
        CAPTURE(describe(rule));
        CAPTURE(h.columns);
        rule.iterations = 4;
        Decoder decoder(h, unroll(h, rule, syndromes).by_layer(),
                        {.early_stop = false, .precision = Precision::f64, .threads = 1});
        CHECK(decoder.takes_syndromes() == syndromes);
        Random random(5);
        std::vector<double> llr;
        std::vector<std::uint8_t> odd;
        constexpr int words = 40;
        for (int w = 0; w < words; ++w) {
          const auto more = noisy(h.columns, 0.8, random);
          llr.insert(llr.end(), more.begin(), more.end());
          for (std::size_t r = 0; syndromes && r < h.rows.size(); ++r)
            odd.push_back(h.rows[r].empty() ? 0 : static_cast<std::uint8_t>(random.below(2)));
        }
        const DecodedWords decoded = decoder.decode(llr, odd);
        double largest = 0;
        for (int w = 0; w < words; ++w) {
          const auto first = static_cast<std::ptrdiff_t>(w) * h.columns;
          const auto row = static_cast<std::ptrdiff_t>(at(w) * h.rows.size());
          const Word syndrome =
              syndromes
                  ? Word(odd.begin() + row, odd.begin() + row + static_cast<std::ptrdiff_t>(h.rows.size()))
                  : Word{};
          const auto expected = textbook(h, rule, {llr.begin() + first, llr.begin() + first + h.columns},
                                         syndrome, rule.iterations);
          for (int i = 0; i < h.columns; ++i) {
            const double got = decoded.llr[at(w * h.columns + i)], want = expected[at(i)];
            if (std::isinf(want) || std::abs(want) > 30) {
              CHECK((got > 0) == (want > 0));
              continue;
            }
            largest = std::max(largest, std::abs(got - want) / (1 + std::abs(want)));
          }
          CHECK(decoded.iterations[at(w)] == rule.iterations);
        }
        CHECK(largest < 1e-9);
      }
}

TEST_CASE("words leave when their checks are met, with what they had then") {
  const BinaryMatrix h = bch(31, 16).checks;
  DecodingRule rule;
  rule.iterations = 12;
  Decoder stops(h, unroll(h, rule, false).by_layer(), {.precision = Precision::f64, .threads = 1});
  Random random(9);
  constexpr int words = 700;
  std::vector<double> llr;
  for (int w = 0; w < words; ++w) {
    const auto more = noisy(h.columns, 0.7, random);
    llr.insert(llr.end(), more.begin(), more.end());
  }
  const DecodedWords early = stops.decode(llr);
  int stopped = 0;
  std::vector<DecodedWords> after;
  for (int k = 1; k <= rule.iterations; ++k) {
    DecodingRule fewer = rule;
    fewer.iterations = k;
    after.push_back(Decoder(h, unroll(h, fewer, false).by_layer(),
                            {.early_stop = false, .precision = Precision::f64, .threads = 1})
                        .decode(llr));
  }
  for (int w = 0; w < words; ++w) {
    int k = 0;
    while (k + 1 < rule.iterations && after[at(k)].met[at(w)] == 0) ++k;
    CHECK(early.iterations[at(w)] == k + 1);
    CHECK(early.met[at(w)] == after[at(k)].met[at(w)]);
    stopped += early.iterations[at(w)] < rule.iterations ? 1 : 0;
    bool same = true;
    for (int i = 0; i < h.columns; ++i) {
      const std::size_t e = at(w * h.columns + i);
      same = same && early.llr[e] == after[at(k)].llr[e] && early.bits[e] == after[at(k)].bits[e];
    }
    CHECK(same);
  }
  CHECK(stopped > 100);
}

TEST_CASE("counts do not depend on threads, pauses or the word sent") {
  const Code code = bch(31, 16);
  for (const DecodingRule& rule : rules) {
    CAPTURE(describe(rule));
    DecodingRule five = rule;
    five.iterations = 5;
    const Schedule schedule = unroll(code.checks, five, false);
    const Channel channel{Channel::Kind::awgn, 3};
    const auto counts = [&](int threads, bool random_words, ErrorCounts from = {},
                            std::int64_t errors = 150) {
      Decoder decoder(code.checks, schedule.by_layer(), {.threads = threads});
      return simulate(decoder, code, channel,
                      {.word_errors = errors, .seed = 4, .random_words = random_words, .threads = threads},
                      from);
    };
    const ErrorCounts one = counts(1, false);
    const auto same = [&](const ErrorCounts& other) {
      CHECK(other.words == one.words);
      CHECK(other.word_errors == one.word_errors);
      CHECK(other.bit_errors == one.bit_errors);
      CHECK(other.iterations == one.iterations);
      CHECK(other.squared_bit_errors == one.squared_bit_errors);
    };
    CHECK(one.word_errors >= 150);
    same(counts(3, false));
    same(counts(2, false, counts(1, false, {}, 20)));
    same(counts(2, true));  // by the symmetry of decoders
  }
}

TEST_CASE("decoders refuse what they cannot use") {
  const BinaryMatrix h = hamming(3).checks;
  DecodingRule rule;
  Decoder words(h, unroll(h, rule, false).by_layer()), syndromes(h, unroll(h, rule, true).by_layer());
  const std::vector<double> llr(7, 1.0);
  CHECK_THROWS_AS(words.decode(std::vector<double>(8, 1.0)), DataError);
  CHECK_THROWS_AS(words.decode(llr, {0, 0, 0}), DataError);
  CHECK_THROWS_AS(syndromes.decode(llr), DataError);
  CHECK_THROWS_AS(syndromes.decode(llr, {0, 2, 0}), DataError);
  std::vector<double> nan = llr;
  nan[3] = std::nan("");
  CHECK_THROWS_AS(words.decode(nan), DataError);
  constexpr double certain = std::numeric_limits<double>::infinity();
  const DecodedWords erased = words.decode({certain, certain, certain, certain, 0, 0, 0});
  CHECK(erased.met[0] == 1);
  CHECK(std::all_of(erased.bits.begin(), erased.bits.end(), [](auto b) { return b == 0; }));
  CHECK_THROWS_AS(words.decode({-certain, certain, certain, certain, certain, certain, certain}),
                  NumericalError);
  CHECK_THROWS_AS(Decoder(repetition(7).checks, unroll(h, rule, true).by_layer()), DataError);
  CHECK_THROWS_AS(Decoder(h, unroll(h, rule, true).by_layer(), {.osd = -1}), DataError);
  CHECK_THROWS_AS(exact_rates(words, hamming(3), 0.1), DataError);
  CHECK_THROWS_AS(simulate(syndromes, hamming(3), {Channel::Kind::awgn, 3}, {}), DataError);
}

}  // namespace unfurl::test

TEST_SUITE_END();
