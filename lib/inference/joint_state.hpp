// A joint state of a model of tables, and how it is made better.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "inference/exact/junction_tree.hpp"

namespace unfurl::inference {

/// A sum of log-potentials: how many are -inf, and what the others add up to. Fewer violations come before any sum.
struct Value {
  int violations = 0;
  double sum = 0;
  void add(double log_potential) {
    if (log_potential == -std::numeric_limits<double>::infinity())
      ++violations;
    else
      sum += log_potential;
  }
  double log_value() const { return violations > 0 ? -std::numeric_limits<double>::infinity() : sum; }
  bool operator<(const Value& o) const {
    return violations != o.violations ? violations > o.violations : sum < o.sum;
  }
  /// By more than rounding makes of the order of a sum.
  bool clearly_less(const Value& o) const {
    return violations != o.violations ? violations > o.violations
                                      : o.sum - sum > 1e-12 * std::max(1.0, std::abs(sum));
  }
};

class JointState {
 public:
  /// What the potentials point to must outlive it.
  JointState(std::vector<int> states_per_variable, std::vector<junction::Potential> factors);

  const std::vector<int>& states() const { return chosen_; }
  void set(std::vector<int> states) { chosen_ = std::move(states); }
  Value value() const;

  const std::vector<junction::Potential>& factors() const { return factors_; }
  std::span<const std::size_t> factors_of(int variable) const {
    const auto v = static_cast<std::size_t>(variable);
    return {factors_of_.data() + first_[v], first_[v + 1] - first_[v]};
  }
  /// For every state of variable v: the largest entry of a factor that agrees with it and with `decided` (-1: open).
  std::vector<double> best_given(std::size_t factor, const std::vector<int>& decided, int v) const;

  /// Takes a best joint state of many variables at a time, given the others, until none is better: of variables whose
  /// factors form a tree when the others are held [Weiss01]. True on trees: there the first step takes all of them, and no
  /// joint state is better.
  bool improve();

 private:
  std::vector<int> tree_block(const std::vector<int>& order) const;
  std::vector<int> best_of(const std::vector<int>& block) const;
  Value value_around(const std::vector<int>& block) const;
  double entry(const junction::Potential& f) const;

  std::vector<int> count_;  ///< states per variable
  std::vector<junction::Potential> factors_;
  std::vector<std::size_t> first_, factors_of_;
  std::vector<int> chosen_;
};

}  // namespace unfurl::inference
