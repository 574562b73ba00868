/// Decoders of binary codes at work: belief propagation on the model of a code, or a trained network, on batches of words that
/// leave as they are done; and what they are worth on noise, by simulation or exactly.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "unfurl/codes.hpp"
#include "unfurl/schedule.hpp"

namespace unfurl {

/// How checks answer: sum-product exactly, in log-ratios; min-sum; or that with its messages scaled or moved towards zero
/// [Chen05].
enum class CheckRule { sum_product, min_sum, normalised, offset };

/// A classical decoder.
struct DecodingRule {
  CheckRule rule = CheckRule::sum_product;
  std::optional<double> amount{};  ///< scale of `normalised` (0.8 unless given), or offset (0.5)
  UpdateOrder order = UpdateOrder::flooding;
  int iterations = 50;
};
/// Its name and number of iterations, as tables and files have them: "sum-product", "offset min-sum, layered".
std::string describe(const DecodingRule& rule);
/// The order of UpdateOrder::layered on the model of a code: the tables of qubits, where there are some, then the rows.
std::vector<int> visits(const Code& code);
/// The rule unrolled on decoding_model(checks, syndrome). Layers go through the rows in their order.
Schedule unroll(const BinaryMatrix& checks, const DecodingRule& rule, bool syndrome);
/// The same on decoding_model(code, syndrome).
Schedule unroll(const Code& code, const DecodingRule& rule, bool syndrome);

struct DecodedWords {
  std::vector<std::uint8_t> bits;  ///< [words, bits]
  std::vector<double> llr;         ///< the log-ratios log p(0) / p(1) that they come from, likewise
  std::vector<int> iterations;     ///< that each word took
  std::vector<std::uint8_t> met;   ///< whether its checks (or its syndrome) are met
};

/// Runs the layers of a network on words. It keeps its memory from call to call, and is not for several threads at once.
class Decoder {
 public:
  struct Impl;
  struct Options {
    bool early_stop = true;  ///< a word is done when its checks are met
    /// So many neighbouring words go on until the checks of all of them are met, as where they share a register: what is met may
    /// be lost again meanwhile, which shows in short codes.
    int stop_together = 1;
    /// Order of ordered statistics for words whose checks are not met in the end; absent: none.
    std::optional<int> osd{};
    Precision precision = Precision::f32;
    int threads = 0;  ///< 0: all; results do not depend on it
  };
  /// Throws DataError where the network is none of decoding_model() of these checks: its data "llr", and perhaps "syndrome",
  /// and its variables "bit"; and for a negative order of ordered statistics.
  Decoder(const BinaryMatrix& checks, const LayerPrograms& layers, Options options);
  Decoder(const BinaryMatrix& checks, const LayerPrograms& layers) : Decoder(checks, layers, Options()) {}
  /// A network that was unrolled from a schedule, with its parameters as they are.
  Decoder(const BinaryMatrix& checks, const Network& network, Options options);
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;
  ~Decoder();

  bool takes_syndromes() const;
  /// `llr` holds log p(0) / p(1), [words, bits]; infinite ones are certain. `syndromes`, [words, checks], is given where the
  /// network takes them. Throws DataError for other sizes, NaN and syndromes of no bits, NumericalError where certain bits
  /// contradict the checks.
  DecodedWords decode(const std::vector<double>& llr, const std::vector<std::uint8_t>& syndromes = {});
  /// The same without a check of the numbers, of which there are enough for all words.
  DecodedWords decode(const double* llr, const std::uint8_t* syndromes, int words);
  /// Bits of ordered statistics from these log-ratios, for one word.
  Word ordered_statistics(const double* llr, const double* channel, const std::uint8_t* syndrome,
                          int order) const;

 private:
  std::unique_ptr<Impl> impl_;
};

/// What disturbs a word.
struct Channel {
  enum class Kind {
    awgn,  ///< BPSK over white Gaussian noise; level is Eb/N0 in dB, at the rate that the rank of the checks gives
    /// Every bit flips by itself, with probability `level` (times its prior where the code has some); of a code of qubits each
    /// has, with probability `level`, a bit flip, a phase flip or both, equally likely. The syndrome is decoded.
    flips
  } kind = Kind::awgn;
  double level = 0;
};

/// Errors that were counted at one level of noise.
struct ErrorCounts {
  double level = 0;
  std::int64_t words = 0, word_errors = 0, bit_errors = 0;
  std::int64_t squared_bit_errors = 0;  ///< sum of the squares of each word's, for intervals
  std::int64_t unmet = 0;               ///< words whose checks are not met
  std::int64_t iterations = 0;          ///< of all words

  double word_error_rate() const;
  /// Of a code with so many bits.
  double bit_error_rate(int bits) const;
  /// Clopper and Pearson's interval: exact for independent words.
  std::pair<double, double> word_error_interval(double confidence = 0.95) const;
  /// Bits of a word err together: an interval from the spread over words, at least [0, p] where no word erred.
  std::pair<double, double> bit_error_interval(int bits, double confidence = 0.95) const;
};

struct SimulationOptions {
  std::int64_t word_errors = 100;         ///< stop when so many words are wrong
  std::int64_t most_words = 100'000'000;  ///< or so many were sent
  std::uint64_t seed = 1;
  bool random_words = false;  ///< words of the code at random instead of the zero word, with the same noise
  int threads = 0;
};

/// Goes on from `counts` (of none, at the beginning) in rounds of words, whose sizes depend on the code and the counts alone,
/// and calls `after` each with what was counted so far, until that says false or enough was counted. The noise of a word
/// depends on the seed, the level and its number: counts are the same for any number of threads, and whether or not the
/// simulation was interrupted. A word errs where a bit of it does, or, of a code with logical parities and of a syndrome, where
/// one of these does or the syndrome is not met.
ErrorCounts simulate(Decoder& decoder, const Code& code, const Channel& channel,
                     const SimulationOptions& options, ErrorCounts counts = {},
                     const std::function<bool(const ErrorCounts&)>& after = {});

/// Shares of all errors of independent flips, weighed with their probability, without sampling.
struct ExactRates {
  double p = 0;
  double maximum_likelihood = 0;  ///< failures of the best decoder there is
  double failure = 0;             ///< of this one: the syndrome is not met, or a logical parity is wrong
  double unmet = 0;               ///< of them, those where the syndrome is not met
};
/// Decodes every syndrome once. Without logical parities in the code a failure is any bit that is wrong. Throws DataError for
/// more than 24 checks and logical parities together (bits, where there are none).
ExactRates exact_rates(Decoder& decoder, const Code& code, double p);

}  // namespace unfurl
