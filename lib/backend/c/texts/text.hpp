// What every operation is in C: statements that compute a result from operands, with extents and strides written into them, so that
// all layers of a network share them.
#pragma once

#include <initializer_list>
#include <map>
#include <utility>

#include "unfurl/extend/operation.hpp"

namespace unfurl::c {

/// An operand or the result, as the statements see it: entries lie [plane][row][sample]; extents of one stand for any position.
struct Array {
  std::string name;
  ir::Type type;
  int samples = 1;                               ///< 1 where it is the same for all
  const std::vector<double>* numbers = nullptr;  ///< of a constant
  bool uniform = false;                          ///< a constant with one number for all entries

  int plane_step() const { return uniform || type.planes == 1 ? 0 : type.rows * samples; }
  int row_step() const { return uniform || type.rows == 1 ? 0 : samples; }
  int sample_step() const { return samples == 1 ? 0 : 1; }
  /// "a[p * 40 + r * 4 + l]"
  std::string at(const std::string& plane, const std::string& row, const std::string& sample) const;
};

/// One node to be written.
struct Site {
  const ir::Operation& op;
  const ir::Attributes& attributes;
  Array out;
  std::vector<Array> in;
  int samples;

  std::vector<ir::Type> types() const;
};

using Keys = std::map<std::string, std::string>;

/// Whole numbers that statements look up; narrow ones are of the smallest type that holds them, others of `int`.
struct Table {
  std::string name;
  std::vector<int> values;
  bool narrow = true;
};

/// Statements over `o`, the operands `a`, `b`, `c`, `d`, tables by their names, scratch `w` and `z`.
struct Text {
  std::string body;
  std::vector<Table> tables{};
  std::vector<std::pair<std::string, std::vector<double>>> numbers{};  ///< arrays of constants
  std::size_t scratch = 0;                                             ///< numbers in `w`
  std::size_t doubles = 0;                                             ///< numbers in `z`, always double
  std::vector<std::pair<std::size_t, std::string>> reads{};  ///< operands by name; empty: all, as a, b, ...
  std::size_t offset = 0;                                    ///< entries of the result before `o`
  bool copies = false;  ///< nothing is to be done where the operand, from `source` on, is the result already
  std::size_t source = 0;
};
using Writer = std::vector<Text> (*)(const Site&);
using Writers = std::map<const ir::Operation*, Writer>;

const Writers& elementwise_writers();
const Writers& row_writers();
const Writers& plane_writers();
const Writers& message_writers();
const Writers& convolution_writers();
const Writers& fourier_writers();
const Writers& penalty_writers();
const Writers& matrix_writers();

/// Null for an operation that has no text.
Writer find_writer(const ir::Operation& op);

/// The functions of scalars and of rows that statements call, each after those that it calls itself.
struct Function {
  std::string name, text;
};
const std::vector<Function>& functions();

/// Fills `$a[plane, row, sample]`, for `o` and the operands `a`, `b`, ..., and `$key`: P, R (planes and rows of the result), aP,
/// aR, bP, ... of the operands, n (samples), and what is given.
std::string fill(const std::string& pattern, const Site& site, const Keys& keys = {});

/// o = expression, entry by entry, with {0}, {1} for the operands.
std::string entry_by_entry(const Site& site, const std::string& expression);

/// "R(0.1)": a number of the program's precision, to the last bit.
std::string literal(double number);
std::string text_of(int number);

}  // namespace unfurl::c
