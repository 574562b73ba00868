#include <Eigen/Core>
#include <cmath>

#include "core/chunks.hpp"
#include "unfurl/extend/optimizer.hpp"
#include "unfurl/train.hpp"

namespace unfurl {

namespace {

using detail::cat;

/// The halves of the gradient by a parameter: its own, or averages over the steps where these are wanted. Null: zero.
template <class T>
struct Halves {
  const T *plus = nullptr, *minus = nullptr;
};

class MultiplicativeRule final : public OptimizerOf<MultiplicativeRule> {
 public:
  explicit MultiplicativeRule(const MultiplicativeBackprop& o) : options_(o) {
    if (!(o.exponent > 0) || (o.change && !(*o.change > 0)) || !(o.final_change >= 0) ||
        !(o.average >= 0 && o.average < 1) || !(o.smoothing >= 0) || o.backtracking < 0)
      throw ScheduleError(
          cat("MultiplicativeBackprop with exponent ", o.exponent,
              o.change ? cat(", change ", *o.change) : "", ", final_change ", o.final_change, ", average ",
              o.average, ", backtracking ", o.backtracking),
          "",
          "exponent and change > 0 (leave change out for the exponent as given), average in [0, 1), and the "
          "others at least 0");
  }
  std::string describe() const override {
    return cat("MultiplicativeBackprop exponent=", options_.exponent, " change=", options_.change.value_or(0),
               " final_change=", options_.final_change, " average=", options_.average,
               " smoothing=", options_.smoothing, " cancel_per_layer=", options_.cancel_per_layer,
               " backtracking=", options_.backtracking);
  }
  std::vector<std::string> memory(const SpaceType& space) const override {
    if (options_.average == 0 || !space.scales()) return {};
    return {"plus", "minus"};
  }
  Positivity positivity() const override { return Positivity::projected; }
  bool trains(const SpaceType& space) const override { return space.scales(); }
  // With a wanted size of the steps only signs and proportions matter, and in averages the part that both halves of a batch
  // share would hide the part that batches agree on. Without it they are the gradient's own positive and negative entries,
  // which a single pass gives. The plain rule's size of steps comes from that very part.
  bool split() const override { return !options_.change || options_.average == 0; }
  bool cancel_per_layer() const override { return options_.cancel_per_layer; }
  int backtracking() const override { return options_.backtracking; }

  template <class T>
  void take(std::span<Update<T>> updates, const StepInfo& now) const {
    const double wanted = options_.change.value_or(0) * (1 + (options_.final_change - 1) * now.progress);
    for (const Update<T>& u : updates) {
      if (!u.space->scales() || (!u.gradient && !u.plus && !u.minus)) continue;
      const double mean_square = take_ratios(u, averaged(u), wanted > 0 ? options_.smoothing : 0);
      double exponent = options_.exponent, most = most_change;
      if (wanted > 0) {
        exponent = mean_square > 0 ? std::min(options_.exponent, wanted / std::sqrt(mean_square)) : 0;
        most = outlier * wanted;
      }
      move(u, static_cast<T>(exponent * now.strength), static_cast<T>(most * now.strength));
    }
  }

 private:
  /// Takes the halves into the averages, if there are any, and points to what counts.
  template <class T>
  Halves<T> averaged(const Update<T>& u) const {
    if (u.memory.empty()) return {u.plus, u.minus};
    const T fresh = static_cast<T>(1 - options_.average);
    T *plus = u.memory[0], *minus = u.memory[1];
    u.each([&](std::ptrdiff_t first, std::ptrdiff_t count) {
      for (std::ptrdiff_t i = first; i < first + count; ++i) {
        const T g = u.gradient ? u.gradient[i] : T(0);
        plus[i] += fresh * ((u.plus ? u.plus[i] : std::max(g, T(0))) - plus[i]);
        minus[i] += fresh * ((u.minus ? u.minus[i] : std::max(-g, T(0))) - minus[i]);
      }
    });
    return {plus, minus};
  }

  /// log(minus / plus) of every entry, into the spare array; returns the mean of its square.
  template <class T>
  static double take_ratios(const Update<T>& u, const Halves<T>& halves, double smoothing) {
    const T *plus = halves.plus, *minus = halves.minus, *value = u.point.value;
    const double n = static_cast<double>(std::max<std::size_t>(1, u.size()));
    double floor = 0;
    if (smoothing > 0)
      floor = smoothing / (2 * n) * u.sum([=](std::ptrdiff_t first, std::ptrdiff_t count) {
        double sum = 0;
        for (std::ptrdiff_t i = first; i < first + count; ++i)
          sum += static_cast<double>(value[i]) *
                 static_cast<double>((plus ? plus[i] : T(0)) + (minus ? minus[i] : T(0)));
        return sum;
      });
    const T added = static_cast<T>(floor);
    const T tiny = std::numeric_limits<T>::min() * T(1e4);  // both halves silent: the ratio is one
    return u.sum([=, &u](std::ptrdiff_t first, std::ptrdiff_t count) {
      Eigen::Array<T, chunk_entries, 1> ratio;
      ratio.setConstant(T(1));  // behind the end as well
      for (std::ptrdiff_t i = 0; i < count; ++i) {
        const std::ptrdiff_t k = first + i;
        const T least = added > 0 ? added / value[k] + tiny : tiny;
        ratio[i] = ((minus ? minus[k] : T(0)) + least) / ((plus ? plus[k] : T(0)) + least);
      }
      ratio = ratio.log();
      double sum = 0;
      for (std::ptrdiff_t i = 0; i < count; ++i) {
        u.spare[first + i] = ratio[i];
        sum += static_cast<double>(ratio[i]) * static_cast<double>(ratio[i]);
      }
      return sum;
    }) / n;
  }

  /// Multiplies with ratio^exponent, of which |log| is at most `most`.
  template <class T>
  static void move(const Update<T>& u, T exponent, T most) {
    u.scale([=, &u](std::ptrdiff_t first, std::ptrdiff_t count, T* factors) {
      for (std::ptrdiff_t i = 0; i < count; ++i)
        factors[i] = std::min(std::max(exponent * u.spare[first + i], -most), most);
      for (std::ptrdiff_t i = 0; i < count; i += chunk_entries)
        exp_chunk(factors + i, factors + i, std::min(chunk_entries, count - i));
    });
  }

  /// One step of the plain rule never changes an entry more than a hundredfold: halves of rare atoms can be nearly zero.
  static constexpr double most_change = 4.605170185988091;
  /// Such entries never move more than this many times the wanted change.
  static constexpr double outlier = 4;

  MultiplicativeBackprop options_;
};

}  // namespace

MultiplicativeBackprop::operator Optimizer() const { return std::make_shared<MultiplicativeRule>(*this); }

}  // namespace unfurl
