#include "experiment/comparison/kept_rows.hpp"

#include <fmt/format.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/output/output_file.hpp"
#include "experiment/folders/output_folder.hpp"
#include "experiment/machine.hpp"
#include "experiment/settings_json.hpp"
#include "unfurl/checkpoint.hpp"

namespace unfurl::app {

using nlohmann::json;

namespace {

/// What decides the numbers of a row. The seed and the layers of its turn are in its file's name.
std::string deciding_text(const std::string& task, const ComparisonOptions& options) {
  json settings = to_json(options.settings);
  settings["from_tied"] = options.settings.from_tied;
  return json{{"task", task}, {"settings", settings}, {"layers", options.layers}, {"unfurl", version()}}.dump(
      1, ' ', false, json::error_handler_t::replace);
}

/// Doubles to the last bit, those that JSON has no word for, too.
json number_json(double value) {
  return std::isfinite(value) ? json(value) : json(fmt::format("{:x}", std::bit_cast<std::uint64_t>(value)));
}
double number_from(const json& j) {
  return j.is_string() ? std::bit_cast<double>(
                             static_cast<std::uint64_t>(std::stoull(j.get<std::string>(), nullptr, 16)))
                       : j.get<double>();
}

json metric_json(const Metric& m) {
  json j = to_json(m);
  j["value"] = number_json(m.value);
  j["per_item"] = json::array();
  for (const double value : m.per_item) j["per_item"].push_back(number_json(value));
  return j;
}
Metric metric_from(const json& j) {
  Metric m;
  m.name = j.at("name").get<std::string>();
  m.unit = j.at("unit").get<std::string>();
  m.higher_is_better = j.at("higher_is_better").get<bool>();
  m.value = number_from(j.at("value"));
  for (const json& value : j.at("per_item")) m.per_item.push_back(number_from(value));
  return m;
}

json change_json(const ParameterChange& c) {
  return {{"name", c.name},
          {"base", c.base},
          {"places", c.places},
          {"relative", number_json(c.relative)},
          {"scale_of", c.scale_of ? json(*c.scale_of) : json()}};
}
ParameterChange change_from(const json& j) {
  ParameterChange c{j.at("name").get<std::string>(), j.at("base").get<std::string>(),
                    j.at("places").get<std::vector<int>>(), number_from(j.at("relative"))};
  if (!j.at("scale_of").is_null()) c.scale_of = j.at("scale_of").get<std::string>();
  return c;
}

json epoch_json(const EpochRecord& r) {
  return {{"epoch", r.epoch},
          {"loss", number_json(r.loss)},
          {"validation", r.validation ? number_json(*r.validation) : json()},
          {"seconds", r.seconds}};
}
EpochRecord epoch_from(const json& j) {
  EpochRecord r;
  r.epoch = j.at("epoch").get<int>();
  r.loss = number_from(j.at("loss"));
  if (!j.at("validation").is_null()) r.validation = number_from(j.at("validation"));
  r.seconds = j.at("seconds").get<double>();
  return r;
}

std::string kept_text(const std::string& name, const ContenderRun& run) {
  json j = {{"name", name},
            {"sample_seconds", run.sample_seconds},
            {"seconds", run.history.seconds},
            {"metrics", json::array()},
            {"history", json::array()},
            {"changes", json::array()}};
  for (const Metric& m : run.metrics) j["metrics"].push_back(metric_json(m));
  for (const EpochRecord& r : run.history.epochs) j["history"].push_back(epoch_json(r));
  for (const ParameterChange& c : run.history.changes) j["changes"].push_back(change_json(c));
  return j.dump();
}

ContenderRun run_from(const json& j) {
  ContenderRun run;
  run.sample_seconds = j.at("sample_seconds").get<double>();
  run.history.seconds = j.at("seconds").get<double>();
  for (const json& m : j.at("metrics")) run.metrics.push_back(metric_from(m));
  for (const json& r : j.at("history")) run.history.epochs.push_back(epoch_from(r));
  for (const json& c : j.at("changes")) run.history.changes.push_back(change_from(c));
  return run;
}

constexpr const char* rows_folder = "unfinished";
constexpr const char *row_begin = "seed-", *row_end = ".unfurl";

std::filesystem::path settings_file(const std::filesystem::path& rows) { return rows / "settings.json"; }

}  // namespace

KeptRows::KeptRows(const std::string& task, const ComparisonOptions& options)
    : folder_(options.folder / rows_folder), settings_(deciding_text(task, options)) {
  const std::filesystem::path file = settings_file(folder_);
  if (options.resume) {
    if (!std::filesystem::exists(file))
      throw DataError("there is no comparison to resume in this folder", options.folder.string(),
                      "one that came to its end has nothing to go on with; leave out --resume to start anew");
    if (read_json(file) != json::parse(settings_))
      throw DataError("the comparison in this folder has other settings, or is of another version of unfurl",
                      file.string(), "resume with the settings that are there, or leave out --resume");
    return;
  }
  forget_rows(options.folder);
  make_folder(folder_);
  detail::write_file(file, settings_ + "\n");
}

std::filesystem::path KeptRows::file_of(const RowPlace& place) const {
  return folder_ / fmt::format("{}{}-layers-{}-row-{}{}", row_begin, place.seed, place.layers,
                               place.contender, row_end);
}

bool KeptRows::take(const RowPlace& place, Contender& contender, ContenderRun& run) const {
  const std::filesystem::path file = file_of(place);
  if (!std::filesystem::exists(file)) return false;
  const Checkpoint checkpoint = load(file);
  try {
    const json j = json::parse(checkpoint.declaration);
    if (j.at("name").get<std::string>() != contender.name)
      throw DataError(fmt::format("the row '{}' was kept where '{}' comes now",
                                  j.at("name").get<std::string>(), contender.name),
                      file.string(), "leave out --resume to start anew");
    run = run_from(j);
    run.seed = place.seed;
  } catch (const std::exception& error) {  // of JSON, or of a number
    if (dynamic_cast<const Error*>(&error) != nullptr) throw;
    throw DataError("this is no row of a comparison", file.string(), "delete the file: the row begins anew");
  }
  if (contender.network) assign(checkpoint, *contender.network);
  return true;
}

void KeptRows::keep(const RowPlace& place, const Contender& contender, const ContenderRun& run) const {
  Checkpoint checkpoint;
  checkpoint.declaration = kept_text(contender.name, run);
  if (contender.network) {
    const auto parameters = contender.network->parameters();
    checkpoint.parameters.assign(parameters.begin(), parameters.end());
  }
  save(file_of(place), checkpoint);
}

void forget_rows(const std::filesystem::path& comparison) {
  const std::filesystem::path folder = comparison / rows_folder;
  std::error_code failed;
  std::filesystem::remove(settings_file(folder), failed);  // first: without it nothing is resumed
  std::vector<std::filesystem::path> own;  // whatever else somebody keeps in such a folder stays
  for (const auto& entry : std::filesystem::directory_iterator(folder, failed))
    if (const std::filesystem::path& path = entry.path();
        path.extension() == row_end && path.filename().string().starts_with(row_begin))
      own.push_back(path);
  for (const auto& path : own) std::filesystem::remove(path, failed);
  std::filesystem::remove(folder, failed);  // unless something is left
}

}  // namespace unfurl::app
