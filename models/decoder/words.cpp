#include "models/decoder/words.hpp"

#include <cmath>

namespace unfurl::decoder_model {

namespace {

struct Arrays {
  std::vector<float> llr, bits, syndrome;
};

/// A word over BPSK and white noise.
void add_noisy(const Code& code, double rate, double ebn0, const BinaryMatrix& generator, Random& random,
               Arrays& to) {
  const double variance = 1 / (2 * rate * std::pow(10.0, ebn0 / 10)), deviation = std::sqrt(variance);
  Word message(generator.rows.size());
  for (auto& bit : message) bit = static_cast<std::uint8_t>(random.below(2));
  const Word word =
      message.empty() ? Word(static_cast<std::size_t>(code.bits())) : combine_rows(generator, message);
  for (const auto bit : word) {
    const double sent = bit != 0 ? -1 : 1;
    to.llr.push_back(static_cast<float>(2 * (sent + deviation * random.normal()) / variance));
    to.bits.push_back(bit);
  }
}

void add_flipped(const Code& code, double level, Random& random, Arrays& to) {
  const std::vector<double> flip = flip_probabilities(code, level);
  Word error(flip.size());
  const std::size_t qubits = flip.size() / 2;
  if (code.qubits == Code::Qubits::none)
    for (std::size_t i = 0; i < flip.size(); ++i) error[i] = random.uniform() < flip[i] ? 1 : 0;
  else
    for (std::size_t i = 0; i < qubits; ++i)
      if (random.uniform() < level) {
        const int kind = random.below(3);  // a bit flip, a phase flip, both
        error[i] = kind != 1 ? 1 : 0;
        error[qubits + i] = kind != 0 ? 1 : 0;
      }
  for (std::size_t i = 0; i < flip.size(); ++i) {
    to.llr.push_back(static_cast<float>(std::log((1 - flip[i]) / flip[i])));
    to.bits.push_back(error[i]);
  }
  const Word syndrome = multiply(code.checks, error);
  for (std::size_t r = 0; r < syndrome.size(); ++r)
    if (!code.checks.rows[r].empty()) to.syndrome.push_back(syndrome[r]);
}

}  // namespace

Words::Words(Code code, const Noise& noise, bool random_words)
    : code_(std::move(code)), noise_(noise), generator_{code_.bits(), {}} {
  if (!noise.flips) rate_ = code_rate(code_);
  if (random_words) generator_ = words_to_send(code_);
}

Dataset Words::make(int count, std::uint64_t seed) const {
  Random random(seed);
  Arrays arrays;
  const int n = code_.bits();
  for (int w = 0; w < count; ++w) {
    const double level = noise_.low + (noise_.high - noise_.low) * random.uniform();
    if (noise_.flips)
      add_flipped(code_, level, random, arrays);
    else
      add_noisy(code_, rate_, level, generator_, random, arrays);
  }
  Dataset data;
  data.add("llr", 1, n, std::move(arrays.llr)).add("bits", 1, n, std::move(arrays.bits));
  const int checks = static_cast<int>(arrays.syndrome.size()) / count;
  if (noise_.flips) data.add("syndrome", 1, checks, std::move(arrays.syndrome));
  return data;
}

std::vector<Metric> errors_at(Decoder& decoder, const Code& code, bool flips, double level,
                              std::int64_t words) {
  constexpr int items = 50;
  words /= items;
  Metric wrong{detail::cat("words wrong at ", level, flips ? "" : " dB"), "%", false, 0, {}};
  Metric bits{detail::cat("bits wrong at ", level, flips ? "" : " dB"), "1e-3", false, 0, {}};
  const Channel channel{flips ? Channel::Kind::flips : Channel::Kind::awgn, level};
  for (int i = 0; i < items; ++i) {
    const ErrorCounts counts = simulate(
        decoder, code, channel,
        {.word_errors = words + 1, .most_words = words, .seed = 1000 + static_cast<std::uint64_t>(i)});
    wrong.per_item.push_back(100 * counts.word_error_rate());
    bits.per_item.push_back(1000 * counts.bit_error_rate(code.bits()));
    wrong.value += wrong.per_item.back() / items;
    bits.value += bits.per_item.back() / items;
  }
  if (flips) return {wrong};
  return {bits, wrong};
}

}  // namespace unfurl::decoder_model
