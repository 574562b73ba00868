// Texts from files.
#include <fstream>
#include <sstream>
#include <system_error>

#include "unfurl/formats.hpp"

namespace unfurl {

std::string read_text(const std::filesystem::path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    throw DataError("there is no such file", path.string(), "check the path");
  if (std::filesystem::is_directory(status))
    throw DataError("this is a folder, not a file", path.string(), "give a file");
  std::ifstream in(path, std::ios::binary);
  std::ostringstream contents;
  if (in.peek() != std::ifstream::traits_type::eof()) contents << in.rdbuf();
  if (!in.is_open() || in.bad() || !contents)
    throw DataError("the file cannot be read", path.string(), "check who may read it");
  return std::move(contents).str();
}

TableModel read_model(const std::filesystem::path& path) {
  const std::string text = read_text(path);
  return path.extension() == ".fg" ? parse_fg(text, path.string()) : parse_uai(text, path.string());
}

Evidence read_evidence(const std::filesystem::path& path, const TableModel& model) {
  return parse_evidence(read_text(path), model, path.string());
}

}  // namespace unfurl
