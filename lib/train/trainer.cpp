// The training loop.
#include <omp.h>

#include <chrono>
#include <cmath>

#include "train/optimizer.hpp"
#include "train/program.hpp"
#include "unfurl/checkpoint.hpp"

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
        threads_(network.threads() > 0 ? network.threads() : omp_get_max_threads()),
        run_(training_program(network.unrolled(), options.loss,
                              options.optimizer->split() ? Gradients::split : Gradients::ordinary,
                              options.optimizer->cancel()),
             network.parameters(), threads_) {
    if (run_.program().trained.empty())
      throw ScheduleError("nothing to train: no parameter that the loss depends on is free", "",
                          "untie or unfreeze some");
    for (std::size_t i : run_.program().trained) {
      const Parameter& p = network.parameters()[i];
      Update<T> u;
      u.value = run_.values()[i].data();
      u.size = p.values.size();
      u.domain = p.type.domain;
      u.inner = p.places.back() < network.layers() - 1;
      u.threads = threads_;
      updates_.push_back(u);
    }
    optimizer_ = options.optimizer->begin(updates_);
    if (options.optimizer->backtracking() > 0) {
      loss_only_.emplace(training_program(network.unrolled(), options.loss, Gradients::none),
                         network.parameters(), threads_);
      for (std::size_t i = 0; i < run_.values().size(); ++i)  // reads the very values that are trained
        loss_only_->executor().bind(network.parameters()[i].name, run_.values()[i].data());
    }
  }

  History fit(const DataSource& source) {
    History history;
    int epoch = options_.resume ? resume() : 0;
    std::vector<Parameter> best;
    double best_loss = std::numeric_limits<double>::infinity();
    for (; epoch < options_.epochs; ++epoch) {
      const auto data = source(epoch);
      if (!data || data->samples() == 0) throw DataError(cat("epoch ", epoch + 1, " has no samples"));
      if (data != checked_) check_data(*data, run_.program());
      checked_ = data;
      EpochRecord record = train_epoch(*data, epoch);
      run_.write_back(network_.parameters());
      if (options_.validation) {
        record.validation = evaluate_loss(network_, options_.loss, *options_.validation);
        if (options_.keep_best && *record.validation < best_loss) {
          best_loss = *record.validation;
          best = network_.parameters();
        }
      }
      history.epochs.push_back(record);
      history.seconds += record.seconds;
      const bool go_on = !options_.on_epoch || options_.on_epoch(record);
      const bool last = epoch + 1 == options_.epochs || !go_on;
      if (!options_.checkpoint.empty() && (last || (epoch + 1) % std::max(1, options_.checkpoint_every) == 0))
        write(epoch + 1);
      if (!go_on) {
        history.interrupted = true;
        break;
      }
    }
    if (!best.empty()) network_.parameters() = best;
    return history;
  }

 private:
  EpochRecord train_epoch(const Dataset& data, int epoch) {
    const auto started = Clock::now();
    const int samples = data.samples(), batch = std::max(1, std::min(options_.batch, samples));
    const int steps = (samples + batch - 1) / batch;
    order_ = Random(options_.seed * 0x9e3779b97f4a7c15ULL + static_cast<std::uint64_t>(epoch) + 1)
                 .permutation(samples);
    double sum = 0;
    for (int s = 0; s < steps; ++s) {
      const int first = s * batch, count = std::min(batch, samples - first);
      const double progress = (epoch + static_cast<double>(s) / steps) / options_.epochs;
      const double loss = train_batch(data, order_.data() + first, count, progress);
      sum += loss * count;
      if (options_.on_batch) options_.on_batch(epoch + 1, static_cast<double>(s + 1) / steps, loss);
    }
    return {epoch + 1, sum / samples, std::nullopt, seconds_since(started)};
  }

  double train_batch(const Dataset& data, const int* order, int count, double progress) {
    double loss = 0;
    try {
      loss = run_.run(data, order, count);
    } catch (...) {
      run_.write_back(network_.parameters());  // the last good values
      throw;
    }
    const auto& trained = run_.program().trained;
    for (std::size_t k = 0; k < updates_.size(); ++k) {
      updates_[k].gradient = run_.gradient("gradient", trained[k]);
      updates_[k].plus = run_.gradient("plus", trained[k]);
      updates_[k].minus = run_.gradient("minus", trained[k]);
    }
    if (!loss_only_) {
      optimizer_->step(updates_, progress, 1);
      return loss;
    }
    std::vector<std::vector<T>> before = run_.values();
    double strength = 1;
    for (int attempt = 0; attempt <= options_.optimizer->backtracking(); ++attempt, strength /= 2) {
      for (std::size_t i : trained) std::copy(before[i].begin(), before[i].end(), run_.values()[i].begin());
      optimizer_->step(updates_, progress, strength);
      if (loss_only_->run(data, order, count) <= loss) return loss;
    }
    return loss;  // the smallest step, even if the loss rose: standing still would stall for good
  }

  void write(int epochs_done) {
    Checkpoint c;
    c.declaration = options_.declaration;
    c.parameters = network_.parameters();
    c.training.epoch = epochs_done;
    c.training.step = optimizer_->steps;
    c.training.optimizer = options_.optimizer->describe();
    int k = 0;
    for (const std::vector<T>* a : optimizer_->arrays())
      c.training.arrays.emplace_back(cat("optimizer.", k++), std::vector<double>(a->begin(), a->end()));
    save(options_.checkpoint, c);
  }

  /// Epochs already done.
  int resume() {
    if (options_.checkpoint.empty() || !std::filesystem::exists(options_.checkpoint)) return 0;
    const Checkpoint c = load(options_.checkpoint);
    const std::string mine = options_.optimizer->describe();
    if (c.training.optimizer != mine)
      throw DataError(cat("the checkpoint was trained with ", c.training.optimizer, ", not ", mine),
                      options_.checkpoint.string(),
                      "resume with the same optimizer, or start anew in another folder");
    assign(c, network_);
    for (std::size_t i = 0; i < run_.values().size(); ++i) {
      const auto& values = network_.parameters()[i].values;
      std::transform(values.begin(), values.end(), run_.values()[i].begin(),
                     [](double v) { return static_cast<T>(v); });
    }
    const auto arrays = optimizer_->arrays();
    bool fits = arrays.size() == c.training.arrays.size();
    for (std::size_t k = 0; fits && k < arrays.size(); ++k)
      fits = arrays[k]->size() == c.training.arrays[k].second.size();
    if (!fits)
      throw DataError("the checkpoint's optimizer state is of another network", options_.checkpoint.string());
    for (std::size_t k = 0; k < arrays.size(); ++k)
      std::transform(c.training.arrays[k].second.begin(), c.training.arrays[k].second.end(),
                     arrays[k]->begin(), [](double v) { return static_cast<T>(v); });
    optimizer_->steps = c.training.step;
    return c.training.epoch;
  }

  const Trainer& options_;
  Network& network_;
  int threads_;
  TrainingRun<T> run_;
  std::optional<TrainingRun<T>> loss_only_;
  std::vector<Update<T>> updates_;
  std::unique_ptr<OptimizerState<T>> optimizer_;
  std::vector<int> order_;
  std::shared_ptr<const Dataset> checked_;
};

}  // namespace

