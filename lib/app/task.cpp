// What tasks and problems do unless they say otherwise.
#include "unfurl/app.hpp"

namespace unfurl {

using detail::cat;

Network Problem::network(const Settings& settings) const {
  return unroll(model(), algorithm_by_name(settings.algorithm), settings.layers)
      .tying(settings.tying)
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
  rows.push_back({"one scalar per layer", unrolled("scaled"), true, nullptr, -1, ""});
  rows.push_back({"untied", unrolled("untied"), true, nullptr, -1, ""});
  for (Contender& baseline : baselines(settings)) rows.push_back(std::move(baseline));
  return rows;
}

std::vector<Contender> Problem::baselines(const Settings&) const { return {}; }

Model Task::sketch(const Settings& settings) const { return prepare(settings)->model(); }

std::vector<float> Task::enhance(const Network&, const std::vector<float>&) const {
  throw ModelError(cat("'", name(), "' does not enhance audio"), "",
                   "override Task::enhances_audio and Task::enhance, or use another command");
}

Settings complete(const Task& task, Settings settings) {
  const Settings defaults = task.defaults();
  if (settings.algorithm.empty()) settings.algorithm = defaults.algorithm;
  if (settings.layers < 0) settings.layers = defaults.layers;
  if (settings.tying.empty()) settings.tying = defaults.tying;
  if (settings.epochs < 0) settings.epochs = defaults.epochs;
  if (settings.data.empty()) settings.data = defaults.data;
  return settings;
}

}  // namespace unfurl
