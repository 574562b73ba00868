// The training loop.
#include <omp.h>

#include <chrono>
#include <cmath>

#include "train/checks.hpp"
#include "train/history.hpp"
#include "train/parameter_average.hpp"
#include "train/program.hpp"
#include "unfurl/checkpoint.hpp"

namespace unfurl {

namespace {

using detail::cat;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A stage of the training: some epochs with the loss of some layers.
struct Stage {
  int first = 0, end = 0;  ///< epochs
  int layers = 0;
};

/// The stage of an epoch, all of them being nearly equally long.
Stage stage_of(int epoch, const Trainer& options, const Network& network) {
  const int n = options.curriculum, epochs = options.epochs;
  const auto first_epoch = [&](int s) { return static_cast<int>((std::int64_t{s} * epochs + n - 1) / n); };
  const int s = static_cast<int>(std::int64_t{epoch} * n / std::max(1, epochs));
  return {first_epoch(s), first_epoch(s + 1),
          static_cast<int>((std::int64_t{s + 1} * network.layers() + n - 1) / n)};
}

/// One call of Trainer::fit in one precision.
template <class T>
class Session {
 public:
  Session(const Trainer& options, Network& network)
      : options_(options),
        network_(network),
        threads_(network.threads() > 0 ? network.threads() : omp_get_max_threads()) {}

  History fit(const DataSource& source) {
    History history;
    const std::vector<Parameter> before = network_.parameters();
    int epoch = options_.resume ? resume() : 0;
    if (!run_) enter(stage_of(0, options_, network_));
    if (options_.validation) check_validation(network_, options_);
    std::vector<Parameter> best;
    double best_loss = std::numeric_limits<double>::infinity();
    for (; epoch < options_.epochs; ++epoch) {
      if (epoch >= stage_.end) enter(stage_of(epoch, options_, network_));
      EpochRecord record = train_epoch(source, epoch);
      write_back();
      if (options_.validation) {
        record.validation = evaluate_loss(network_, options_.loss, *options_.validation);
        if (options_.keep_best && *record.validation < best_loss) {
          best_loss = *record.validation;
          best = network_.parameters();
        }
      }
      history.epochs.push_back(record);
      history.seconds += record.seconds;
      all_epochs_.push_back(record);
      // Before the callback, which may throw: what is trained is kept whatever becomes of its report.
      const bool due =
          epoch + 1 == options_.epochs || (epoch + 1) % std::max(1, options_.checkpoint_every) == 0;
      if (due) write(epoch + 1);
      const bool go_on = !options_.on_epoch || options_.on_epoch(record);
      if (!go_on) {
        if (!due) write(epoch + 1);
        history.interrupted = true;
        break;
      }
    }
    if (!best.empty()) network_.parameters() = best;
    history.changes = changes(before, network_.parameters());
    return history;
  }

 private:
  /// Makes ready to train the stage from the network's parameters.
  void enter(const Stage& stage) {
    stage_ = stage;
    updates_.clear();
    loss_only_.reset();  // before the values that it reads
    const OptimizerRule& rule = *options_.optimizer;
    const auto program = [&](Gradients gradients) {
      return training_program(network_.unrolled(), options_.loss, gradients, rule.cancel(), stage.layers);
    };
    run_.emplace(program(rule.split() ? Gradients::split : Gradients::ordinary), network_.parameters(),
                 threads_);
    check_trained(network_, run_->program(), rule);
    for (std::size_t i : run_->program().trained) {
      const Parameter& p = network_.parameters()[i];
      Update<T> u;
      u.value = run_->values()[i].data();
      u.size = p.values.size();
      u.domain = p.type.domain;
      u.threads = threads_;
      updates_.push_back(u);
    }
    optimizer_ = rule.begin(updates_);
    average_.reset(updates_);
    if (rule.backtracking() == 0) return;
    loss_only_.emplace(program(Gradients::none), network_.parameters(), threads_);
    for (std::size_t i = 0; i < run_->values().size(); ++i)  // reads the very values that are trained
      loss_only_->executor().bind(network_.parameters()[i].name, run_->values()[i].data());
  }

