/// Tasks: a model with its data, what is measured, and the systems that are compared on it.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "unfurl/exhibit.hpp"
#include "unfurl/options.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

namespace unfurl {

/// The algorithm that the settings name. Throws ScheduleError, which names `--algorithm`, for one that is not there or cannot
/// serve the model.
AlgorithmPointer algorithm_for(const Model& model, const Settings& settings);

/// The model unrolled as the settings say: algorithm, layers, tying. Errors name the options. The second takes an algorithm
/// with parameters of its own instead of the plain one of the name.
Schedule unrolled(const Model& model, const Settings& settings);
Schedule unrolled(const Model& model, const AlgorithmPointer& algorithm, const Settings& settings);

/// A figure of merit on held-out data.
struct Metric {
  std::string name;
  std::string unit;
  bool higher_is_better = true;
  double value = 0;
  std::vector<double>
      per_item;  ///< one value per test item, in a fixed order, for paired differences; may be empty
};

class Problem;

/// A system in a comparison.
struct Contender {
  std::string name;  ///< what the table calls it; the number of layers has a column of its own
  std::optional<Network> network{};  ///< none: only measured
  bool trained = true;
  Optimizer optimizer{};            ///< null: the problem's
  std::optional<int> epochs{};      ///< absent: the settings'
  std::string note{};               ///< shown below the table
  Loss loss{};                      ///< empty: the problem's
  int curriculum = 1;               ///< stages of Trainer::curriculum
  std::optional<double> average{};  ///< Trainer::average; absent: the settings'
  bool keep_best = false;           ///< Trainer::keep_best
  /// The name of a row above, with as many layers, from whose parameters it starts as they are after training; copies of
  /// one parameter all start from that one. Empty: from its own.
  std::string start{};
  Role role = Role::other;
  /// The problem whose data, loss and metrics the row has, such as the same task with other options; null: the
  /// comparison's. Its test items are the same ones in the same order.
  std::shared_ptr<const Problem> problem{};
  /// Metrics of a system that is no network: the unprocessed input, an oracle.
  std::function<std::vector<Metric>()> measure{};
};

/// Rows of one network whose layers reach a fixed point, such as many damped iterations: untrained, trained by the gradient
/// through the last `through` layers, and by that of the fixed point, with `adjoint` iterations. Neither needs more memory
/// for more layers. Notes say how much the last iteration still changes a result on the data: before the fixed point these
/// gradients are those of something else. Throws ScheduleError as Schedule::through_last and Schedule::implicit.
std::vector<Contender> at_convergence(const Schedule& schedule, const Dataset& data, int through,
                                      int adjoint);

/// A way to put the test items into groups, for results by group: the noise of each recording, say.
struct Grouping {
  std::string name;
  std::vector<std::string> labels;  ///< one per test item, in the order of Metric::per_item
};

/// A task with its data at hand, for one seed.
class Problem {
 public:
  virtual ~Problem() = default;
  virtual const Model& model() const = 0;
  virtual Loss loss() const = 0;
  /// The loss of the classical row "tied, maximum likelihood"; empty, as by default: no such row.
  virtual Loss likelihood() const { return {}; }
  virtual Optimizer optimizer() const = 0;
  virtual int batch() const = 0;
  virtual DataSource training() const = 0;
  /// A small set of samples for validation losses and gradient checks.
  virtual Dataset validation() const = 0;
  /// Metrics on held-out data; the first one decides. The same items in the same order every time.
  virtual std::vector<Metric> evaluate(const Network& network) const = 0;
  /// Groups of the test items, for which `compare` reports the metrics that have values per item. By default none.
  virtual std::vector<Grouping> groupings() const { return {}; }
  /// Pictures and sounds for the report of `compare`; files go to `folder`, which exists and holds the report. By default
  /// none.
  virtual std::vector<Illustration> illustrate(const std::vector<Exhibit>& networks,
                                               const std::filesystem::path& folder) const;
  /// The network that `train` trains; by default unrolled(model, settings).
  virtual Network network(const Settings& settings) const;
  /// Rows of `compare`, in order. Differences are taken to the tied row with as many layers. By default: untrained, tied, the
  /// same with the likelihood where the algorithm estimates log Z, one scalar per layer, untied at `settings.layers`,
  /// then baselines().
  virtual std::vector<Contender> contenders(const Settings& settings) const;
  /// Conventional networks (and other systems) for the default comparison.
  virtual std::vector<Contender> baselines(const Settings& settings) const;
};

/// A named model with its data, as listed by `unfurl list`.
class Task {
 public:
  virtual ~Task() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;  ///< one line
  virtual Settings defaults() const = 0;    ///< with an algorithm, layers, tying and epochs
  virtual std::vector<Option> options() const { return {}; }
  /// What `--data` names, such as "a folder of recordings"; empty, as by default: there is no such option.
  virtual std::string data() const { return {}; }
  /// Loads or makes the data. Throws DataError.
  virtual std::unique_ptr<Problem> prepare(const Settings& settings) const = 0;
  /// The model alone, for `draw` and `enhance`; without data where that is possible. By default prepare(settings)->model().
  virtual Model sketch(const Settings& settings) const;
  /// The network that Problem::network makes, for `draw` and `enhance`; the values of its parameters do not matter. By
  /// default that of prepare(settings); override it where preparing takes long, with the same unrolling of the sketch.
  virtual Network sketch_network(const Settings& settings) const;
};

/// What is asked for, and the task's defaults for all else. Throws ModelError for options that the task does not have, for
/// values that they cannot take, and where the task has no default.
Settings complete(const Task& task, const Request& request);

}  // namespace unfurl
