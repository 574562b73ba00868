/// What a value of a program is: its shape, what is known of its entries, and the index maps that move them.
///
/// A value is an array [planes, rows, lanes], lanes innermost and contiguous:
///   messages, beliefs  [states, edges or variables, samples]      matrices (parameters)  [rows of W, columns of W]
///   vectors per sample [1, length, samples]                       scalars                [1, 1]
/// A value without lanes depends on parameters alone (or has been summed over the samples). Elementwise operations
/// broadcast an extent of one, and a value without lanes over all samples.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace unfurl {

/// What is known of every entry. `nonneg` is what multiplicative training needs; `index` entries are whole numbers >= 0,
/// such as states of variables.
enum class Domain { real, nonneg, index };

namespace ir {

/// Shape and domain of a value.
struct Type {
  int planes = 1;
  int rows = 1;
  bool lanes = false;
  Domain domain = Domain::real;
  int states = 0;  ///< index: entries are 0 .. states - 1; 0: any whole number >= 0

  bool same_shape(const Type& other) const {
    return planes == other.planes && rows == other.rows && lanes == other.lanes;
  }
  bool operator==(const Type&) const = default;
  /// Entries per sample.
  std::size_t size() const { return static_cast<std::size_t>(planes) * static_cast<std::size_t>(rows); }
  Type with(Domain d) const { return {planes, rows, lanes, d}; }
};

/// "[3, 20, lanes]+": `+` for non-negative entries, `#` or `#5` for indices.
std::string to_string(const Type& type);

/// Handle of a value in a Graph; default constructed it is "no value".
struct Value {
  int id = -1;
  explicit operator bool() const { return id >= 0; }
  bool operator==(const Value&) const = default;
};

/// An index map with its inverse: entry i belongs to target[i]; members of target t are
/// members[offsets[t] .. offsets[t + 1]).
struct IndexTable {
  /// Throws InternalError where a target is not in 0 .. count - 1.
  IndexTable(std::vector<int> target, int count);
  std::vector<int> target;
  int count;
  std::vector<int> offsets;
  std::vector<int> members;
  std::size_t hash;  ///< of targets and count
  bool operator==(const IndexTable& o) const { return count == o.count && target == o.target; }
};
using Index = std::shared_ptr<const IndexTable>;
Index make_index(std::vector<int> target, int count);

/// Numbers of a constant.
using Numbers = std::shared_ptr<const std::vector<double>>;

/// Which extent a matrix product contracts.
enum class Axis { rows, planes };

}  // namespace ir
}  // namespace unfurl
