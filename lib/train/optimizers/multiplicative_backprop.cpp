#include <cmath>

#include "train/optimizer.hpp"

namespace unfurl {

namespace {

using detail::cat;

template <class T>
using Block = Eigen::Array<T, chunk_entries, 1>;

/// Averages of the halves over the steps, where these are wanted.
template <class T>
class MultiplicativeState final : public OptimizerState<T> {
 public:
  MultiplicativeState(const MultiplicativeBackprop& options, const std::vector<Update<T>>& updates)
      : options_(options), smallest_(smallest_values(updates)) {
    for (const Update<T>& u : updates) {
      const bool remembers = options.average > 0 && u.domain == Domain::nonneg;
      plus_.emplace_back(remembers ? u.size : 0, T(0));
      minus_.emplace_back(plus_.back());
    }
  }

  void step(std::vector<Update<T>>& updates, double progress, double strength) override {
    ++this->steps;
    const double wanted = options_.change * (1 + (options_.final_change - 1) * progress);
    for (std::size_t k = 0; k < updates.size(); ++k) {
      const Update<T>& u = updates[k];
      if (u.domain != Domain::nonneg || (!u.gradient && !u.plus && !u.minus)) continue;
      const double mean_square = take_ratios(averaged(u, k), wanted > 0 ? options_.smoothing : 0);
      double exponent = options_.exponent, most = most_change;
      if (wanted > 0) {
        exponent = mean_square > 0 ? std::min(options_.exponent, wanted / std::sqrt(mean_square)) : 0;
        most = outlier * wanted;
      }
      move(u, static_cast<T>(exponent * strength), static_cast<T>(most * strength), smallest_[k]);
    }
  }

  std::vector<std::vector<T>*> arrays() override {
    std::vector<std::vector<T>*> all{&smallest_};
    for (std::size_t k = 0; k < plus_.size(); ++k)
      if (!plus_[k].empty()) all.insert(all.end(), {&plus_[k], &minus_[k]});
    return all;
  }

 private:
  /// Sum of body(begin, end) over all chunks, in their order, whichever thread had them.
  template <class F>
  double sum_chunks(const Update<T>& u, F body) {
    sums_.assign((u.size + chunk_entries - 1) / chunk_entries, 0.0);
    double* sums = sums_.data();
    for_chunks(u.size, u.threads, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
      sums[begin / chunk_entries] = body(begin, end);
    });
    double sum = 0;
    for (const double s : sums_) sum += s;
    return sum;
  }

  /// Takes the halves into the averages, if there are any, and points to what counts.
  Update<T> averaged(const Update<T>& u, std::size_t k) {
    if (plus_[k].empty()) return u;
    const T fresh = static_cast<T>(1 - options_.average);
    T *plus = plus_[k].data(), *minus = minus_[k].data();
    for_chunks(u.size, u.threads, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
      const T* gradient = u.gradient;
      if (gradient) {
        for (std::ptrdiff_t i = begin; i < end; ++i) {
          plus[i] += fresh * (std::max(gradient[i], T(0)) - plus[i]);
          minus[i] += fresh * (std::max(-gradient[i], T(0)) - minus[i]);
        }
        return;
      }
      for (std::ptrdiff_t i = begin; i < end; ++i) {
        plus[i] += fresh * ((u.plus ? u.plus[i] : T(0)) - plus[i]);
        minus[i] += fresh * ((u.minus ? u.minus[i] : T(0)) - minus[i]);
      }
    });
    Update<T> result = u;
    result.plus = plus;
    result.minus = minus;
    return result;
  }

