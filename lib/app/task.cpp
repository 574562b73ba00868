// What tasks and problems do unless they say otherwise.
#include <algorithm>

#include "unfurl/app.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace unfurl {

using detail::cat;

Network Problem::network(const Settings& settings) const {
  return unroll(model(), algorithm_by_name(settings.algorithm), settings.layers, {})  // no line of a user's
      .tying(settings.tying, {})
      .compile();
}

std::vector<Contender> Problem::contenders(const Settings& settings) const {
  const auto unrolled = [&](const std::string& tying) {
    Settings s = settings;
    s.tying = tying;
    return network(s);
  };
  std::vector<Contender> rows;
  rows.push_back({"untrained", unrolled("tied"), false, nullptr, -1, "the plain algorithm"});
  rows.push_back({"tied", unrolled("tied"), true, nullptr, -1, ""});
  const auto& more = rows.back().network->unrolled().on_request;
  if (likelihood().per_sample && std::find(more.begin(), more.end(), "log_partition") != more.end())
    rows.push_back({"tied, maximum likelihood", rows.back().network, true, nullptr, -1,
                    "the classical objective, with the algorithm's estimate of log Z", likelihood()});
  rows.push_back({"one scalar per layer", unrolled("scaled"), true, nullptr, -1, ""});
  rows.push_back({"untied", unrolled("untied"), true, nullptr, -1, ""});
  for (Contender& baseline : baselines(settings)) rows.push_back(std::move(baseline));
  return rows;
}

std::vector<Contender> Problem::baselines(const Settings&) const { return {}; }

std::vector<Illustration> Problem::illustrate(const std::vector<Exhibit>&,
                                              const std::filesystem::path&) const {
  return {};
}

Model Task::sketch(const Settings& settings) const { return prepare(settings)->model(); }

Network Task::sketch_network(const Settings& settings) const {
  return unroll(sketch(settings), algorithm_by_name(settings.algorithm), settings.layers, {})
      .tying(settings.tying, {})
      .compile();
}

std::unique_ptr<audio::Enhancer> Task::enhancer(const Network&, const Settings&) const {
  throw ModelError(cat("'", name(), "' does not enhance audio"), "",
                   "override Task::enhances_audio and Task::enhancer, or use another command");
}

namespace {

/// Throws ModelError when an option cannot have the value.
void check_option(const std::string& task, const Option& option, const std::string& value) {
  const auto refuse = [&](const std::string& mend) {
    throw ModelError(cat("option '", option.name, "' of '", task, "' cannot be '", value, "'"), "", mend);
  };
  if (!option.words.empty()) {
    if (std::find(option.words.begin(), option.words.end(), value) == option.words.end())
      refuse(detail::did_you_mean(value, option.words));
    return;
  }
  double number = 0;
  const char* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  const bool whole = option.value.find('.') == std::string::npos;
  if (error != std::errc() || stop != end || !(number >= option.least && number <= option.most) ||
      (whole && number != std::floor(number)))
    refuse(cat("a ", whole ? "whole " : "", "number from ", option.least, " to ", option.most));
}

}  // namespace

std::string Settings::word(const std::string& option) const {
  const auto found = options.find(option);
  if (found == options.end()) throw InternalError(cat("there is no option '", option, "'"));
  return found->second;
}
double Settings::number(const std::string& option) const {
  const std::string text = word(option);
  double number = 0;
  const auto [stop, error] =
      std::from_chars(text.data(), text.data() + text.size(), number);  // in every locale
  if (error != std::errc() || stop != text.data() + text.size())
    throw InternalError(cat("option '", option, "' is no number, but '", text, "'"));
  return number;
}
int Settings::whole(const std::string& option) const { return static_cast<int>(number(option)); }

Settings complete(const Task& task, Settings settings) {
  const Settings defaults = task.defaults();
  std::vector<std::string> names;
  for (const Option& option : task.options()) {
    names.push_back(option.name);
    check_option(task.name(), option, settings.options.emplace(option.name, option.value).first->second);
  }
  for (const auto& [name, value] : settings.options)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw ModelError(cat("'", task.name(), "' has no option '", name, "'"), "",
                       names.empty() ? "leave out --set" : detail::did_you_mean(name, names));
  if (settings.algorithm.empty()) settings.algorithm = defaults.algorithm;
  if (settings.layers < 0) settings.layers = defaults.layers;
  if (settings.tying.empty()) settings.tying = defaults.tying;
  if (settings.epochs < 0) settings.epochs = defaults.epochs;
  if (settings.average < 0) settings.average = std::max(0.0, defaults.average);
  if (settings.data.empty()) settings.data = defaults.data;
  return settings;
}

}  // namespace unfurl
