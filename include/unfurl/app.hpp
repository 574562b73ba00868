/// The command line for a set of models: the built-in program, and a user's own `main` in one line:
///   int main(int argc, char** argv) { return unfurl::run(argc, argv, {my_task()}); }
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "unfurl/audio_stream.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

namespace unfurl {

/// A choice that a task has beside those of all tasks: `--set name=value`. Its kind says what the value may be and what it
/// is unless the user says otherwise:
///   {"rank", Option::Whole{100, 1, 10000}, "atoms of each source"}
struct Option {
  /// A whole number from `least` to `most`.
  struct Whole {
    int value = 0, least = 0, most = 0;
  };
  /// A number from `least` to `most`.
  struct Number {
    double value = 0, least = 0, most = 0;
  };
  /// One of these words.
  struct Word {
    std::string value;
    std::vector<std::string> words;
  };
  /// "yes" or "no".
  struct Flag {
    bool value = false;
  };
  /// Which commands look at the option; each looks at those before it too, and refuses the others.
  enum class Scope {
    network,   ///< all that have a network: draw
    loss,      ///< those that have a loss: check
    training,  ///< those that train: train
    comparing  ///< compare alone
  };

  std::string name;
  std::variant<Whole, Number, Word, Flag> kind;
  std::string meaning;
  Scope scope = Scope::network;

  std::string standard() const;  ///< the value unless the user says otherwise
  std::string values() const;    ///< what it may be: "1 .. 10000", "no, yes"
  /// The value that a text says, as complete() writes it. Throws ModelError, with what it may be, for anything else.
  std::string read(const std::string& text) const;
};

/// What the command line (or a run's checkpoint) says. Empty or negative fields stand for the task's defaults.
struct Settings {
  std::string algorithm;
  int layers = -1;
  std::string tying;
  int epochs = -1;
  int curriculum = 1;    ///< stages of Trainer::curriculum
  double near_tied = 0;  ///< weight of Loss::near_tied
  double average = -1;   ///< Trainer::average
  std::uint64_t seed = 1;
  int threads = 0;
  std::filesystem::path data;                    ///< folder or file; empty: the task makes its own
  std::map<std::string, std::string> options{};  ///< values of the task's own choices

  /// The value of an option. Throw InternalError for one that is not there.
  std::string word(const std::string& option) const;
  double number(const std::string& option) const;
  int whole(const std::string& option) const;
  bool flag(const std::string& option) const;
};

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
  std::string name;                  ///< "untied", "tied", ...
  std::optional<Network> network{};  ///< none: only measured
  bool trained = true;
  Optimizer optimizer{};  ///< null: the problem's
  int epochs = -1;        ///< negative: the settings'
  std::string note{};     ///< shown below the table
  Loss loss{};            ///< empty: the problem's
  int curriculum = 1;     ///< stages of Trainer::curriculum
  /// The problem whose data, loss and metrics the row has, such as the same task with other options; null: the
  /// comparison's. Its test items are the same ones in the same order.
  std::shared_ptr<const Problem> problem{};
  /// Metrics of a system that is no network: the unprocessed input, an oracle.
  std::function<std::vector<Metric>()> measure{};
};

/// A way to put the test items into groups, for results by group: the noise of each recording, say.
struct Grouping {
  std::string name;
  std::vector<std::string> labels;  ///< one per test item, in the order of Metric::per_item
};

/// A network of a comparison, as it is after the training with the first seed.
struct Exhibit {
  std::string name;  ///< the contender's, without the number of layers
  int layers = 0;    ///< 0 for conventional networks
  Network network;
};

/// A picture of numbers on a grid, a sound, or both.
struct Panel {
  std::string name;
  int rows = 0, columns = 0;
  std::vector<float> values;  ///< [rows, columns], the top row first; empty: no picture
  std::filesystem::path
      file;  ///< relative to the report's folder: sounds get a player, others a link; may be empty
};

/// What a problem shows beside its numbers. The panels share one scale of colours, from their least to their largest value.
struct Illustration {
  std::string title, caption;
  std::string unit;               ///< of the values
  std::string across, upward;     ///< what the axes show; empty: an axis without numbers
  double length = 0, height = 0;  ///< where the axes end; they begin at 0, at the left and at the bottom
  std::vector<Panel> panels;
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
  /// Rows of `compare`, in order. Differences are taken to the row "tied" with as many layers; a name may end in
  /// ", K=<layers>", which the table shows in a column of its own. By default: untrained, tied, the
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
  virtual Settings defaults() const = 0;    ///< every field but seed, threads, data and options filled
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
  /// Whether `enhance` works with this task's networks.
  virtual bool enhances_audio() const { return false; }
  /// Enhances one channel at the rate the task wants (`audio_rate`); it keeps what it needs of the network. Throws
  /// ModelError unless enhances_audio().
  virtual std::unique_ptr<audio::Enhancer> enhancer(const Network& network, const Settings& settings) const;
  virtual int audio_rate() const { return 16000; }
};

/// Settings with the task's defaults in the empty fields. Throws ModelError for options that the task does not have, for
/// values that they cannot take, and where the task has no default.
Settings complete(const Task& task, Settings settings);

/// Runs the command line: results on stdout, progress and errors on stderr. Returns the exit status: 0, 1 for a check
/// that failed, 2 for a wrong command or input and for results that cannot be printed, 130 for a training stopped by Ctrl-C
/// (its checkpoint is kept), 141 where the results' reader was gone. Progress that cannot be printed changes nothing.
int run(int argc, const char* const* argv, const std::vector<std::shared_ptr<const Task>>& tasks);

/// For the start of a program's main: threads that wait for each other spin, and so keep the core from the one that prepares
/// the next data, which costs a tenth of the training. OpenMP's library learns only when it is loaded for how long to, hence
/// the program begins anew, once, unless GOMP_SPINCOUNT or OMP_WAIT_POLICY say what the user wants.
void let_threads_give_way(char** argv);

}  // namespace unfurl
