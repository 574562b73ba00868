/// What a command found, for programs: the object that `--json` writes.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace unfurl::app {

/// Filled by the command while it works; written once it is done, and by those that work long in between.
struct JsonResult {
  std::filesystem::path file;  ///< empty: nobody asked; "-": standard output, in the place of text
  nlohmann::json object = nlohmann::json::object();

  bool is_wanted() const { return !file.empty(); }
  bool is_printed() const { return file == "-"; }
  /// Throws DataError when the file cannot be written. What is lost on standard output is counted, as all results are.
  void write() const;
};

}  // namespace unfurl::app
