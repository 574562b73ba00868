/// Trains every contender of a task for several seeds, on the same data with the same budget.
#pragma once

#include <optional>

#include "experiment/machine.hpp"
#include "unfurl/app.hpp"

namespace unfurl::app {

/// One contender with one seed.
struct ContenderRun {
  std::uint64_t seed = 0;
  std::vector<Metric> metrics;
  History history;            ///< empty when not trained; changes are those of unrolled networks
  double sample_seconds = 0;  ///< of inference, per sample in a large batch
};

/// Difference of the first metric to the reference; positive where this row is larger.
struct Difference {
  double mean = 0;
  std::optional<double> low, high;  ///< 95 % interval; absent when there is too little to estimate it from
  std::size_t count = 0;            ///< of pairs: test items (averaged over seeds), or seeds
  bool over_items = false;
};

/// A row of the comparison.
struct ComparedContender {
  std::string name;   ///< without the number of layers
  std::string label;  ///< the name, with the layers where the name alone is not unique
  std::string note;
  int layers = 0;       ///< 0 for conventional networks
  bool network = true;  ///< no: only measured
  bool trained = true;
  bool own_loss = false;       ///< trained with another loss than the problem's
  int epochs = 0;              ///< 0 when not trained
  std::size_t parameters = 0;  ///< that training changes
  std::vector<ContenderRun> runs;
  std::string failure;                   ///< where its numbers overflowed; empty when they did not
  std::optional<Difference> difference;  ///< absent for the reference itself, and without one

  std::vector<double> values(std::size_t metric) const;  ///< one per seed
  double train_seconds() const;                          ///< mean over seeds
  double sample_seconds() const;                         ///< shortest over seeds
};

struct Comparison {
  std::string task, summary, command;
  Settings settings;  ///< of the first seed and the first number of layers
  std::vector<int> layers;
  std::vector<std::uint64_t> seeds;
  Machine machine;
  std::vector<ComparedContender> rows;
  std::vector<std::string> failures;        ///< networks left out, and why
  std::string verdict;                      ///< whether untying helped
  std::string factor_graph, network_graph;  ///< DOT
  std::vector<Grouping> groupings;
  std::vector<Illustration> illustrations;
  bool interrupted = false;  ///< by Ctrl-C: of the rows and seeds only those that were done
};

struct ComparisonOptions {
  Settings settings;
  std::vector<int> layers;
  int seeds = 1;
  std::filesystem::path folder{};  ///< where illustrations put their files; empty: no illustrations
};

/// Trains and evaluates. Progress goes to stderr. Ctrl-C ends it after the epoch; what was done by then is returned.
Comparison compare(const Task& task, const ComparisonOptions& options);

/// Fills differences, labels and the verdict from the runs.
void conclude(Comparison& comparison);

/// The rows that differences are taken to: "tied", or "untied" where nothing is tied; empty where there are neither.
std::string reference_name(const Comparison& comparison);

/// The network with the best mean of the first metric; none where no number is finite.
std::optional<std::size_t> best_row(const Comparison& comparison);

}  // namespace unfurl::app
