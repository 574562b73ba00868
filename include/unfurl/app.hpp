/// The command line for a set of models: the built-in program, and a user's own `main` in one line:
///   int main(int argc, char** argv) { return unfurl::run(argc, argv, {my_task()}); }
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

namespace unfurl {

/// What the command line (or a run's checkpoint) says. Empty or negative fields stand for the task's defaults.
struct Settings {
  std::string algorithm;
  int layers = -1;
  std::string tying;
  int epochs = -1;
  std::uint64_t seed = 1;
  int threads = 0;
  std::filesystem::path data;  ///< folder or file; empty: the task makes its own
};

/// A figure of merit on held-out data.
struct Metric {
  std::string name;
  std::string unit;
  bool higher_is_better = true;
  double value = 0;
  std::vector<double>
      per_item;  ///< one value per test item, in a fixed order, for paired differences; may be empty
};

/// A system in a comparison.
struct Contender {
  std::string name;  ///< "untied", "tied", ...
  Network network;
  bool trained = true;
  Optimizer optimizer;  ///< null: the problem's
  int epochs = -1;      ///< negative: the settings'
  std::string note;     ///< shown below the table
};

/// A task with its data at hand, for one seed.
class Problem {
 public:
  virtual ~Problem() = default;
  virtual const Model& model() const = 0;
  virtual Loss loss() const = 0;
  virtual Optimizer optimizer() const = 0;
  virtual int batch() const = 0;
  virtual DataSource training() const = 0;
  /// A small set of samples for validation losses and gradient checks.
  virtual Dataset validation() const = 0;
  /// Metrics on held-out data; the first one decides. The same items in the same order every time.
  virtual std::vector<Metric> evaluate(const Network& network) const = 0;
  /// The network that `train` trains; by default unroll(model, algorithm, layers).tying(tying).
  virtual Network network(const Settings& settings) const;
  /// Rows of `compare`, in order. Differences are taken to the row "tied" with as many layers; a name may end in
  /// ", K=<layers>", which the table shows in a column of its own. By default: untrained, tied, one scalar per layer,
  /// untied at `settings.layers`, then baselines().
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
  virtual Settings defaults() const = 0;    ///< every field but seed, threads and data filled
  /// Loads or makes the data. Throws DataError.
  virtual std::unique_ptr<Problem> prepare(const Settings& settings) const = 0;
  /// The model alone, for `draw` and `enhance`, which unroll it as Problem::network does by default; without data where
  /// that is possible. By default prepare(settings)->model().
  virtual Model sketch(const Settings& settings) const;
  /// Whether `enhance` works with this task's networks.
  virtual bool enhances_audio() const { return false; }
  /// Enhances one mono signal at the rate the task wants (`audio_rate`). Throws ModelError unless enhances_audio().
  virtual std::vector<float> enhance(const Network& network, const std::vector<float>& signal) const;
  virtual int audio_rate() const { return 16000; }
};

/// Settings with the task's defaults in the empty fields.
Settings complete(const Task& task, Settings settings);

/// Runs the command line: results on stdout, progress and errors on stderr. Returns the exit status: 0, 1 for a check
/// that failed, 2 for a wrong command or input, 130 for a training stopped by Ctrl-C (its checkpoint is kept).
int run(int argc, const char* const* argv, const std::vector<std::shared_ptr<const Task>>& tasks);

}  // namespace unfurl
