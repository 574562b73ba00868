#include "cli/training_log.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "experiment/folders/output_folder.hpp"

namespace unfurl::app {

namespace {

[[noreturn]] void refuse_log(const std::filesystem::path& file) {
  throw DataError("the log of the training cannot be written", file.string(),
                  "check that the folder is there, that it may be written, and that the disk is not full");
}

/// Lines of epochs up to this one. What is no regular file has none to keep, and may have no end: a device, a pipe.
std::vector<std::string> lines_until(const std::filesystem::path& file, int done) {
  std::vector<std::string> kept;
  std::error_code failed;
  if (!std::filesystem::is_regular_file(file, failed)) return kept;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto j = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (j.is_object() && j.contains("epoch") && j["epoch"].is_number_integer() &&
        j["epoch"].get<int>() <= done)
      kept.push_back(line);
  }
  return kept;
}

}  // namespace

TrainingLog::TrainingLog(std::filesystem::path file, int done,
                         const std::vector<std::filesystem::path>& others)
    : file_(std::move(file)) {
  prepare_output(file_, others);
  const std::vector<std::string> kept = lines_until(file_, done);
  out_.open(file_, std::ios::trunc);
  for (const std::string& line : kept) out_ << line << "\n";
  if (!out_.flush()) refuse_log(file_);
}

void TrainingLog::write(const EpochRecord& r) {
  const auto optional = [](const std::optional<double>& v) {
    return v ? nlohmann::json(*v) : nlohmann::json();
  };
  const nlohmann::ordered_json line = {{"epoch", r.epoch},
                                       {"loss", r.loss},
                                       {"validation", optional(r.validation)},
                                       {"rate", optional(r.rate)},
                                       {"gradient_norm", optional(r.gradient_norm)},
                                       {"seconds", r.seconds}};
  out_ << line.dump() + "\n";
  if (!out_.flush()) refuse_log(file_);
}

}  // namespace unfurl::app
