/// Trains every contender of a task for several seeds, on the same data with the same budget.
#pragma once

#include <optional>

#include "experiment/machine.hpp"
#include "unfurl/experiment.hpp"

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
  std::string name;
  Role role = Role::other;
  std::string label;  ///< the name, with the layers where the name alone is not unique
  std::string note;
  int layers = 0;       ///< 0 for conventional networks
  bool network = true;  ///< no: only measured
  bool trained = true;
  bool own_loss = false;       ///< trained with another loss than the problem's
  int epochs = 0;              ///< 0 when not trained
  std::size_t parameters = 0;  ///< that training changes
  double multiply_adds = 0;    ///< of inference, per sample
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
  std::vector<std::string> failures;  ///< networks left out, and why
  std::string verdict;                ///< whether untying helped
  std::optional<Model> model;         ///< of the first seed
  std::optional<Network> untied;      ///< the first one, for drawings
  std::vector<Grouping> groupings;
  std::vector<Illustration> illustrations;
  bool interrupted = false;  ///< by the observer: of the rows and seeds only those that were done
};

struct ComparisonOptions {
  Settings settings;
  std::vector<int> layers;
  int seeds = 1;
  std::filesystem::path folder{};  ///< where illustrations put their files; empty: no illustrations
  /// Processes that share every training, Trainer::ranks; null: one alone. All evaluate, and come to the same comparison but for
  /// what only rank 0 measures, seconds of inference.
  Ranks* ranks = nullptr;
  /// Goes on with what another comparison of these settings left in `folder` when it was stopped.
  bool resume = false;
};

/// Who follows a comparison while it runs: a progress line, say. What it throws ends the comparison.
class ComparisonObserver {
 public:
  virtual ~ComparisonObserver() = default;
  /// A row's turn begins; `label` names seed and row, `epochs` is 0 where nothing is trained.
  virtual void begin(const std::string& label, int epochs) = 0;
  virtual void batch(int epoch, double share, double loss) = 0;
  virtual void epoch(const EpochRecord& record) = 0;
  /// The turn ends, with these metrics unless it was stopped.
  virtual void end(const std::vector<Metric>& metrics) = 0;
  /// Whether to end after this epoch. Asked from the first turn on, when there is something to keep.
  virtual bool stop() = 0;
};

/// Trains and evaluates. Every row that is done is kept in `folder`, where there is one, until forget_rows(): a comparison that was
/// stopped, in whatever way, goes on there to the same numbers; the row in which it was stopped begins anew. Throws DataError
/// where there is nothing to resume, or of other settings. When the observer stops it, what was done by then is returned.
Comparison compare(const Task& task, const ComparisonOptions& options, ComparisonObserver& observer);

/// Throws ModelError where there is nothing to compare, or two rows have one name and as many layers.
void check_contenders(const std::vector<Contender>& contenders);
/// Throws ModelError where the metrics of a row have other names than those of the first row, whose columns they go into.
void check_metrics(const std::vector<Metric>& metrics, const ComparedContender& row,
                   const ComparedContender& first);
/// Throws ModelError for a grouping that has not one label for each of the metrics' items.
void check_groupings(const std::vector<Grouping>& groupings, const std::vector<Metric>& metrics);
/// Throws ModelError for panels with another number of values than places, for curves whose numbers do not go together, and for files that are missing from
/// `folder` or outside of it.
void check_illustrations(const std::vector<Illustration>& illustrations, const std::filesystem::path& folder);

/// The problem's illustrations of these networks, checked; or among the failures why there are none: numbers that took hours are
/// not lost for a picture.
void illustrate(const Problem& problem, const std::vector<Exhibit>& exhibits,
                const std::filesystem::path& folder, Comparison& comparison);

/// Fills differences, labels and the verdict from the runs.
void conclude(Comparison& comparison);

/// A row that differences are taken to: a tied one, or an untied one where nothing is tied; null where there are neither.
const ComparedContender* reference(const Comparison& comparison);

/// The network with the best mean of the first metric; none where no number is finite.
std::optional<std::size_t> best_row(const Comparison& comparison);

}  // namespace unfurl::app
