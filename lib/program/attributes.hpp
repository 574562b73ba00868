// The attributes of the library's operations.
#pragma once

#include <limits>

#include "unfurl/extend/attributes.hpp"

namespace unfurl::ir {

/// Inputs and parameters.
struct Leaf {
  std::string name;
  Type shape;
  static constexpr auto fields() {
    return std::tuple(field("name", &Leaf::name), field("shape", &Leaf::shape));
  }
};

struct Constant {
  Type shape;
  double value = std::numeric_limits<double>::quiet_NaN();  ///< of every entry, where there are no data
  Numbers data{};
  static constexpr auto fields() {
    return std::tuple(field("shape", &Constant::shape), field("value", &Constant::value),
                      field("data", &Constant::data));
  }
  double entry(std::size_t i) const { return data ? (*data)[i] : value; }
};

/// A power whose exponent is a number.
struct Exponent {
  double exponent = 1;
  static constexpr auto fields() { return std::tuple(field("exponent", &Exponent::exponent)); }
};

struct Threshold {
  double threshold = 0;
  static constexpr auto fields() { return std::tuple(field("threshold", &Threshold::threshold)); }
};

/// How often a Box-Cox transform is differentiated in its exponent.
struct Derivative {
  int order = 0;
  static constexpr auto fields() { return std::tuple(field("order", &Derivative::order)); }
};

struct MatrixProduct {
  Axis axis = Axis::rows;  ///< of the right operand, which is contracted
  bool transpose = false;  ///< the transposed matrix
  static constexpr auto fields() {
    return std::tuple(field("axis", &MatrixProduct::axis), field("transpose", &MatrixProduct::transpose));
  }
};

struct OuterProduct {
  Axis axis = Axis::rows;  ///< the extent of both operands that is kept
  static constexpr auto fields() { return std::tuple(field("axis", &OuterProduct::axis)); }
};

/// The shape of a result that is summed or repeated.
struct Shape {
  Type shape;
  static constexpr auto fields() { return std::tuple(field("shape", &Shape::shape)); }
};

/// A run of rows.
struct Rows {
  int begin = 0, count = 0;
  static constexpr auto fields() {
    return std::tuple(field("begin", &Rows::begin), field("count", &Rows::count));
  }
};

/// What belongs to what.
struct Indexed {
  Index index;
  static constexpr auto fields() { return std::tuple(field("index", &Indexed::index)); }
};

/// What is added to what: entry e takes row from[e] to row to[e].
struct Neighbours {
  Index from, to;
  static constexpr auto fields() {
    return std::tuple(field("from", &Neighbours::from), field("to", &Neighbours::to));
  }
};

/// Labels of so many states.
struct States {
  int states = 0;
  static constexpr auto fields() { return std::tuple(field("states", &States::states)); }
};

/// Whether counts are rounded.
struct Selection {
  bool whole = false;
  static constexpr auto fields() { return std::tuple(field("whole", &Selection::whole)); }
};

/// A matrix in the rows of a value, row by row.
struct MatrixRows {
  int columns = 1;
  static constexpr auto fields() { return std::tuple(field("columns", &MatrixRows::columns)); }
};

/// Factors whose slots are the rows of a value, slot by slot.
struct SlotRows {
  int factors = 1;
  static constexpr auto fields() { return std::tuple(field("factors", &SlotRows::factors)); }
};

/// Which variable of a pairwise table hears the message: the first, or with `transpose` the second.
struct TableMessage {
  bool transpose = false;
  static constexpr auto fields() { return std::tuple(field("transpose", &TableMessage::transpose)); }
};

/// The same for tables of two binary variables.
struct PairMessage {
  bool transpose = false;
  bool maximise = false;  ///< the best state of the other variable counts, not the sum
  static constexpr auto fields() {
    return std::tuple(field("transpose", &PairMessage::transpose), field("maximise", &PairMessage::maximise));
  }
  /// Plane of the table where the receiving variable is in state i and the sending one in state j.
  int plane(int i, int j) const { return transpose ? 2 * j + i : 2 * i + j; }
};

}  // namespace unfurl::ir
