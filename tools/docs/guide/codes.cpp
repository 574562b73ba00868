// A code by name, a classical decoder, and what it is worth on noise.
#include <unfurl/codes.hpp>
#include <unfurl/decoding.hpp>

#include <cstdio>

using namespace unfurl;

int main() {
  const Code code = code_by_name("bch:63,45");
  std::printf("%d bits, rate %.3f, %lld cycles of length four\n", code.bits(), code_rate(code),
              static_cast<long long>(*graph_statistics(code.checks).four_cycles));
  std::printf("%-16s %8s %8s\n", "bit error rate", "3 dB", "5 dB");
  for (const auto& [name, rule] :
       {std::pair{"sum-product", DecodingRule{.iterations = 5}},
        std::pair{"min-sum", DecodingRule{.rule = CheckRule::min_sum, .iterations = 5}},
        std::pair{"normalised, 0.7", DecodingRule{CheckRule::normalised, 0.7, UpdateOrder::flooding, 5}}}) {
    std::printf("%-16s", name);
    for (const double level : {3.0, 5.0}) {
      Decoder decoder(code.checks, unroll(code, rule, false).by_layer());
      const ErrorCounts counts = simulate(decoder, code, {Channel::Kind::awgn, level}, {.word_errors = 300});
      std::printf(" %8.4f", counts.bit_error_rate(code.bits()));
    }
    std::puts("");
  }
}
