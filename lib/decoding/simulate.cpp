// Words sent, disturbed, decoded and counted.
#include <omp.h>

#include <algorithm>
#include <bit>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <limits>

#include "unfurl/at.hpp"
#include "unfurl/data.hpp"
#include "unfurl/decoding.hpp"

namespace unfurl {

using detail::cat;

namespace {

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) { return Random(a ^ Random(b).next()).next(); }

/// What is sent and what arrives, of one round.
struct Round {
  std::vector<double> llr;
  std::vector<std::uint8_t> sent;  ///< words of the code, or errors; empty: the zero word
  std::vector<std::uint8_t> syndromes;
};

/// Makes words as the channel gives them, each from its own random numbers.
class Source {
 public:
  Source(const Code& code, const Channel& channel, const SimulationOptions& options)
      : code_(code), channel_(channel), random_words_(options.random_words) {
    seed_ = mixed(options.seed,
                  std::bit_cast<std::uint64_t>(channel.level) + static_cast<std::uint64_t>(channel.kind));
    if (channel.kind == Channel::Kind::awgn) {
      if (!std::isfinite(channel.level))
        throw DataError(cat("Eb/N0 of ", channel.level, " dB"), "", "a finite number");
      variance_ = 1 / (2 * code_rate(code) * std::pow(10.0, channel.level / 10));
      if (random_words_) generator_ = words_to_send(code);
      return;
    }
    if (random_words_)
      throw DataError("random words where syndromes are decoded", "", "a syndrome does not know of the word");
    flip_ = flip_probabilities(code, channel.level);
    for (const double p : flip_) prior_.push_back(std::log1p(-p) - std::log(p));
  }

  void fill(Round& round, std::int64_t first, int words, int threads) const {
    const std::size_t n = at(code_.bits()), m = code_.checks.rows.size();
    const bool flips = channel_.kind == Channel::Kind::flips;
    round.llr.resize(at(words) * n);
    round.sent.resize(flips || random_words_ ? at(words) * n : 0);
    round.syndromes.resize(flips ? at(words) * m : 0);
#pragma omp parallel for schedule(static) num_threads(threads) if (threads > 1)
    for (int w = 0; w < words; ++w) {
      const std::uint64_t number = static_cast<std::uint64_t>(first + w);
      Random random(mixed(seed_, number));
      double* llr = round.llr.data() + at(w) * n;
      std::uint8_t* sent = round.sent.data() + (round.sent.empty() ? 0 : at(w) * n);
      if (flips)
        flip(random, llr, sent, round.syndromes.data() + at(w) * m);
      else
        transmit(random, mixed(~seed_, number), llr, sent);
    }
  }

 private:
  /// The noise of a zero word, turned where the word sent has a one.
  void transmit(Random& random, std::uint64_t word_seed, double* llr, std::uint8_t* sent) const {
    const int n = code_.bits();
    const double deviation = std::sqrt(variance_);
    for (int i = 0; i < n; ++i) llr[i] = 2 * (1 + deviation * random.normal()) / variance_;
    for (const int i : code_.shortened) llr[i] = std::numeric_limits<double>::infinity();
    for (const int i : code_.punctured) llr[i] = 0;
    if (!random_words_) return;
    Random bits(word_seed);
    Word message(generator_.rows.size());
    for (auto& bit : message) bit = static_cast<std::uint8_t>(bits.below(2));
    const Word word = combine_rows(generator_, message);
    for (int i = 0; i < n; ++i) {
      sent[i] = word[at(i)];
      if (sent[i] != 0) llr[i] = -llr[i];
    }
  }
  void flip(Random& random, double* llr, std::uint8_t* error, std::uint8_t* syndrome) const {
    std::copy(prior_.begin(), prior_.end(), llr);
    if (code_.qubits == Code::Qubits::none)
      for (int i = 0; i < code_.bits(); ++i) error[i] = random.uniform() < flip_[at(i)] ? 1 : 0;
    else
      depolarise(random, error);
    for (std::size_t r = 0; r < code_.checks.rows.size(); ++r) {
      unsigned parity = 0;
      for (const int c : code_.checks.rows[r]) parity ^= error[c];
      syndrome[r] = static_cast<std::uint8_t>(parity);
    }
  }

  void depolarise(Random& random, std::uint8_t* error) const {
    const int qubits = code_.bits() / 2;
    for (int i = 0; i < qubits; ++i) {
      // Thirds of what is below the level: a bit flip, a phase flip, both.
      const double third = random.uniform() / channel_.level * 3;
      error[i] = third < 1 || (third >= 2 && third < 3) ? 1 : 0;
      error[qubits + i] = third >= 1 && third < 3 ? 1 : 0;
    }
  }

