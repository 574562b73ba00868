// Texts from files.
#include <algorithm>
#include <fstream>
#include <system_error>

#include "formats/gzip.hpp"
#include "unfurl/formats.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// Bytes taken from what is no regular file and may have no end, and bytes that a compressed file may unpack to.
constexpr std::size_t most_bytes = std::size_t{1} << 28;

/// The extension in small letters, without that of compression: ".fg" of "GRID.FG.gz".
std::string extension(std::filesystem::path path) {
  const auto lower = [](std::string text) {
    for (char& c : text)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
  };
  if (lower(path.extension().string()) == ".gz") path = path.stem();
  return lower(path.extension().string());
}

}  // namespace

std::string read_text(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (status.type() == std::filesystem::file_type::none)  // a folder on the way that may not be entered
    throw DataError(cat("the file cannot be reached: ", error.message()), path.string(),
                    "check the permissions of its folders");
  if (!std::filesystem::exists(status))
    throw DataError("there is no such file", path.string(), "check the path");
  if (std::filesystem::is_directory(status))
    throw DataError("this is a folder, not a file", path.string(), "give a file");
  std::size_t size = 0;  // stays 0 where there is none
  if (std::filesystem::is_regular_file(status))
    if (const auto known = std::filesystem::file_size(path, error); !error) size = known;

  const std::size_t most = std::max(size, most_bytes);
  std::ifstream in(path, std::ios::binary);
  std::string text(size + 1, '\0');  // one more, to see the end
  std::size_t read = 0;
  while (in) {
    if (read == text.size()) text.resize(std::min(2 * text.size() + (1 << 16), most + 1));
    in.read(text.data() + read, static_cast<std::streamsize>(text.size() - read));
    read += static_cast<std::size_t>(in.gcount());
    if (read > most)
      throw DataError(cat("the file goes on after ", most, " bytes"), path.string(),
                      "give a regular file, whose size is known");
  }
  if (!in.is_open() || in.bad())
    throw DataError("the file cannot be read", path.string(), "check who may read it");
  text.resize(read);
  return formats::is_gzip(text) ? formats::gunzip(text, most_bytes, path.string()) : text;
}

TableModel read_model(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  return extension(path) == ".fg" ? parse_fg(text, path.string()) : parse_uai(text, path.string());
}

Evidence read_evidence(const std::filesystem::path& path, const TableModel& model) {
  return parse_evidence(read_text(path), model, path.string());
}

}  // namespace unfurl
