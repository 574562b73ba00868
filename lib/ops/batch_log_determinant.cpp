// Determinants of matrices of which every sample has its own.
#include "ops/rules.hpp"
#include "unfurl/extend/batch_matrices.hpp"

namespace unfurl::ir {

namespace {

Type infer(const std::vector<Type>& t, const Attributes&) {
  if (t[0].planes != t[0].rows) throw InternalError(detail::cat("no determinant of ", to_string(t[0])));
  return {1, 1, t[0].lanes};
}

/// A^-T.
Value vjp(Builder& b, Value out, int, Value g) {
  const Value a = b.graph()[out].args[0];
  return b.mul(g, batch_solve(b, a, identity_matrix(b, b.type(a).planes), {true}));
}

}  // namespace

Value batch_log_determinant(Builder& b, Value a) { return b.emit(ops::batch_log_determinant, {a}); }

const Operation ops::batch_log_determinant{.name = "batch_log_determinant",
                                           .remedy = "a matrix is singular: add a multiple of the identity",
                                           .infer = infer,
                                           .vjp = vjp,
                                           .sign = sign_mixed,
                                           .split = split_whole<vjp>};

}  // namespace unfurl::ir
