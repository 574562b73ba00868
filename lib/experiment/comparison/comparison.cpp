// The training loop of a comparison.
#include "experiment/comparison/comparison.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "core/statistics.hpp"
#include "experiment/comparison/kept_rows.hpp"
#include "experiment/comparison/start_from.hpp"
#include "experiment/number_text.hpp"
#include "train/together.hpp"
#include "unfurl/cost.hpp"

namespace unfurl::app {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Time of inference per sample: the shortest of several runs, since other work on the machine only ever adds.
double time_inference(const Network& network, const Dataset& data) {
  Runner runner = network.runner();
  (void)runner.run(data);  // warms up
  double shortest = std::numeric_limits<double>::infinity(), total = 0;
  for (int runs = 0; runs < 5 || (total < 0.2 && runs < 200); ++runs) {
    const auto start = Clock::now();
    (void)runner.run(data);
    const double seconds = seconds_since(start);
    shortest = std::min(shortest, seconds);
    total += seconds;
  }
  return shortest / std::max(1, data.samples());
}

/// A problem for one seed, with what every contender shares.
struct Arena {
  const Problem& shared;
  Settings settings;
  Dataset shared_validation;
  std::vector<Grouping> groupings;
  Ranks* ranks = nullptr;

  /// With a history that is interrupted, and without metrics, where the observer stopped it before the end.
  ContenderRun run(Contender& contender, int epochs, ComparisonObserver& observer) const {
    ContenderRun run;
    run.seed = settings.seed;
    if (!contender.network) {
      if (!contender.measure)
        throw ModelError(fmt::format("contender '{}' has neither a network nor measures", contender.name), "",
                         "set Contender::network, or Contender::measure for what is no network");
      run.metrics = contender.measure();
      check_groupings(groupings, run.metrics);
      return run;
    }
    const Problem& problem = contender.problem ? *contender.problem : shared;
    const Dataset validation = contender.problem ? problem.validation() : shared_validation;
    Network& network = *contender.network;
    network.threads(settings.threads);
    if (settings.recompute_every > 0) network.recompute_every(settings.recompute_every);
    if (contender.trained) {
      Trainer trainer;
      trainer.loss = contender.loss.per_sample ? contender.loss : problem.loss();
      if (settings.l2 > 0) trainer.loss = trainer.loss.near_zero(settings.l2);
      trainer.curriculum = contender.curriculum;
      trainer.keep_best = contender.keep_best;
      trainer.average = contender.average.value_or(settings.average);
      if (!settings.rate_schedule.empty())
        trainer.rate_schedule = RateSchedule::named(settings.rate_schedule);
      trainer.optimizer = contender.optimizer ? contender.optimizer : problem.optimizer();
      trainer.epochs = epochs;
      trainer.batch = problem.batch();
      trainer.seed = settings.seed;
      if (settings.memory > 0) trainer.memory = settings.memory;
      trainer.validation = validation;
      trainer.patience = settings.patience;
      trainer.slots = settings.slots;
      trainer.ranks = std::shared_ptr<Ranks>(std::shared_ptr<void>(), ranks);
      trainer.on_batch = [&](int epoch, double share, double loss) { observer.batch(epoch, share, loss); };
      trainer.on_epoch = [&](const EpochRecord& record) {
        observer.epoch(record);
        return !observer.stop();
      };
      run.history = trainer.fit(network, problem.training());
      if (run.history.interrupted) return run;
      if (!network.unrolled().made_by.model) run.history.changes.clear();
    }
    run.metrics = problem.evaluate(network);
    if (run.metrics.empty())
      throw ModelError("the problem has no metric to compare by", "",
                       "let Problem::evaluate return at least one");
    check_groupings(groupings, run.metrics);
    if (!ranks || ranks->rank() == 0) run.sample_seconds = time_inference(network, validation);
    return run;
  }
};

/// What is known of a row before its first run.
ComparedContender describe(const Contender& contender, int epochs) {
  ComparedContender row;
  row.layers =
      contender.network && contender.network->unrolled().made_by.model ? contender.network->layers() : 0;
  row.name = contender.name;
  row.role = contender.role;
  row.note = contender.note;
  row.network = contender.network.has_value();
  row.trained = contender.network && contender.trained;
  row.own_loss = static_cast<bool>(contender.loss.per_sample);
  row.epochs = row.trained ? epochs : 0;
  row.parameters = row.trained ? contender.network->trained_count() : 0;
  row.multiply_adds = contender.network ? multiply_adds(*contender.network) : 0;
  return row;
}

/// Whether the other rows are still worth having after an error in one: a training that diverges is its own affair; data and
/// schedules that do not work may be every row's, unless some are trained already.
bool leaves_others(const Error& error, const std::vector<ComparedContender>& rows) {
  if (dynamic_cast<const NumericalError*>(&error)) return true;
  if (!dynamic_cast<const DataError*>(&error) && !dynamic_cast<const ScheduleError*>(&error)) return false;
  return std::any_of(rows.begin(), rows.end(),
                     [](const ComparedContender& row) { return row.trained && !row.runs.empty(); });
}

ComparedContender& find_or_add(std::vector<ComparedContender>& rows, ComparedContender fresh) {
  for (ComparedContender& row : rows)
    if (row.name == fresh.name && row.layers == fresh.layers) return row;
  return rows.emplace_back(std::move(fresh));
}

/// What Ctrl-C cost: the row that was being trained, if any, and those that were not begun.
std::string what_is_missing(const std::string& cut, const std::vector<std::string>& not_begun,
                            const std::vector<int>& depths_not_begun) {
  std::string rest = fmt::format("{}", fmt::join(not_begun, ", "));
  for (const int layers : depths_not_begun)
    rest += fmt::format("{}all with K={}", rest.empty() ? "" : ", ", layers);
  std::string text = "stopped early, by Ctrl-C";
  if (!cut.empty()) text += ": left out is " + cut;
  if (!rest.empty()) text += (cut.empty() ? ": not begun are " : "; not begun are ") + rest;
  return text;
}

/// A seed that was interrupted does not count, but the first: then rows count that were done.
void leave_out_unfinished(Comparison& comparison, std::string missing) {
  const std::uint64_t last = comparison.seeds.back();
  if (comparison.seeds.size() > 1)
    missing = fmt::format("stopped early, by Ctrl-C: left out is seed {}", last);
  comparison.failures.push_back(std::move(missing));
  if (comparison.seeds.size() > 1) {
    comparison.seeds.pop_back();
    for (ComparedContender& row : comparison.rows)
      std::erase_if(row.runs, [&](const ContenderRun& run) { return run.seed == last; });
  }
  std::erase_if(comparison.rows,
                [](const ComparedContender& row) { return row.runs.empty() && row.failure.empty(); });
}

/// A row counts with every seed or not at all.
void leave_out_failures(Comparison& comparison) {
  for (const ComparedContender& row : comparison.rows)
    if (!row.failure.empty())
      comparison.failures.push_back(fmt::format("{}{}: left out, {}", row.name,
                                                row.layers > 0 ? fmt::format(", K={}", row.layers) : "",
                                                row.failure));
  std::erase_if(comparison.rows, [](const ComparedContender& row) { return !row.failure.empty(); });
  if (comparison.rows.empty())
    throw NumericalError(
        "no network of the comparison ended with finite numbers: " + comparison.failures.front(), "",
        "lower the learning rates, or look for extreme values in the data");
}

}  // namespace

