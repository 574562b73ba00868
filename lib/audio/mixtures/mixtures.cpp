#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "unfurl/audio.hpp"
#include "unfurl/error.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;
namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kColumns = {"id", "clean", "noise", "noise_offset_samples",
                                                      "snr_db"};
constexpr std::string_view kHeader = "id,clean,noise,noise_offset_samples,snr_db";

/// Of what may be long, for a message.
std::string shortened(std::string_view text) {
  constexpr std::size_t most = 200;
  return text.size() > most ? cat(text.substr(0, most), "...") : std::string(text);
}

/// One line of the manifest, with the place to blame.
struct Line {
  std::string_view text;
  const fs::path& file;
  int number;

  [[noreturn]] void refuse(const std::string& what, const std::string& mend) const {
    throw DataError(what, cat(file.string(), ':', number), mend);
  }
};

/// A comma within quotes separates nothing.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> fields;
  bool quoted = false;
  std::size_t start = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] != ',' || quoted) continue;
    fields.push_back(text.substr(start, i - start));
    start = i + 1;
  }
  fields.push_back(text.substr(start));
  return fields;
}

/// Which field of a row belongs to each of kColumns; others may stand between and behind them.
struct Columns {
  std::array<std::size_t, kColumns.size()> place{};
  std::size_t count = 0;

  explicit Columns(const Line& line) {
    const auto names = split(line.text);
    count = names.size();
    for (std::size_t c = 0; c < kColumns.size(); ++c) {
      const auto found = std::find(names.begin(), names.end(), kColumns[c]);
      if (found == names.end() || std::find(found + 1, names.end(), kColumns[c]) != names.end())
        line.refuse(cat("the columns are '", shortened(line.text), "', with ",
                        found == names.end() ? "no " : "more than one ", kColumns[c]),
                    cat("the first line must hold ", kHeader));
      place[c] = static_cast<std::size_t>(found - names.begin());
    }
  }
};

template <class Number>
Number number(std::string_view text, std::string_view column, const Line& line) {
  Number value{};
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  bool good = failure == std::errc{} && end == text.data() + text.size();
  if constexpr (std::is_floating_point_v<Number>) good = good && std::isfinite(value);
  if (!good)
    line.refuse(cat("'", shortened(text), "' is no number for the column ", column),
                "write a plain number, as -6 or 44145");
  return value;
}

MixtureRow parse(const Line& line, const Columns& columns) {
  const auto all = split(line.text);
  if (all.size() != columns.count)
    line.refuse(cat("a row of ", all.size(), " fields; the first line has ", columns.count),
                "write a field for every column");
  std::array<std::string_view, kColumns.size()> fields;
  for (std::size_t c = 0; c < fields.size(); ++c) {
    fields[c] = all[columns.place[c]];
    if (fields[c].find('"') != std::string_view::npos)
      line.refuse(cat("the column ", kColumns[c], " has no quoted fields"),
                  "name files without commas and leave the quotes out");
  }

  MixtureRow row;
  row.id = fields[0];
  row.clean = fields[1];
  row.noise = fields[2];
  row.noise_offset = number<std::int64_t>(fields[3], "noise_offset_samples", line);
  row.snr_db = number<double>(fields[4], "snr_db", line);
  if (std::abs(row.snr_db) > largest_snr_db)
    line.refuse(
        cat("an SNR of ", row.snr_db, " dB leaves nothing of the ", row.snr_db > 0 ? "noise" : "speech"),
        cat("choose one from -", largest_snr_db, " to ", largest_snr_db, " dB"));
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
  std::ifstream file;
  std::error_code failure;
  if (fs::is_regular_file(path, failure)) file.open(path, std::ios::binary);
  if (!file.is_open())
    throw DataError(cat("there is no manifest '", path.string(), "'"), {},
                    cat("a data folder has a file mixtures.csv with the columns ", kHeader));
  const std::string whole(std::istreambuf_iterator<char>(file), {});
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  std::string_view rest = whole;
  if (rest.starts_with(byte_order_mark)) rest.remove_prefix(byte_order_mark.size());

  std::optional<Columns> columns;
  std::vector<MixtureRow> rows;
  rows.reserve(static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n')));
  for (int count = 1; !rest.empty(); ++count) {
    std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), text.size() + 1));
    if (text.ends_with('\r')) text.remove_suffix(1);
    const Line line{text, path, count};
    if (columns) {
      rows.push_back(parse(line, *columns));
      rows.back().line = count;
    } else {
      columns.emplace(line);
    }
  }
  if (rows.empty())
    throw DataError("the manifest has no rows", path.string(),
                    cat("after the line ", kHeader, " add one line for each mixture"));

  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rows[a].id < rows[b].id; });
  const auto twice = std::adjacent_find(
      order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rows[a].id == rows[b].id; });
  if (twice != order.end())
    Line{{}, path, rows[*(twice + 1)].line}.refuse(
        cat("the id '", shortened(rows[*twice].id), "' is taken by line ", rows[*twice].line),
        "give every row its own id");
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
    if (!signal.warning.empty()) warnings_.push_back(std::move(signal.warning));
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
  if (!(std::abs(snr_db) <= largest_snr_db))
    throw DataError(cat("a mixture with an SNR of ", snr_db, " dB"), "",
                    cat("choose one from -", largest_snr_db, " to ", largest_snr_db, " dB"));
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
    if (!std::isfinite(result.mixture[i]))
      throw DataError(cat("the mixture at ", snr_db, " dB is beyond the range of samples, at sample ", i), "",
                      "give speech and noise between -1 and 1");
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
