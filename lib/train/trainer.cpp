// The training loop.
#include <omp.h>

#include <chrono>
#include <cmath>
#include <tuple>

#include "store/network_text.hpp"
#include "train/checks.hpp"
#include "train/history.hpp"
#include "train/losses/evaluation.hpp"
#include "train/parameter_average.hpp"
#include "train/resume.hpp"
#include "train/stages.hpp"
#include "train/steps.hpp"
#include "train/together.hpp"

namespace unfurl {

namespace {

using detail::cat;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One call of Trainer::fit in one precision.
template <class T>
class Session {
 public:
  Session(const Trainer& options, Network& network)
      : options_(options),
        network_(network),
        ranks_(options.ranks.get()),
        threads_(network.threads() > 0 ? network.threads() : omp_get_max_threads()) {}

  History fit(const DataSource& source) {
    History history;
    const std::vector<Parameter> before = network_.parameters();
    together::check_training(ranks_, cat(describe(options_), options_.epochs, options_.batch, options_.seed),
                             network_);
    int epoch = options_.resume ? resume() : 0;
    if (!steps_) enter(stage_of(0, options_, network_));
    std::optional<Evaluation<T>> validation;
    if (options_.validation) {
      check_validation(network_, options_);
      together::check_data(ranks_, *options_.validation);
      Loss loss = options_.loss;
      loss.zero_weight = 0;
      validation.emplace(network_, loss, ranks_);
    }
    together::Loads loads(ranks_, source, options_.epochs);
    std::vector<Parameter> best;
    double best_loss = std::numeric_limits<double>::infinity();
    if (validation && options_.keep_best) {
      best_loss = validation->mean(*options_.validation);
      best = network_.parameters();
    }
    for (; epoch < options_.epochs && !is_patience_at_end(all_epochs_, options_.patience); ++epoch) {
      if (epoch >= stage_.end) enter(stage_of(epoch, options_, network_));
      EpochRecord record = train_epoch(loads, source.parts, epoch);
      write_back();
      together::check_parameters(ranks_, network_);
      if (options_.validation) {
        record.validation = validation->mean(*options_.validation);
        if (options_.keep_best && *record.validation < best_loss) {
          best_loss = *record.validation;
          best = network_.parameters();
        }
      }
      history.epochs.push_back(record);
      history.seconds += record.seconds;
      all_epochs_.push_back(record);
      // Before the callback, which may throw: what is trained is kept whatever becomes of its report.
      const bool due = epoch + 1 == options_.epochs ||
                       (epoch + 1) % std::max(1, options_.checkpoint_every) == 0 ||
                       is_patience_at_end(all_epochs_, options_.patience);
      if (due) write(epoch + 1);
      if (!together::all_go_on(ranks_, [&] { return !options_.on_epoch || options_.on_epoch(record); })) {
        if (!due) write(epoch + 1);
        history.interrupted = true;
        break;
      }
    }
    if (!best.empty()) network_.parameters() = best;
    history.changes = changes(before, network_.parameters());
    std::tie(history.memory, history.memory_of_values) = steps_->memory();
    return history;
  }

 private:
  /// Makes ready to train the stage from the network's parameters.
  void enter(const Stage& stage) {
    stage_ = stage;
    checked_.reset();
    const OptimizerRule& rule = *options_.optimizer;
    std::optional<typename Steps<T>::Limit> limit;
    if (options_.memory) limit = {*options_.memory, options_.batch};
    steps_.emplace(network_, options_.loss, rule, stage.layers, threads_, limit,
                   Sharing{options_.slots, ranks_});
    steps_done_ = 0;
    check_trained(network_, steps_->own(), rule);
    average_.reset(steps_->store().updates());
  }

  EpochRecord train_epoch(together::Loads& loads, int parts, int epoch) {
    EpochRecord record;
    record.epoch = epoch + 1;
    double sum = 0, samples = 0;
    norms_ = 0, steps_of_epoch_ = 0;
    for (int part = 0; part < parts; ++part) {
      const auto known = checked_.lock();
      const auto data = loads.load(epoch, part, known.get());
      if (data != known) steps_->prepare(*data, options_.batch);
      checked_ = data;
      const auto started = Clock::now();
      sum += train_part(*data, epoch, part, parts);
      samples += data->samples();
      record.seconds += seconds_since(started);
    }
    record.loss = sum / samples;
    record.rate = rate_;
    if (options_.gradient_norms) record.gradient_norm = norms_ / std::max(1, steps_of_epoch_);
    if (!moved_)
      throw ScheduleError(
          cat("epoch ", epoch + 1, " trained nothing: the gradient of every parameter is 0 in every batch"),
          "", "look for labels of weight 0 and losses that do not depend on the results");
    return record;
  }

  /// The sum of the samples' losses.
  double train_part(const Dataset& data, int epoch, int part, int parts) {
    const Batches batches(data, options_.batch,
                          Random(options_.seed * 0x9e3779b97f4a7c15ULL +
                                 static_cast<std::uint64_t>(std::int64_t{epoch} * parts + part) + 1));
    const int steps = static_cast<int>(batches.size());
    const auto share = [&](int step) {
      return (part + static_cast<double>(step) / steps) / parts;
    };  // of the epoch
    double sum = 0;
    for (int s = 0; s < steps; ++s) {
      const std::vector<Piece>& step = batches[static_cast<std::size_t>(s)];
      const double progress = (epoch - stage_.first + share(s)) / (stage_.end - stage_.first);
      const double loss = train_step(step, progress);
      sum += loss * samples_of(step);
      if (progress >= 1 - options_.average)
        average_.add(steps_->store().updates());
      else
        average_.forget();
      if (options_.on_batch) options_.on_batch(epoch + 1, share(s + 1), loss);
    }
    return sum;
  }