  const Code& code_;
  Channel channel_;
  bool random_words_;
  std::uint64_t seed_ = 0;
  double variance_ = 0;
  BinaryMatrix generator_;
  std::vector<double> flip_, prior_;
};

void count(const Code& code, const Round& round, const DecodedWords& decoded, ErrorCounts& counts) {
  const std::size_t n = at(code.bits());
  for (std::size_t w = 0; w < decoded.met.size(); ++w) {
    const std::uint8_t *bits = decoded.bits.data() + w * n,
                       *sent = round.sent.data() + (round.sent.empty() ? 0 : w * n);
    std::int64_t wrong = 0;
    for (std::size_t i = 0; i < n; ++i) wrong += bits[i] != (round.sent.empty() ? 0 : sent[i]) ? 1 : 0;
    bool failed = wrong > 0;
    if (!code.logical.rows.empty() && !round.syndromes.empty()) {
      failed = decoded.met[w] == 0;
      for (const auto& row : code.logical.rows) {
        unsigned parity = 0;
        for (const int c : row) parity ^= static_cast<unsigned>(bits[c] ^ sent[c]);
        failed = failed || parity != 0;
      }
    }
    ++counts.words;
    counts.word_errors += failed ? 1 : 0;
    counts.bit_errors += wrong;
    counts.squared_bit_errors += wrong * wrong;
    counts.unmet += decoded.met[w] == 0 ? 1 : 0;
    counts.iterations += decoded.iterations[w];
  }
}

/// Rounds double, so that a few words are enough where most are wrong, up to what fits the memory.
int round_size(const Code& code, std::int64_t words) {
  const std::int64_t most = std::clamp<std::int64_t>(
      (std::int64_t{1} << 23) / (2 * code.bits() + code.checks.ones()) / 64 * 64, 64, 8192);
  return static_cast<int>(std::clamp<std::int64_t>(words, std::min<std::int64_t>(256, most), most));
}

}  // namespace

double ErrorCounts::word_error_rate() const {
  return words == 0 ? std::numeric_limits<double>::quiet_NaN()
                    : static_cast<double>(word_errors) / static_cast<double>(words);
}
double ErrorCounts::bit_error_rate(int bits) const {
  if (words == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(bit_errors) / (static_cast<double>(words) * bits);
}

std::pair<double, double> ErrorCounts::word_error_interval(double confidence) const {
  const double tail = (1 - confidence) / 2;
  const auto k = static_cast<double>(word_errors), n = static_cast<double>(words);
  if (words == 0) return {0, 1};
  using Beta = boost::math::beta_distribution<double>;
  return {word_errors == 0 ? 0 : quantile(Beta(k, n - k + 1), tail),
          word_errors == words ? 1 : quantile(complement(Beta(k + 1, n - k), tail))};
}

std::pair<double, double> ErrorCounts::bit_error_interval(int bits, double confidence) const {
  if (words == 0) return {0, 1};
  if (word_errors < 2)
    return {0, word_error_interval(confidence).second};  // no spread; at most all bits are wrong
  const double n = static_cast<double>(words), rate = bit_error_rate(bits);
  const double mean = static_cast<double>(bit_errors) / n;
  const double variance = std::max(0.0, static_cast<double>(squared_bit_errors) / n - mean * mean);
  const double z = quantile(boost::math::normal_distribution<double>(), (1 + confidence) / 2);
  const double half = z * std::sqrt(variance / n) / bits;
  return {std::max(0.0, rate - half), std::min(1.0, rate + half)};
}

ErrorCounts simulate(Decoder& decoder, const Code& code, const Channel& channel,
                     const SimulationOptions& options, ErrorCounts counts,
                     const std::function<bool(const ErrorCounts&)>& after) {
  if (decoder.takes_syndromes() != (channel.kind == Channel::Kind::flips))
    throw DataError("the decoder and the channel do not belong together", "",
                    "flips are decoded from syndromes, noisy words without");
  const Source source(code, channel, options);
  const int threads = options.threads > 0 ? options.threads : omp_get_max_threads();
  counts.level = channel.level;
  Round round;
  while (counts.word_errors < options.word_errors && counts.words < options.most_words) {
    const auto left = options.most_words - counts.words;
    const int words = static_cast<int>(std::min<std::int64_t>(round_size(code, counts.words), left));
    source.fill(round, counts.words, words, threads);
    const DecodedWords decoded =
        decoder.decode(round.llr.data(), round.syndromes.empty() ? nullptr : round.syndromes.data(), words);
    count(code, round, decoded, counts);
    if (after && !after(counts)) break;
  }
  return counts;
}

}  // namespace unfurl
