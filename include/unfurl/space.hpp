/// How a parameter moves in training and stays what it is.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "unfurl/extend/type.hpp"

namespace unfurl {

class SpaceType;

/// How optimizers move parameters that are declared `nonneg` and nothing more.
enum class Positivity {
  log,        ///< as logarithms, space::positive [Wisdom17]
  projected,  ///< space::clipped
};

/// The space that a parameter lives in: model.param("W", matrix(8, 3), start, space::stiefel). A cheap value.
class Space {
 public:
  /// `real` is space::free; `nonneg` leaves open how entries stay so, which the optimizer's Positivity then says. Nothing is in
  /// the space of whole numbers.
  Space(Domain domain = Domain::real);  // NOLINT: domains are spaces
  /// One of a user's own, see extend/space.hpp. Throws ModelError for none.
  explicit Space(std::shared_ptr<const SpaceType> type);

  const SpaceType& type() const& { return *type_; }
  /// Its name in messages and checkpoints; spaces of one name are one.
  std::string name() const;
  /// What programs may take for granted of every entry.
  Domain domain() const;
  bool operator==(const Space& other) const;

  /// The values in the space that are nearest to these, [rows, columns], row-major: where to start from. Throws ModelError
  /// where no array of these extents is in the space.
  std::vector<double> nearest(int rows, int columns, std::vector<double> values) const;

 private:
  std::shared_ptr<const SpaceType> type_;
};

/// Columns are those of matrix(rows, columns), and the entries of one factor's table in table_per_edge. Where a space has a
/// least value it is 1e-8 of the largest entry at the start, of one where all are zero.
namespace space {
/// One of the library's, by its name. Throws ModelError with near names where there is none.
Space named(const std::string& name);

extern const Space free;          ///< any numbers
extern const Space positive;      ///< above zero, moved as logarithms; zeros start at the least value
extern const Space clipped;       ///< not below the least value, to which every step is clipped
extern const Space unit_columns;  ///< columns of Euclidean norm one
/// Columns that are probabilities: they sum to one, and after a step no entry is below 1e-8 of an equal share.
extern const Space simplex;
extern const Space stiefel;  ///< orthogonal columns of norm one [Edelman98], no more of them than rows
}  // namespace space

}  // namespace unfurl
