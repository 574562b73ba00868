// What formulas are made of, and those that only the library writes.
#pragma once

#include "unfurl/extend/builder.hpp"
#include "unfurl/model.hpp"

namespace unfurl {

/// The words that formulas are written in.
namespace formula_words {
using detail::cat;
using ir::Builder;
using ir::Type;
using ir::Value;
using Values = std::vector<Value>;
}  // namespace formula_words

/// The type of an operand; refuses an empty one.
ir::Type type_of(const Expr& e, const Where& where);
/// Refuses a formula without entries, as parameters of an empty edge set are.
void need_entries(const Expr& e, const Where& where);

inline bool is_scalar(const ir::Type& t) { return t.planes == 1 && t.rows == 1; }
inline bool is_vector(const ir::Type& t) { return t.planes == 1 && t.rows != 1; }

using Lower = std::function<ir::Value(ir::Builder&, const std::vector<ir::Value>&)>;
/// An operation over handles of one model.
std::shared_ptr<Expr::Node> operation(const std::string& name, std::vector<Expr> args, ir::Type type,
                                      const Where& where, Lower lower);

/// Entry by entry: the result is an array, or a scalar, where the operands are.
Expr elementwise(const std::string& name, std::vector<Expr> args, ir::Type type, const Where& where,
                 Lower lower);
/// The type of an elementwise operation of two operands, which fit each other.
ir::Type joint_type(const Expr& a, const Expr& b, const std::string& name, bool keeps_sign,
                    const Where& where);
/// "3 x 5".
std::string extents(const std::vector<int>& dims);

/// A formula as values of a program; handles of the model are what `leaf` makes of their nodes.
ir::Value lower(ir::Builder& b, const Expr& e, const std::function<ir::Value(const Expr::Node&)>& leaf);
/// Throws ModelError where a factor objects to the values of its arguments before training. `values` gives those that it knows
/// of, else nothing.
void check_values(const Model::FactorDeclaration& factor,
                  const std::function<std::vector<double>(const Expr&)>& values);
/// Whether a latent is a part of it.
bool depends_on_latent(const Expr& e);

/// The rows with these numbers: of a vector its entries, of a matrix its columns.
Expr at_rows(const Expr& a, const std::vector<int>& rows, const Where& where);

}  // namespace unfurl