  double train_step(const std::vector<Piece>& step, double progress) {
    double loss = 0;
    try {
      loss = steps_->run(step);
    } catch (const NumericalError& error) {
      steps_->store().write_back(network_.parameters());  // the last good values
      throw NumericalError(error.what_happened(), error.where(),
                           cat(error.mend(), "; in training, a smaller learning rate often helps"));
    } catch (...) {
      steps_->store().write_back(network_.parameters());
      throw;
    }
    std::vector<Update<T>>& updates = steps_->store().updates();
    for (const Update<T>& u : updates) moved_ = moved_ || has_slope(u);
    StepInfo info{++steps_done_, progress, 1, loss};
    if (options_.rate_schedule) info.strength = options_.rate_schedule->share(progress), info.progress = 0;
    rate_ = options_.optimizer->rate(info);
    measure(updates);
    const int backtracking = options_.optimizer->backtracking();
    if (backtracking == 0) {
      options_.optimizer->step(updates, info);
      return loss;
    }
    const auto state = backtracked();
    std::vector<std::vector<T>> before;
    for (const std::vector<T>* a : state) before.push_back(*a);
    for (int attempt = 0; attempt <= backtracking; ++attempt, info.strength /= 2) {
      for (std::size_t k = 0; k < state.size(); ++k)
        std::copy(before[k].begin(), before[k].end(), state[k]->begin());
      options_.optimizer->step(updates, info);
      if (steps_->loss(step) <= loss) return loss;
    }
    return loss;  // the smallest step, even if the loss rose: standing still would stall for good
  }

  void measure(const std::vector<Update<T>>& updates) {
    ++steps_of_epoch_;
    if (!options_.gradient_norms) return;
    double square = 0;
    for (const Update<T>& u : updates) square += squared_norm(u);
    norms_ += std::sqrt(square);
  }

  /// What a step changes.
  std::vector<std::vector<T>*> backtracked() {
    std::vector<std::vector<T>*> all;
    for (const StateArray<T>& a : steps_->store().arrays()) all.push_back(a.values);
    for (const std::size_t i : steps_->own().trained) all.push_back(&steps_->store().values(i));
    return all;
  }

  static bool has_slope(const Update<T>& u) {
    for (std::size_t i = 0; i < u.size(); ++i)
      if ((u.gradient && u.gradient[i] != 0) || (u.plus ? u.plus[i] : T(0)) != (u.minus ? u.minus[i] : T(0)))
        return true;
    return false;
  }

  /// The network gets what has been trained so far.
  void write_back() {
    TrainingStore<T>& store = steps_->store();
    store.write_back(network_.parameters());
    if (average_.empty()) return;
    for (std::size_t k = 0; k < store.updates().size(); ++k)
      network_.parameters()[store.parameter(k)].values = average_.mean(k, store.updates()[k]);
  }

  /// What a resumed training needs beside the network, in a fixed order.
  std::vector<StateArray<T>> state() {
    TrainingStore<T>& store = steps_->store();
    std::vector<StateArray<T>> all = store.arrays();
    if (options_.average == 0) return all;
    for (StateArray<T>& a : average_.arrays(store)) all.push_back(std::move(a));
    for (const std::size_t i : steps_->own().trained)
      all.push_back({StateArray<T>::Kind::average, store.name(i) + ":value", &store.values(i)});
    return all;
  }

  void write(int epochs_done) {
    if (!options_.checkpoint) return;
    Checkpoint c;
    c.declaration = options_.declaration;
    c.parameters = network_.parameters();
    if (network_text_.empty()) network_text_ = network_text(network_);
    c.network = network_text_;
    c.training.epoch = epochs_done;
    c.training.step = steps_done_;
    c.training.optimizer = describe(options_);
    put_arrays(c.training, state());
    detail::put_history(c.training, all_epochs_);
    on_first(ranks_, [&] { return save(*options_.checkpoint, c), ""; });
  }

  /// Epochs already done.
  int resume() {
    const std::optional<Checkpoint> read =
        options_.checkpoint ? together::read(ranks_, *options_.checkpoint) : std::nullopt;
    if (!read) return 0;
    const Checkpoint& c = *read;
    const std::string mine = describe(options_);
    if (c.training.optimizer != mine)
      throw DataError(cat("the checkpoint was trained with ", c.training.optimizer, ", not ", mine),
                      options_.checkpoint->string(),
                      "resume with the same options, or start anew in another folder");
    assign(c, network_);
    enter(stage_of(std::max(0, std::min(c.training.epoch, options_.epochs) - 1), options_, network_));
    all_epochs_ = detail::history_of(c.training);
    take_arrays(c.training, state(), steps_->store(), options_.checkpoint->string());
    steps_done_ = c.training.step;
    return c.training.epoch;
  }

  const Trainer& options_;
  Network& network_;
  Ranks* ranks_;
  int threads_;
  std::optional<Steps<T>> steps_;
  std::int64_t steps_done_ = 0;  ///< of the optimizer
  Stage stage_;
  ParameterAverage<T> average_;
  std::string network_text_;             ///< for checkpoints, once one is written
  std::vector<EpochRecord> all_epochs_;  ///< with those before a resumption
  std::weak_ptr<const Dataset> checked_;
  bool moved_ = false;  ///< some gradient was not 0
  double norms_ = 0;    ///< of the gradients of this epoch's steps, added up
  int steps_of_epoch_ = 0;
  std::optional<double> rate_;  ///< of the last step
};

}  // namespace

History Trainer::fit(Network& network, const DataSource& data) const {
  check_options(*this, network, data);
  return network.precision() == Precision::f32 ? Session<float>(*this, network).fit(data)
                                               : Session<double>(*this, network).fit(data);
}

}  // namespace unfurl