  EpochRecord train_epoch(const DataSource& source, int epoch) {
    EpochRecord record;
    record.epoch = epoch + 1;
    double sum = 0, samples = 0;
    for (int part = 0; part < source.parts; ++part) {
      const auto data = source.load(epoch, part);
      if (!data || data->samples() == 0)
        throw DataError(source.parts == 1
                            ? cat("epoch ", epoch + 1, " has no samples")
                            : cat("part ", part + 1, " of epoch ", epoch + 1, " has no samples"),
                        "", "give every part of every epoch at least one");
      if (data != checked_.lock()) check_data(*data, run_->program().inputs);
      checked_ = data;
      const auto started = Clock::now();
      sum += train_part(*data, epoch, part, source.parts);
      samples += data->samples();
      record.seconds += seconds_since(started);
    }
    record.loss = sum / samples;
    if (!moved_)
      throw ScheduleError(
          cat("epoch ", epoch + 1, " trained nothing: the gradient of every parameter is 0 in every batch"),
          "", "look for labels of weight 0 and losses that do not depend on the results");
    return record;
  }

  /// The sum of the samples' losses.
  double train_part(const Dataset& data, int epoch, int part, int parts) {
    const int samples = data.samples(), batch = std::max(1, std::min(options_.batch, samples));
    const int steps = (samples + batch - 1) / batch;
    order_ = Random(options_.seed * 0x9e3779b97f4a7c15ULL +
                    static_cast<std::uint64_t>(std::int64_t{epoch} * parts + part) + 1)
                 .permutation(samples);
    const auto share = [&](int step) {
      return (part + static_cast<double>(step) / steps) / parts;
    };  // of the epoch
    double sum = 0;
    for (int s = 0; s < steps; ++s) {
      const int first = s * batch, count = std::min(batch, samples - first);
      const double progress = (epoch - stage_.first + share(s)) / (stage_.end - stage_.first);
      const double loss = train_batch(data, order_.data() + first, count, progress);
      sum += loss * count;
      if (progress >= 1 - options_.average)
        average_.add(updates_);
      else
        average_.forget();
      if (options_.on_batch) options_.on_batch(epoch + 1, share(s + 1), loss);
    }
    return sum;
  }

  double train_batch(const Dataset& data, const int* order, int count, double progress) {
    double loss = 0;
    try {
      loss = run_->run(data, order, count);
    } catch (const NumericalError& error) {
      run_->write_back(network_.parameters());  // the last good values
      throw NumericalError(error.what_happened(), error.where(),
                           cat(error.mend(), "; in training, a smaller learning rate often helps"));
    } catch (...) {
      run_->write_back(network_.parameters());
      throw;
    }
    const auto& trained = run_->program().trained;
    for (std::size_t k = 0; k < updates_.size(); ++k) {
      updates_[k].gradient = run_->gradient("gradient", trained[k]);
      updates_[k].plus = run_->gradient("plus", trained[k]);
      updates_[k].minus = run_->gradient("minus", trained[k]);
      moved_ = moved_ || has_slope(updates_[k]);
    }
    if (!loss_only_) {
      optimizer_->step(updates_, progress, 1);
      return loss;
    }
    const std::vector<std::vector<T>> before = run_->values();
    std::vector<std::vector<T>> memory;
    for (const std::vector<T>* a : optimizer_->arrays()) memory.push_back(*a);
    double strength = 1;
    for (int attempt = 0; attempt <= options_.optimizer->backtracking(); ++attempt, strength /= 2) {
      for (std::size_t i : trained) std::copy(before[i].begin(), before[i].end(), run_->values()[i].begin());
      const auto arrays = optimizer_->arrays();
      for (std::size_t k = 0; k < arrays.size(); ++k) *arrays[k] = memory[k];
      optimizer_->step(updates_, progress, strength);
      if (loss_only_->run(data, order, count) <= loss) return loss;
    }
    return loss;  // the smallest step, even if the loss rose: standing still would stall for good
  }

  static bool has_slope(const Update<T>& u) {
    for (std::size_t i = 0; i < u.size; ++i)
      if ((u.gradient && u.gradient[i] != 0) || (u.plus ? u.plus[i] : T(0)) != (u.minus ? u.minus[i] : T(0)))
        return true;
    return false;
  }

