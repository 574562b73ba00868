#include "models/decoder/curves.hpp"

#include "models/exhibits.hpp"

namespace unfurl::decoder_model {

std::vector<Illustration> error_curves(const std::vector<Exhibit>& networks, const Code& code,
                                       const Noise& noise, std::int64_t most_words) {
  constexpr int levels = 7;
  Illustration words, bits;
  words.title = bits.title = "Error rates";
  words.caption = "Of the same noise for every network; upright lines: 95 % intervals.";
  words.across = bits.across = noise.flips ? "probability of flips" : "Eb/N0 [dB]";
  words.upward = "rate of wrong words";
  bits.upward = "rate of wrong bits";
  words.logarithmic = bits.logarithmic = true;
  for (const Exhibit& exhibit : networks) {
    Decoder decoder(code.checks, exhibit.network, {.threads = exhibit.network.threads()});
    Trace& of_words = words.traces.emplace_back();
    Trace& of_bits = bits.traces.emplace_back();
    of_words.name = of_bits.name = label_of(exhibit, networks);
    const auto add = [](Trace& trace, double level, double rate, const std::pair<double, double>& interval) {
      trace.x.push_back(level);
      trace.y.push_back(rate);
      trace.low.push_back(interval.first);
      trace.high.push_back(interval.second);
    };
    for (int i = 0; i < levels; ++i) {
      const double level = noise.low + (noise.high - noise.low) * i / (levels - 1);
      const Channel channel{noise.flips ? Channel::Kind::flips : Channel::Kind::awgn, level};
      const ErrorCounts counts =
          simulate(decoder, code, channel, {.word_errors = 100, .most_words = most_words, .seed = 2000});
      add(of_words, level, counts.word_error_rate(), counts.word_error_interval());
      add(of_bits, level, counts.bit_error_rate(code.bits()), counts.bit_error_interval(code.bits()));
    }
  }
  return noise.flips ? std::vector{words} : std::vector{words, bits};
}

}  // namespace unfurl::decoder_model
