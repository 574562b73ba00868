#include <charconv>
#include <cmath>
#include <fstream>
#include <map>
#include <string_view>
#include <utility>

#include "unfurl/audio.hpp"
#include "unfurl/error.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;
namespace fs = std::filesystem;

constexpr std::string_view kColumns = "id,clean,noise,noise_offset_samples,snr_db";

/// One line of the manifest, with the place to blame.
struct Line {
  std::string_view text;
  std::string where;

  [[noreturn]] void refuse(const std::string& what, const std::string& mend) const {
    throw DataError(what, where, mend);
  }
};

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> fields;
  for (std::size_t start = 0;;) {
    const std::size_t comma = text.find(',', start);
    fields.push_back(text.substr(start, comma - start));
    if (comma == std::string_view::npos) return fields;
    start = comma + 1;
  }
}

template <class Number>
Number number(std::string_view text, std::string_view column, const Line& line) {
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool good = failure == std::errc{} && end == text.data() + text.size();
  if constexpr (std::is_floating_point_v<Number>) good = good && std::isfinite(value);
  if (!good)
    line.refuse(cat("'", text, "' is no number for the column ", column),
                "write a plain number, as -6 or 44145");
  return value;
}

MixtureRow parse(const Line& line) {
  if (line.text.find('"') != std::string_view::npos)
    line.refuse("a manifest has no quoted fields", "name files without commas and leave the quotes out");
  const auto fields = split(line.text);
  if (fields.size() != 5)
    line.refuse(cat("a row of ", fields.size(), " fields; a manifest has 5"), cat("write ", kColumns));

  MixtureRow row;
  row.id = fields[0];
  row.clean = fields[1];
  row.noise = fields[2];
  row.noise_offset = number<std::int64_t>(fields[3], "noise_offset_samples", line);
  row.snr_db = number<double>(fields[4], "snr_db", line);
  for (const auto& [text, column] : {std::pair{row.id, "id"}, {row.clean, "clean"}, {row.noise, "noise"}})
    if (text.empty()) line.refuse(cat("the column ", column, " is empty"), "fill it in");
  if (row.noise_offset < 0)
    line.refuse(cat("the noise offset ", row.noise_offset, " lies before the noise begins"),
                "count samples from 0");
  return row;
}

double energy(std::span<const float> samples) {
  double sum = 0;
  for (const float x : samples) sum += static_cast<double>(x) * x;
  return sum;
}

}  // namespace

std::vector<MixtureRow> read_manifest(const fs::path& path) {
  std::ifstream file(path);
  if (!file || !fs::is_regular_file(path))
    throw DataError(cat("there is no manifest '", path.string(), "'"), {},
                    cat("a data folder has a file mixtures.csv with the columns ", kColumns));

  std::vector<MixtureRow> rows;
  std::map<std::string, int> line_of_id;
  int count = 0;
  for (std::string text; std::getline(file, text);) {
    if (!text.empty() && text.back() == '\r') text.pop_back();
    const Line line{text, cat(path.string(), ':', ++count)};
    if (count == 1) {
      if (text != kColumns)
        line.refuse(cat("the columns are '", text, "'"), cat("the first line must be ", kColumns));
      continue;
    }
    MixtureRow row = parse(line);
    row.line = count;
    const auto [first, is_new] = line_of_id.emplace(row.id, count);
    if (!is_new)
      line.refuse(cat("the id '", row.id, "' is taken by line ", first->second), "give every row its own id");
    rows.push_back(std::move(row));
  }
  if (rows.empty())
    throw DataError("the manifest has no rows", path.string(),
                    cat("after the line ", kColumns, " add one line for each mixture"));
  return rows;
}

MixtureSet::MixtureSet(const fs::path& folder)
    : rows_(read_manifest(folder / "mixtures.csv")), manifest_(folder / "mixtures.csv") {
  const auto load = [&](const MixtureRow& row, const std::string& name, std::vector<Source>& sources,
                        std::map<std::string, std::size_t>& known) {
    const auto [entry, is_new] = known.emplace(name, sources.size());
    if (!is_new) return entry->second;
    const std::string where = cat(manifest_.string(), ':', row.line);
    Signal signal;
    try {
      signal = read(folder / name);
    } catch (const DataError& error) {
      throw DataError(error.what_happened(), where, error.mend());
    }
    if (rate_ == 0) rate_ = signal.rate;
    if (signal.rate != rate_)
      throw DataError(
          cat("'", name, "' has ", signal.rate, " samples per second, the files before it have ", rate_),
          where, "convert all files to one rate, for example with sox -r");
    sources.push_back({name, std::move(signal.samples)});
    return entry->second;
  };

  std::map<std::string, std::size_t> clean_files, noise_files;
  for (const MixtureRow& row : rows_) {
    clean_of_row_.push_back(load(row, row.clean, clean_, clean_files));
    noise_of_row_.push_back(load(row, row.noise, noise_, noise_files));
  }
}

Mixture mix(std::span<const float> clean, std::span<const float> noise, std::int64_t offset, double snr_db) {
  if (clean.empty() || noise.empty() || offset < 0)
    throw DataError(cat("a mixture of ", clean.size(), " samples of speech and ", noise.size(),
                        " of noise from ", offset),
                    "", "samples of both, from an offset of at least 0");
  Mixture result;
  result.clean.assign(clean.begin(), clean.end());
  result.snr_db = snr_db;
  result.noise.resize(clean.size());
  std::size_t position = static_cast<std::size_t>(offset) % noise.size();
  for (float& sample : result.noise) {
    sample = noise[position];
    if (++position == noise.size()) position = 0;
  }
  const double clean_energy = energy(result.clean), noise_energy = energy(result.noise);
  if (clean_energy == 0 || noise_energy == 0)
    throw DataError(cat("the ", clean_energy == 0 ? "speech" : "stretch of noise",
                        " is silent, so no gain makes an SNR of ", snr_db, " dB"),
                    "", "choose another file or offset");
  result.gain = std::sqrt(clean_energy / noise_energy / std::pow(10.0, snr_db / 10));
  result.mixture.resize(clean.size());
  for (std::size_t i = 0; i < clean.size(); ++i) {
    result.noise[i] = static_cast<float>(result.gain * result.noise[i]);
    result.mixture[i] = result.clean[i] + result.noise[i];
  }
  return result;
}

Mixture MixtureSet::render(std::size_t index) const {
  if (index >= rows_.size())
    throw DataError(cat("there is no mixture ", index), manifest_.string(),
                    cat("it has ", rows_.size(), " rows, from 0"));
  const MixtureRow& row = rows_[index];
  try {
    Mixture result = mix(clean_[clean_of_row_[index]].samples, noise_[noise_of_row_[index]].samples,
                         row.noise_offset, row.snr_db);
    result.noise_type = fs::path(row.noise).stem().string();
    return result;
  } catch (const DataError& error) {
    throw DataError(cat("mixture '", row.id, "': ", error.what_happened()),
                    cat(manifest_.string(), ':', row.line), error.mend());
  }
}

}  // namespace unfurl::audio
