/// The meaning of an operation: the type of its result, its gradient, its sign, and what passes may ask of it. Who runs it
/// is another matter: see unfurl/extend/backend.hpp.
#pragma once

#include <string_view>

#include "unfurl/extend/attributes.hpp"

namespace unfurl::ir {

class Builder;

/// How a result moves with one operand when all are in their domains; decides how split gradients flow.
enum class Sign { plus, minus, mixed, none };

/// A gradient as a difference of two non-negative halves.
struct Split {
  Value plus, minus;
};

/// What part of what: a planner may then keep the part inside the whole.
enum class Parts {
  none,
  result_of_operand,   ///< the result is rows of its one operand, from row `first_row` on
  operands_of_result,  ///< the operands are the result's rows, one after the other
};

/// An operation of the library is one file in lib/ops and one line in lib/program/operations.hpp; of others, Graph::add takes
/// the definition itself. A name and `infer` are mandatory.
struct Operation {
  std::string name;  ///< for texts and drawings
  int arity = 1;     ///< number of operands; 0: a leaf, which whoever runs the program fills; -1: any number
  Attributes attributes{};  ///< the struct of its attributes, as they are where nothing is said

  bool elementwise = false;  ///< operands broadcast to the result, entry by entry
  bool keeps_finite =
      false;  ///< results of finite operands are finite, as models count it: overflow does not matter
  Parts parts = Parts::none;
  int (*first_row)(const Attributes&) = nullptr;  ///< of Parts::result_of_operand
  /// The result is the sum of its operands with these signs, +1 or -1. Null: it is no such sum.
  int (*additive_sign)(int arg) = nullptr;
  /// Multiplications that are added up in one call for one sample, from the types of the operands and the result. Null:
  /// it maps or moves entries.
  double (*multiply_adds)(const std::vector<Type>&, const Attributes&, const Type& out) = nullptr;
  std::string remedy{};  ///< what to do where the result is not finite; empty: nothing in particular

  /// Result type; throws InternalError when the operands do not fit.
  Type (*infer)(const std::vector<Type>&, const Attributes&) = nullptr;
  /// Gradient with respect to operand `arg`, given the gradient of the result (same shape as the result); may have
  /// the broadcast shape (the gradient pass sums it to the operand's). Null: that of the expansion; without one no gradient flows.
  Value (*vjp)(Builder&, Value out, int arg, Value gradient) = nullptr;
  /// How the result moves with operand `arg`.
  Sign (*sign)(const std::vector<Type>&, const Attributes&, int arg) = nullptr;
  /// Split gradient of a `mixed` operand; null: the elementwise rule of the gradient pass.
  Split (*split)(Builder&, Value out, int arg, Split gradient) = nullptr;
  /// The same operation in other ones, for targets that do not have it.
  Value (*expand)(Builder&, const std::vector<Value>&, const Attributes&) = nullptr;
};

/// All operations of the library, in the order of lib/program/operations.hpp.
const std::vector<const Operation*>& all_operations();
/// Null for an unknown name.
const Operation* find_operation(std::string_view name);

}  // namespace unfurl::ir
