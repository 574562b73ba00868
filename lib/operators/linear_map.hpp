// What algorithms ask of a linear operator before there are data: its norm, its matrix, the norms of its columns.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "unfurl/extend/program.hpp"
#include "unfurl/model.hpp"

namespace unfurl::operators {

/// The values of a formula of parameters alone, at their initial values, [planes, rows]. Absent: it depends on data or latents.
std::optional<std::vector<double>> initial_values(const Model& model, const Expr& formula);

/// Throws ModelError where a factor over latents objects to the initial values of its arguments, formulas among them.
void check_initial_values(const Model& model);

/// The linear part A of a formula A x + c of one latent x, at the initial values of the parameters. It is derived from the
/// formula: A^T is its gradient, and A the gradient of that; so it serves every formula that is linear.
class LinearMap {
 public:
  /// Throws ScheduleError, at `where`, unless the formula is linear in the latent and A known without data. `who` begins the
  /// sentence: "ProximalGradient cannot serve factor 'fit'".
  LinearMap(const Model& model, const Expr& formula, int latent, const std::string& who, const Where& where);

  std::size_t rows() const { return to_.size(); }
  std::size_t columns() const { return from_.size(); }
  /// |A|_2^2, or a little more: see largest_eigenvalue.
  double squared_norm() const;
  /// A by rows.
  std::vector<double> matrix() const;
  std::vector<double> column_norms() const;
  /// Whether c is zero whatever the parameters and data are.
  bool homogeneous() const;

 private:
  const Model* model_;
  ir::Type from_, to_;
  ir::Graph apply_, normal_;  ///< "vector" -> A v, and A^T A v
  Expr formula_;
  int latent_;
};

}  // namespace unfurl::operators
