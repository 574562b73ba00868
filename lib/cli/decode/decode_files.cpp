// Words and syndromes in files.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cli/decode/decode.hpp"
#include "cli/terminal/console.hpp"
#include "core/output/output_file.hpp"
#include "experiment/folders/output_folder.hpp"
#include "unfurl/npz.hpp"

namespace unfurl::app {

namespace {

/// [words, columns]; one word may be without the first extent.
NpzArray read_words(const std::filesystem::path& path, std::size_t columns, const char* what) {
  std::error_code failed;
  if (!std::filesystem::exists(path, failed))
    throw DataError("there is no such file", path.string(),
                    fmt::format("give a .npy of shape (words, {}), as numpy.save writes it", columns));
  NpzArray array = read_npy(path);
  if (array.shape.size() == 1) array.shape.insert(array.shape.begin(), 1);
  if (array.shape.size() != 2 || array.shape[1] != columns)
    throw DataError(fmt::format("an array of shape ({}) where the code has {} {}",
                                fmt::join(array.shape, ", "), columns, what),
                    path.string(), fmt::format("give one of shape (words, {})", columns));
  for (std::size_t i = 0; i < array.values.size(); ++i)
    if (std::isnan(array.values[i]))
      throw DataError(fmt::format("entry ({}, {}) is NaN", i / columns, i % columns), path.string(),
                      "give numbers");
  return array;
}

std::vector<std::uint8_t> read_syndromes(const std::filesystem::path& path, const Code& code) {
  const NpzArray array = read_words(path, code.checks.rows.size(), "checks");
  std::vector<std::uint8_t> bits;
  for (std::size_t i = 0; i < array.values.size(); ++i) {
    const double v = array.values[i];
    if (v != 0 && v != 1)
      throw DataError(fmt::format("entry ({}, {}) is {}", i / array.shape[1], i % array.shape[1], v),
                      path.string(), "a syndrome has bits, 0 or 1");
    bits.push_back(v == 1 ? 1 : 0);
  }
  return bits;
}

/// The log-ratios of flips, the same for all words.
std::vector<double> prior_of(const DecodeOptions& options, const Code& code, std::size_t words) {
  if (options.p.empty() && code.priors.empty())
    throw DataError("syndromes without probabilities of errors", options.syndrome.string(),
                    "give --p, or --llr with log-ratios of every bit");
  const std::vector<double> factor =
      options.p.empty() ? std::vector<double>{1} : read_grid(options.p, "--p", 0, 1000);
  if (factor.size() != 1)
    throw DataError(fmt::format("{} probabilities for syndromes in a file", factor.size()),
                    "--p " + options.p, "give one");
  std::vector<double> one, llr;
  for (const double p : flip_probabilities(code, factor[0])) one.push_back(std::log1p(-p) - std::log(p));
  for (std::size_t w = 0; w < words; ++w) llr.insert(llr.end(), one.begin(), one.end());
  return llr;
}

}  // namespace

int decode_files(const Program& program, const DecodeOptions& options, const Code& code) {
  const auto n = static_cast<std::size_t>(code.bits());
  std::vector<std::uint8_t> syndromes;
  if (!options.syndrome.empty()) syndromes = read_syndromes(options.syndrome, code);
  std::vector<double> llr;
  if (!options.llr.empty()) {
    if (!options.p.empty()) throw DataError("both --llr and --p say what is probable", "", "give one");
    llr = read_words(options.llr, n, "bits").values;
  } else {
    llr = prior_of(options, code, syndromes.size() / code.checks.rows.size());
  }
  prepare_output(options.output, {options.llr, options.syndrome, options.code});
  NamedDecoder decoder = make_decoder(program, options, code, !options.syndrome.empty());
  const DecodedWords decoded = decoder.decoder.decode(llr, syndromes);
  NpzArray result{{decoded.met.size(), n}, {}};
  if (options.soft)
    result.values = decoded.llr;
  else
    result.values.assign(decoded.bits.begin(), decoded.bits.end());
  detail::write_file(options.output, to_npy(result, options.soft ? "f4" : "u1"));
  const auto met = std::accumulate(decoded.met.begin(), decoded.met.end(), std::size_t{0});
  const double all = std::accumulate(decoded.iterations.begin(), decoded.iterations.end(), 0.0);
  if (program.json->is_wanted()) program.json->object.update(decoder_json(options, code, decoder));
  program.json->object.update(
      {{"file", options.output.string()},
       {"words", decoded.met.size()},
       {"met", met},
       {"iterations_mean", all / static_cast<double>(std::max<std::size_t>(1, decoded.met.size()))}});
  note("{}: {} of {} words meet their checks, after {:.2f} iterations on average\n", decoder.name, met,
       decoded.met.size(), decoded.met.empty() ? 0 : all / static_cast<double>(decoded.met.size()));
  return 0;
}

}  // namespace unfurl::app
