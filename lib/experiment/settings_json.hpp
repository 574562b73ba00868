/// Settings, metrics and histories as JSON, in checkpoints and reports.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "unfurl/experiment.hpp"

namespace unfurl::app {

/// All that decides what a run computes: without the number of threads, which changes no bit. The data folder is
/// absolute, so that the run can be evaluated from anywhere.
nlohmann::json to_json(const Settings& settings);
/// Throws DataError for a number that the options of `train` do not take, and nlohmann::json::exception for what is missing
/// or of another kind.
Settings settings_from_json(const nlohmann::json& json);

nlohmann::json to_json(const Metric& metric);
nlohmann::json to_json(const EpochRecord& record);
nlohmann::json to_json(const ParameterChange& change);
/// The seconds are NaN where nobody knows them.
EpochRecord epoch_from_json(const nlohmann::json& json);

/// What a checkpoint says of how its network was made: the task's name and its settings.
struct Declaration {
  std::string task;
  Settings settings;
};
/// Throws DataError for a path that is not UTF-8.
std::string to_text(const Declaration& declaration);
/// Throws DataError, naming `where`, for a text of another kind.
Declaration declaration_from_text(const std::string& text, const std::string& where);

/// Reads a JSON file. Throws DataError when it is missing or no JSON, or when its values would take more memory than twenty
/// times its bytes and 64 MB: what this program writes takes less, indented as it is.
nlohmann::json read_json(const std::filesystem::path& path);

/// Writes indented JSON to a file, whole or not at all. Numbers that are not finite become null; bytes that are no UTF-8, as
/// paths may hold, U+FFFD. Throws DataError when the file cannot be written.
void write_json(const std::filesystem::path& path, const nlohmann::json& json);

}  // namespace unfurl::app
