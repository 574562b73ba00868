#include "experiment/settings_json.hpp"

#include <cstdint>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/output/output_file.hpp"

namespace unfurl::app {

using nlohmann::json;

namespace {

/// Counts what the values of a text take in memory, which may be sixty times their bytes, before any is made.
class Cost final : public nlohmann::json_sax<json> {
 public:
  explicit Cost(std::uint64_t most) : left_(most) {}
  bool too_high() const { return too_high_; }

  bool null() override { return pay(0); }
  bool boolean(bool) override { return pay(0); }
  bool number_integer(number_integer_t) override { return pay(0); }
  bool number_unsigned(number_unsigned_t) override { return pay(0); }
  bool number_float(number_float_t, const string_t&) override { return pay(0); }
  bool string(string_t& text) override { return pay(text.size()); }
  bool binary(binary_t& bytes) override { return pay(bytes.size()); }
  bool start_object(std::size_t) override { return pay(0); }
  bool key(string_t& text) override { return pay(text.size()); }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return pay(0); }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override { return false; }

 private:
  bool pay(std::uint64_t letters) {
    // At most: a vector or map and its first node, and what vectors and texts allocate anew as they grow.
    const std::uint64_t bytes = 160 + 8 * letters;
    too_high_ = bytes > left_;
    if (!too_high_) left_ -= bytes;
    return !too_high_;
  }
  std::uint64_t left_;
  bool too_high_ = false;
};

/// Parses a text or file, given twice, unless its values take more memory than twenty times its bytes and 64 MB.
template <class First, class Second>
json parse_within_limits(First&& first, Second&& second, std::uint64_t bytes) {
  Cost cost(20 * bytes + (std::uint64_t{64} << 20));
  (void)json::sax_parse(first, &cost);  // what is no JSON, the second pass says
  if (cost.too_high())
    throw DataError(detail::cat("the JSON has more values than ", bytes, " bytes should hold"), "",
                    "use a file that this program wrote");
  return json::parse(second);
}

}  // namespace

json to_json(const Settings& s) {
  json j = {{"algorithm", s.algorithm},
            {"layers", s.layers},
            {"tying", s.tying},
            {"epochs", s.epochs},
            {"curriculum", s.curriculum},
            {"near_tied", s.near_tied},
            {"l2", s.l2},
            {"average", s.average},
            {"seed", s.seed},
            {"options", s.options},
            {"data", s.data.empty() ? "" : std::filesystem::absolute(s.data).lexically_normal().string()}};
  if (!s.rate_schedule.empty()) j["rate_schedule"] = s.rate_schedule;
  if (s.patience > 0) j["patience"] = s.patience;
  if (s.slots > 0) j["slots"] = s.slots;
  return j;
}

Settings settings_from_json(const json& j) {
  const auto refuse = [&](const char* key, const std::string& wanted) {
    const json& value = j.at(key);
    throw DataError(detail::cat("the setting '", key, "' is ",
                                value.is_number() ? value.dump() : value.type_name(), ", not ", wanted),
                    "", "use a checkpoint that the command `train` wrote");
  };
  // Nothing is rounded or cut to fit: what is no such number is refused. The ranges are those of the options.
  const auto whole = [&](const char* key, std::uint64_t least, std::uint64_t most) {
    const json& value = j.at(key);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least ||
        value.get<std::uint64_t>() > most)
      refuse(key, detail::cat("a whole number from ", least, " to ", most));
    return value.get<std::uint64_t>();
  };
  const auto real = [&](const char* key, double most) {
    const json& value = j.at(key);
    if (!value.is_number() || !(value.get<double>() >= 0 && value.get<double>() <= most))
      refuse(key, detail::cat("a number from 0 to ", most));
    return value.get<double>();
  };
  Settings s;
  s.algorithm = j.at("algorithm").get<std::string>();
  s.layers = static_cast<int>(whole("layers", 0, 100000));
  s.tying = j.at("tying").get<std::string>();
  s.epochs = static_cast<int>(whole("epochs", 0, 1000000));
  // Older runs have none of these four.
  if (j.contains("curriculum")) s.curriculum = static_cast<int>(whole("curriculum", 1, 100000));
  if (j.contains("near_tied")) s.near_tied = real("near_tied", std::numeric_limits<double>::max());
  if (j.contains("l2")) s.l2 = real("l2", std::numeric_limits<double>::max());
  if (j.contains("average")) s.average = real("average", 1);
  if (j.contains("rate_schedule"))
    s.rate_schedule = RateSchedule::named(j.at("rate_schedule").get<std::string>()).text();
  if (j.contains("patience")) s.patience = static_cast<int>(whole("patience", 1, 1000000));
  if (j.contains("slots")) s.slots = static_cast<int>(whole("slots", 1, most_slots));
  s.seed = whole("seed", 0, std::numeric_limits<std::uint64_t>::max());
  s.data = j.at("data").get<std::string>();
  if (j.contains("options")) s.options = j.at("options").get<std::map<std::string, std::string>>();
  return s;
}

json to_json(const Metric& m) {
  json j = {{"name", m.name}, {"unit", m.unit}, {"higher_is_better", m.higher_is_better}, {"value", m.value}};
  if (!m.per_item.empty()) j["per_item"] = m.per_item;
  return j;
}

json to_json(const EpochRecord& r) {
  return {{"epoch", r.epoch},
          {"loss", r.loss},
          {"validation", r.validation ? json(*r.validation) : json()},
          {"seconds", r.seconds}};
}

json to_json(const ParameterChange& c) {
  return {{"parameter", c.name}, {"places", c.places}, {"relative_change", c.relative}};
}

EpochRecord epoch_from_json(const json& j) {
  EpochRecord r;
  r.epoch = j.at("epoch").get<int>();
  r.loss = j.at("loss").get<double>();
  if (!j.at("validation").is_null()) r.validation = j.at("validation").get<double>();
  r.seconds =
      j.at("seconds").is_null() ? std::numeric_limits<double>::quiet_NaN() : j.at("seconds").get<double>();
  return r;
}

std::string to_text(const Declaration& d) {
  const json j{{"task", d.task}, {"settings", to_json(d.settings)}};
  try {
    return j.dump();
  } catch (const json::type_error&) {  // what is read again cannot have other letters in their place
    throw DataError(
        "the path of the data, or a value of --set, is not UTF-8 and cannot be kept in a checkpoint",
        d.settings.data.string(), "give it another name, or a link to it");
  }
}

Declaration declaration_from_text(const std::string& text, const std::string& where) {
  try {
    const json j = parse_within_limits(text, text, text.size());
    return {j.at("task").get<std::string>(), settings_from_json(j.at("settings"))};
  } catch (const json::exception&) {
    throw DataError("the checkpoint does not say which model and settings made it", where,
                    "use a checkpoint that the command `train` wrote");
  } catch (const DataError& error) {  // of a setting, which does not know its file
    throw DataError(error.what_happened(), where, error.mend());
  }
}

json read_json(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw DataError("cannot read the file", path.string(), "check the path");
  std::error_code unknown;
  const auto size = std::filesystem::file_size(path, unknown);
  try {
    return parse_within_limits(std::ifstream(path), file, unknown ? 0 : size);
  } catch (const json::exception&) {
    throw DataError("the file is no JSON", path.string(), "delete it or restore it");
  } catch (const DataError& error) {
    throw DataError(error.what_happened(), path.string(), error.mend());
  }
}

void write_json(const std::filesystem::path& path, const json& j) {
  detail::write_file(path, j.dump(1, ' ', false, json::error_handler_t::replace) + "\n");
}

}  // namespace unfurl::app
