// What tasks and problems do unless they say otherwise.
#include <algorithm>

#include "unfurl/experiment.hpp"
#include "unfurl/extend/algorithm.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// Does a step that an option asks for. Whoever typed the option knows it by its name, and no line of the code that took it.
template <class Step>
auto asked_by(const std::string& option, const Step& step) {
  try {
    return step();
  } catch (const ScheduleError& error) {
    throw ScheduleError(error.what_happened(), option, error.mend());
  }
}

}  // namespace

AlgorithmPointer algorithm_for(const Model& model, const Settings& settings) {
  return asked_by(cat("--algorithm ", settings.algorithm), [&] {
    AlgorithmPointer algorithm = algorithm_by_name(settings.algorithm);
    algorithm->check(model);
    (void)algorithm->parameters(model);  // what it cannot begin with is no matter of the number of layers
    return algorithm;
  });
}

Schedule unrolled(const Model& model, const Settings& settings) {
  return unrolled(model, algorithm_for(model, settings), settings);
}

Schedule unrolled(const Model& model, const AlgorithmPointer& algorithm, const Settings& settings) {
  Schedule schedule =
      asked_by(cat("--layers ", settings.layers), [&] { return unroll(model, algorithm, settings.layers); });
  asked_by(cat("--tying ", settings.tying), [&] { schedule.tying(settings.tying); });
  return schedule;
}

Network Problem::network(const Settings& settings) const { return unrolled(model(), settings).compile(); }

std::vector<Contender> Problem::contenders(const Settings& settings) const {
  const auto tied_so = [&](const std::string& tying) {
    Settings s = settings;
    s.tying = tying;
    return network(s);
  };
  std::vector<Contender> rows;
  rows.push_back({.name = "untrained",
                  .network = tied_so("tied"),
                  .trained = false,
                  .note = "the plain algorithm",
                  .role = Role::untrained});
  rows.push_back({.name = "tied", .network = tied_so("tied"), .role = Role::tied});
  const auto& more = rows.back().network->unrolled().signature.on_request;
  if (likelihood().per_sample && std::find(more.begin(), more.end(), "log_partition") != more.end())
    rows.push_back({.name = "tied, maximum likelihood",
                    .network = rows.back().network,
                    .note = "the classical objective, with the algorithm's estimate of log Z",
                    .loss = likelihood()});
  rows.push_back({.name = "one scalar per layer", .network = tied_so("scaled"), .role = Role::scaled});
  rows.push_back({.name = "untied", .network = tied_so("untied"), .role = Role::untied});
  if (settings.from_tied)
    rows.push_back({.name = "untied, from the tied one",
                    .network = tied_so("untied"),
                    .note = "starts from the trained tied network; its training comes on top",
                    .loss = settings.near_tied > 0 ? loss().near_tied(settings.near_tied) : Loss{},
                    .start = "tied"});
  for (Contender& baseline : baselines(settings)) rows.push_back(std::move(baseline));
  return rows;
}

std::vector<Contender> Problem::baselines(const Settings&) const { return {}; }

std::vector<Illustration> Problem::illustrate(const std::vector<Exhibit>&,
                                              const std::filesystem::path&) const {
  return {};
}

Model Task::sketch(const Settings& settings) const { return prepare(settings)->model(); }

Network Task::sketch_network(const Settings& settings) const { return prepare(settings)->network(settings); }

Request::Request(Settings s)
    : algorithm(std::move(s.algorithm)),
      layers(s.layers),
      tying(std::move(s.tying)),
      epochs(s.epochs),
      curriculum(s.curriculum),
      near_tied(s.near_tied),
      l2(s.l2),
      from_tied(s.from_tied),
      average(s.average),
      rate_schedule(std::move(s.rate_schedule)),
      patience(s.patience),
      slots(s.slots),
      seed(s.seed),
      threads(s.threads),
      recompute_every(s.recompute_every),
      memory(s.memory),
      data(std::move(s.data)),
      options(std::move(s.options)) {
  if (algorithm->empty()) algorithm.reset();
  if (*layers < 1) layers.reset();
  if (tying->empty()) tying.reset();
}

Settings complete(const Task& task, const Request& request) {
  Settings settings = task.defaults();
  settings.options = request.options;
  std::vector<std::string> names;
  for (const Option& option : task.options()) {
    names.push_back(option.name);
    std::string& value = settings.options.emplace(option.name, option.standard()).first->second;
    value = option.read(value);
  }
  for (const auto& [name, value] : settings.options)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw ModelError(cat("'", task.name(), "' has no option '", name, "'"), cat("--set ", name, "=", value),
                       names.empty() ? "it has none: leave out --set" : detail::did_you_mean(name, names));
  const auto needs = [&](bool given, const char* field, const char* option) {
    if (!given)
      throw ModelError(cat("model '", task.name(), "' has no default for ", field),
                       cat("Task::defaults() of '", task.name(), "'"),
                       cat("set Settings::", field, " there, or give ", option));
  };
  needs(request.algorithm || !settings.algorithm.empty(), "algorithm", "--algorithm");
  needs(request.layers || settings.layers > 0, "layers", "--layers");
  needs(request.tying || !settings.tying.empty(), "tying", "--tying");
  needs(request.epochs || settings.epochs > 0, "epochs", "--epochs");
  const auto take = [](const auto& asked, auto& setting) {
    if (asked) setting = *asked;
  };
  take(request.algorithm, settings.algorithm);
  take(request.layers, settings.layers);
  take(request.tying, settings.tying);
  take(request.epochs, settings.epochs);
  take(request.curriculum, settings.curriculum);
  take(request.near_tied, settings.near_tied);
  take(request.l2, settings.l2);
  take(request.average, settings.average);
  take(request.rate_schedule, settings.rate_schedule);
  take(request.patience, settings.patience);
  take(request.slots, settings.slots);
  take(request.seed, settings.seed);
  take(request.threads, settings.threads);
  take(request.recompute_every, settings.recompute_every);
  take(request.memory, settings.memory);
  take(request.data, settings.data);
  settings.from_tied = settings.from_tied || request.from_tied;
  return settings;
}

}  // namespace unfurl