  /// The network gets what has been trained so far.
  void write_back() {
    run_->write_back(network_.parameters());
    if (average_.empty()) return;
    const auto& trained = run_->program().trained;
    for (std::size_t k = 0; k < trained.size(); ++k)
      network_.parameters()[trained[k]].values.assign(average_.mean(k).begin(), average_.mean(k).end());
  }

  /// What a resumed training needs beside the network, in a fixed order.
  std::vector<std::vector<T>*> state() {
    std::vector<std::vector<T>*> all = optimizer_->arrays();
    if (options_.average == 0) return all;
    for (std::vector<T>* a : average_.arrays()) all.push_back(a);
    for (std::size_t i : run_->program().trained) all.push_back(&run_->values()[i]);
    return all;
  }

  void write(int epochs_done) {
    if (options_.checkpoint.empty()) return;
    Checkpoint c;
    c.declaration = options_.declaration;
    c.parameters = network_.parameters();
    c.training.epoch = epochs_done;
    c.training.step = optimizer_->steps;
    c.training.optimizer = describe();
    int k = 0;
    for (const std::vector<T>* a : state())
      c.training.arrays.emplace_back(cat("optimizer.", k++), std::vector<double>(a->begin(), a->end()));
    detail::put_history(c.training, all_epochs_);
    save(options_.checkpoint, c);
  }

  /// What a resumed training must have in common with this one.
  std::string describe() const {
    std::string text = options_.optimizer->describe();
    if (options_.curriculum > 1)  // other epochs make other stages
      text += cat(" curriculum=", options_.curriculum, " epochs=", options_.epochs);
    if (options_.average > 0) text += cat(" average=", options_.average);
    if (options_.loss.tying_weight > 0) text += cat(" tying_weight=", options_.loss.tying_weight);
    return text;
  }

  /// Epochs already done.
  int resume() {
    if (options_.checkpoint.empty() || !std::filesystem::exists(options_.checkpoint)) return 0;
    const Checkpoint c = load(options_.checkpoint);
    const std::string mine = describe();
    if (c.training.optimizer != mine)
      throw DataError(cat("the checkpoint was trained with ", c.training.optimizer, ", not ", mine),
                      options_.checkpoint.string(),
                      "resume with the same options, or start anew in another folder");
    assign(c, network_);
    enter(stage_of(std::max(0, std::min(c.training.epoch, options_.epochs) - 1), options_, network_));
    all_epochs_ = detail::history_of(c.training);
    const auto arrays = state();
    // The losses of the epochs come after the optimizer's arrays.
    bool fits = arrays.size() <= c.training.arrays.size();
    for (std::size_t k = 0; fits && k < arrays.size(); ++k)
      fits = arrays[k]->size() == c.training.arrays[k].second.size();
    if (!fits)
      throw DataError("the checkpoint's optimizer state is of another network", options_.checkpoint.string(),
                      "resume with the network that was trained, or start anew in another folder");
    for (std::size_t k = 0; k < arrays.size(); ++k)
      std::transform(c.training.arrays[k].second.begin(), c.training.arrays[k].second.end(),
                     arrays[k]->begin(), [](double v) { return static_cast<T>(v); });
    optimizer_->steps = c.training.step;
    return c.training.epoch;
  }

  const Trainer& options_;
  Network& network_;
  int threads_;
  std::optional<TrainingRun<T>> run_;
  std::optional<TrainingRun<T>> loss_only_;
  Stage stage_;
  std::vector<Update<T>> updates_;
  std::unique_ptr<OptimizerState<T>> optimizer_;
  ParameterAverage<T> average_;
  std::vector<int> order_;
  std::vector<EpochRecord> all_epochs_;  ///< with those before a resumption
  std::weak_ptr<const Dataset> checked_;
  bool moved_ = false;  ///< some gradient was not 0
};

}  // namespace

History Trainer::fit(Network& network, const DataSource& data) const {
  check_options(*this, network, data);
  return network.precision() == Precision::f32 ? Session<float>(*this, network).fit(data)
                                               : Session<double>(*this, network).fit(data);
}

}  // namespace unfurl