History Trainer::fit(Network& network, const DataSource& data) const {
  if (!loss.per_sample)
    throw ScheduleError("the trainer has no loss", "", "set .loss, for example loss::squared_error(...)");
  if (!optimizer) throw ScheduleError("the trainer has no optimizer");
  if (epochs < 0 || batch < 1)
    throw ScheduleError(cat("a training of ", epochs, " epochs with batches of ", batch));
  return network.precision() == Precision::single ? Session<float>(*this, network).fit(data)
                                                  : Session<double>(*this, network).fit(data);
}

double evaluate_loss(const Network& network, const Loss& loss, const Dataset& data) {
  std::vector<Parameter> parameters = network.parameters();
  const auto run = [&](auto zero) {
    TrainingRun<decltype(zero)> r(training_program(network.unrolled(), loss, Gradients::none), parameters,
                                  network.threads());
    check_data(data, r.program());
    return r.run(data, nullptr, data.samples());
  };
  return network.precision() == Precision::single ? run(0.0f) : run(0.0);
}

std::vector<GradientCheck> check_gradients(const Network& network, const Loss& loss, const Dataset& data,
                                           int entries, double tolerance) {
  std::vector<Parameter> parameters = network.parameters();
  TrainingRun<double> run(training_program(network.unrolled(), loss, Gradients::ordinary), parameters,
                          network.threads());
  check_data(data, run.program());
  run.run(data, nullptr, data.samples());
  std::vector<std::vector<double>> gradients;
  for (std::size_t i : run.program().trained) {
    const double* g = run.gradient("gradient", i);
    const std::size_t n = parameters[i].values.size();
    gradients.push_back(g ? std::vector<double>(g, g + n) : std::vector<double>(n, 0.0));
  }
  std::vector<GradientCheck> result;
  Random random(1);
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    const std::size_t i = run.program().trained[k];
    std::vector<double>& values = run.values()[i];
    GradientCheck check;
    check.parameter = parameters[i].name;
    double scale = 0;
    for (double g : gradients[k]) scale = std::max(scale, std::abs(g));
    const int n = static_cast<int>(values.size());
    const std::vector<int> order = random.permutation(n);
    for (int e = 0; e < std::min(n, entries); ++e) {
      const auto at = static_cast<std::size_t>(order[static_cast<std::size_t>(e)]);
      const double kept = values[at];
      // Steps of three sizes: a difference that straddles a kink (a threshold, a maximum) agrees at a smaller one.
      double error = std::numeric_limits<double>::infinity();
      for (const double relative : {1e-5, 1e-6, 1e-7}) {
        const double h = relative * std::max(1e-3, std::abs(kept));
        values[at] = kept + h;
        const double up = run.run(data, nullptr, data.samples());
        values[at] = kept - h;
        const double down = run.run(data, nullptr, data.samples());
        values[at] = kept;
        const double difference = (up - down) / (2 * h);
        error = std::min(
            error, std::abs(difference - gradients[k][at]) / std::max({1e-3, scale, std::abs(difference)}));
      }
      check.largest_error = std::max(check.largest_error, error);
      ++check.entries;
    }
    check.passed = check.largest_error <= tolerance;
    result.push_back(check);
  }
  return result;
}

}  // namespace unfurl