  /// log(minus / plus) of every entry; returns the mean of its square.
  double take_ratios(const Update<T>& u, double smoothing) {
    ratios_.resize(std::max(ratios_.size(), u.size));
    const T *plus = u.plus, *minus = u.minus, *value = u.value;
    T* ratios = ratios_.data();
    const double n = static_cast<double>(std::max<std::size_t>(1, u.size));
    double floor = 0;
    if (smoothing > 0)
      floor = smoothing / (2 * n) * sum_chunks(u, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
                double sum = 0;
                for (std::ptrdiff_t i = begin; i < end; ++i)
                  sum += static_cast<double>(value[i]) *
                         static_cast<double>((plus ? plus[i] : T(0)) + (minus ? minus[i] : T(0)));
                return sum;
              });
    const T added = static_cast<T>(floor);
    const T tiny = std::numeric_limits<T>::min() * T(1e4);  // both halves silent: the ratio is one
    return sum_chunks(u,
                      [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
                        Block<T> ratio;
                        ratio.setConstant(T(1));  // behind the end as well
                        for (std::ptrdiff_t i = begin; i < end; ++i) {
                          const T least = added > 0 ? added / value[i] + tiny : tiny;
                          ratio[i - begin] =
                              ((minus ? minus[i] : T(0)) + least) / ((plus ? plus[i] : T(0)) + least);
                        }
                        ratio = ratio.log();
                        double sum = 0;
                        for (std::ptrdiff_t i = begin; i < end; ++i) {
                          ratios[i] = ratio[i - begin];
                          sum += static_cast<double>(ratios[i]) * static_cast<double>(ratios[i]);
                        }
                        return sum;
                      }) /
           n;
  }

  /// value * ratio^exponent, with |log| at most `most`. Where steps are of a wanted size, some entries grow without end:
  /// none passes the largest one at the start 1e8 times.
  void move(const Update<T>& u, T exponent, T most, T least) {
    const T greatest = least / static_cast<T>(floors::share * floors::share);
    T *value = u.value, *ratios = ratios_.data();
    for_chunks(u.size, u.threads, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
      for (std::ptrdiff_t i = begin; i < end; ++i)
        ratios[i] = std::min(std::max(exponent * ratios[i], -most), most);
      exp_chunk(ratios + begin, ratios + begin, end - begin);
      for (std::ptrdiff_t i = begin; i < end; ++i) {
        const T moved = value[i] * ratios[i];
        value[i] = std::max(least, std::min(moved, std::max(value[i], greatest)));
      }
    });
  }

  /// One step of the plain rule never changes an entry more than a hundredfold: halves of rare atoms can be nearly zero.
  static constexpr double most_change = 4.605170185988091;
  /// Such entries never move more than this many times the wanted change.
  static constexpr double outlier = 4;

  MultiplicativeBackprop options_;
  std::vector<T> smallest_;                   ///< of each parameter
  std::vector<std::vector<T>> plus_, minus_;  ///< per parameter; empty without averages
  std::vector<T> ratios_;
  std::vector<double> sums_;  ///< per chunk
};

class MultiplicativeRule final : public OptimizerRule {
 public:
  explicit MultiplicativeRule(const MultiplicativeBackprop& o) : options_(o) {
    if (!(o.exponent > 0) || !(o.change >= 0) || !(o.final_change >= 0) ||
        !(o.average >= 0 && o.average < 1) || !(o.smoothing >= 0) || o.backtracking < 0)
      throw ScheduleError(
          cat("MultiplicativeBackprop with exponent ", o.exponent, ", change ", o.change, ", final_change ",
              o.final_change, ", average ", o.average, ", backtracking ", o.backtracking),
          "", "exponent > 0, average in [0, 1), and the others at least 0");
  }
  std::string describe() const override {
    return cat("MultiplicativeBackprop exponent=", options_.exponent, " change=", options_.change,
               " final_change=", options_.final_change, " average=", options_.average,
               " smoothing=", options_.smoothing, " cancel_per_layer=", options_.cancel_per_layer,
               " backtracking=", options_.backtracking);
  }
  // With a wanted size of the steps only signs and proportions matter, and in averages the part that both halves of a batch
  // share would hide the part that batches agree on. Without it they are the gradient's own positive and negative entries,
  // which a single pass gives. The plain rule's size of steps comes from that very part.
  bool split() const override { return options_.change == 0 || options_.average == 0; }
  ir::Cancel cancel() const override {
    return options_.cancel_per_layer ? ir::Cancel::per_layer : ir::Cancel::never;
  }
  int backtracking() const override { return options_.backtracking; }
  bool trains_real() const override { return false; }
  std::unique_ptr<OptimizerState<float>> begin(const std::vector<Update<float>>& u) const override {
    return std::make_unique<MultiplicativeState<float>>(options_, u);
  }
  std::unique_ptr<OptimizerState<double>> begin(const std::vector<Update<double>>& u) const override {
    return std::make_unique<MultiplicativeState<double>>(options_, u);
  }

 private:
  MultiplicativeBackprop options_;
};

}  // namespace

MultiplicativeBackprop::operator Optimizer() const { return std::make_shared<MultiplicativeRule>(*this); }

}  // namespace unfurl
