/// What the parts of the command `decode` share.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.hpp"
#include "unfurl/code_files.hpp"
#include "unfurl/decoding.hpp"

namespace unfurl::app {

/// What was typed.
struct DecodeOptions {
  std::string code, ebn0, p;
  std::filesystem::path run, json, html, save, llr, syndrome, output;
  std::vector<std::filesystem::path> beside;  ///< reports of others, on the same page
  std::string shortened, punctured;           ///< lists of bits
  std::string rule = "sum-product", schedule = "flooding";
  std::optional<double> scale, offset;
  DecodingRule decoder;
  SimulationOptions simulation;
  Decoder::Options running;
  std::optional<int> stop_together;
  bool exact = false, resume = false, soft = false;
  std::vector<std::string> given;  ///< names of the options that were typed
};

/// Whether a file keeps the report, to go on with.
inline bool is_kept(const DecodeOptions& options) { return !options.json.empty() && options.json != "-"; }

/// A decoder with what it is called.
struct NamedDecoder {
  std::string name;
  int iterations = 0;
  Decoder decoder;
};
/// The rule that was typed, or the run, for words or for syndromes.
NamedDecoder make_decoder(const Program& program, const DecodeOptions& options, const Code& code,
                          bool syndrome);

/// "1:6:1" or "2,4,5": numbers from `least` to `most`. Throws DataError, naming the option.
std::vector<double> read_grid(const std::string& text, const char* option, double least, double most);

/// "0-3,10": whole numbers from 0 to below `count`, rising. Throws DataError, naming the option.
std::vector<int> read_bits(const std::string& text, const char* option, int count);

// The modes of the command; each returns the exit status.
int simulate_points(const Program& program, const DecodeOptions& options, const Code& code);
int list_exact_rates(const Program& program, const DecodeOptions& options, const Code& code);
int decode_files(const Program& program, const DecodeOptions& options, const Code& code);
int describe_code(const Program& program, const DecodeOptions& options, const Code& code);

/// What all reports of a decoder begin with.
nlohmann::json decoder_json(const DecodeOptions& options, const Code& code, const NamedDecoder& decoder);

}  // namespace unfurl::app
