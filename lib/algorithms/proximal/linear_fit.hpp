// What algorithms for one SquaredError{b, A * x} share: its residuals, matrices derived of A, and support selection.
#pragma once

#include "algorithms/composite.hpp"
#include "operators/linear_map.hpp"

namespace unfurl::algorithms {

/// A SquaredError{b, A * x} of the latent alone, x a vector.
class LinearFit {
 public:
  /// The model's one smooth factor. `who` begins the sentence: "Amp". Throws ScheduleError, naming the factor, where there
  /// are others or it is of another kind.
  LinearFit(const Model& model, const std::vector<int>& smooth, const std::string& who);

  const Model::FactorDeclaration& factor() const { return *factor_; }
  /// Throws ScheduleError where A is not known without data, or what is fitted is A x + c.
  operators::LinearMap map() const;
  /// A by rows, [rows, columns].
  std::vector<double> matrix() const { return map().matrix(); }
  int rows() const { return factor_->spec.args.back().type().rows; }
  int columns() const;

  /// A x, with x as the latent from now on.
  ir::Value image(StepContext& c, ir::Value x) const;
  ir::Value data(StepContext& c) const { return c.evaluate(factor_->spec.args[0]); }
  /// A^T y, where A x is `image` of x.
  static ir::Value adjoint(StepContext& c, ir::Value image, ir::Value x, ir::Value y);

 private:
  const Model* model_;
  const Model::FactorDeclaration* factor_;
  std::string who_;
};

/// What is zero together in a vector, as the penalty has it: entries, or groups of them such as complex numbers.
class Units {
 public:
  Units() = default;  ///< entries
  explicit Units(const Model::FactorDeclaration& penalty) : groups_(penalty.spec.type->groups(penalty)) {}
  int count(int entries) const { return groups_ ? groups_->count : entries; }
  /// |x| of every unit, [1, units].
  ir::Value magnitudes(ir::Builder& b, ir::Value x) const;
  /// A number of every unit to its entries.
  ir::Value to_entries(ir::Builder& b, ir::Value of_units) const;
  /// The number of units that are not zero.
  ir::Value nonzeros(ir::Builder& b, ir::Value x) const;
  /// Of what the proximal map made of z, the units that are not zero and among the `count` of z with the largest magnitudes
  /// pass as they were. The count is rounded.
  ir::Value select_support(ir::Builder& b, ir::Value z, ir::Value shrunk, ir::Value count) const;
  /// The same without its jumps, so that gradients see what thresholds and counts change: of the last unit a fraction passes, as
  /// Builder::top_k does it, and of those that the proximal map leaves less than `ramp` of, that share of it.
  ir::Value select_support_in_part(ir::Builder& b, ir::Value z, ir::Value shrunk, ir::Value count,
                                   ir::Value ramp) const;

 private:
  ir::Index groups_;  ///< absent: every entry is one
};

/// Sums over the rows of each sample.
ir::Value sum(ir::Builder& b, ir::Value x);
ir::Value sum_of_squares(ir::Builder& b, ir::Value x);
/// The sum of d f(z)_i / d z_i for f that treats entries alone.
ir::Value sum_of_slopes(ir::Builder& b, ir::Value f, ir::Value z);

}  // namespace unfurl::algorithms