std::vector<double> ComparedContender::values(std::size_t metric) const {
  std::vector<double> values;
  for (const ContenderRun& run : runs)
    if (metric < run.metrics.size()) values.push_back(run.metrics[metric].value);
  return values;
}

double ComparedContender::train_seconds() const {
  std::vector<double> seconds;
  for (const ContenderRun& run : runs) seconds.push_back(run.history.seconds);
  return detail::mean(seconds);
}

double ComparedContender::sample_seconds() const {
  double shortest = std::numeric_limits<double>::infinity();
  for (const ContenderRun& run : runs) shortest = std::min(shortest, run.sample_seconds);
  return shortest;
}

Comparison compare(const Task& task, const ComparisonOptions& options, ComparisonObserver& observer) {
  Comparison comparison;
  comparison.task = task.name();
  comparison.summary = task.summary();
  comparison.settings = options.settings;
  comparison.layers = options.layers;
  comparison.machine = this_machine(options.settings.threads);

  std::optional<KeptRows> kept;
  if (!options.folder.empty()) kept.emplace(task.name(), options);
  std::string missing;
  for (int s = 0; s < options.seeds && !comparison.interrupted; ++s) {
    Settings settings = options.settings;
    settings.seed += static_cast<std::uint64_t>(s);
    comparison.seeds.push_back(settings.seed);
    const auto problem = task.prepare(settings);
    const Arena arena{*problem, settings, problem->validation(), problem->groupings(), options.ranks};
    std::vector<Exhibit> exhibits;
    for (const int layers : options.layers) {
      settings.layers = layers;
      std::vector<Contender> contenders = problem->contenders(settings);
      check_contenders(contenders);
      const auto several = [&](const std::string& name) {
        return options.layers.size() > 1 ||
               std::count_if(contenders.begin(), contenders.end(),
                             [&](const Contender& other) { return other.name == name; }) > 1;
      };
      const auto stop = [&](std::size_t not_begun, const std::string& cut) {
        std::vector<std::string> names;
        for (; not_begun < contenders.size(); ++not_begun)
          names.push_back(fmt::format("'{}'", contenders[not_begun].name));
        const auto depth = std::find(options.layers.begin(), options.layers.end(), layers);
        missing = what_is_missing(cut, names, {depth + 1, options.layers.end()});
        comparison.interrupted = true;
      };
      for (std::size_t c = 0; c < contenders.size(); ++c) {
        Contender& contender = contenders[c];
        const int epochs = contender.epochs.value_or(settings.epochs);
        ComparedContender& row = find_or_add(comparison.rows, describe(contender, epochs));
        if (!row.failure.empty()) continue;
        if (!row.runs.empty() && row.runs.back().seed == settings.seed) continue;  // for fewer layers already
        const std::string label = fmt::format(
            "[seed {}/{}, {}/{}] {}  ", s + 1, options.seeds, c + 1, contenders.size(),
            row.layers > 0 && several(row.name) ? fmt::format("{}, K={}", row.name, row.layers) : row.name);
        const RowPlace place{settings.seed, layers, c};
        ContenderRun run;
        const bool was_done =
            kept && kept->take(place, contender, run);  // a damaged file is nobody's failure
        try {
          if (!together::all_go_on(options.ranks, [&] { return !observer.stop(); })) {
            stop(c, "");
            break;
          }
          if (was_done) {
            observer.begin("kept: " + label, 0);
          } else {
            start_from_row(contender, contenders, comparison);
            observer.begin(label, row.trained ? epochs : 0);
            run = arena.run(contender, epochs, observer);
          }
          observer.end(run.metrics);
          if (run.history.interrupted) {
            stop(c + 1, fmt::format("'{}', after epoch {} of {}", contender.name, run.history.epochs.size(),
                                    epochs));
            break;
          }
          check_metrics(run.metrics, row, comparison.rows.front());
          row.runs.push_back(std::move(run));
        } catch (const Error& error) {
          if (!leaves_others(error, comparison.rows)) throw;
          row.failure = fmt::format("with seed {}: {}", settings.seed, error.what());
          continue;
        }
        if (kept && !was_done) kept->keep(place, contender, row.runs.back());
        if (!contender.network) continue;
        if (s == 0 && !options.folder.empty())
          exhibits.push_back(
              {row.name, row.role, row.layers, *contender.network, contender.problem != nullptr});
        if (row.role == Role::untied && !comparison.untied) comparison.untied = *contender.network;
      }
      if (comparison.interrupted) break;
    }
    if (s > 0) continue;
    comparison.model = problem->model();
    comparison.groupings = arena.groupings;
    if (!options.folder.empty()) illustrate(*problem, exhibits, options.folder, comparison);
  }
  if (comparison.interrupted) {
    leave_out_unfinished(comparison, std::move(missing));
    if (comparison.rows.empty()) return comparison;
  }
  if (options.layers.size() >
      1)  // conventional networks, which came with the first depth, go below all depths
    std::stable_partition(comparison.rows.begin(), comparison.rows.end(),
                          [](const ComparedContender& row) { return row.layers > 0; });
  leave_out_failures(comparison);
  conclude(comparison);
  return comparison;
}

}  // namespace unfurl::app
