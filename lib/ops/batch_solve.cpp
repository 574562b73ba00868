// Systems of linear equations of which every sample has its own.
#include "ops/rules.hpp"
#include "unfurl/extend/batch_matrices.hpp"

namespace unfurl::ir {

namespace {

Type infer_solution(const std::vector<Type>& t, const Attributes&) {
  if (t[0].planes != t[0].rows || t[1].planes != t[0].rows)
    throw InternalError(
        detail::cat("no equations with the matrix ", to_string(t[0]), " and right sides ", to_string(t[1])));
  return {t[1].planes, t[1].rows, t[0].lanes || t[1].lanes};
}

/// Of X = A^-1 B: B has A^-T G, and A has minus that times X^T.
Value vjp_solution(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const bool transpose = node.attributes.as<BatchSolve>().transpose;
  const Value right = batch_solve(b, node.args[0], g, {!transpose});
  if (arg == 1) return right;
  return b.neg(transpose ? batch_matmul(b, out, right, {false, true})
                         : batch_matmul(b, right, out, {false, true}));
}

}  // namespace

Value batch_solve(Builder& b, Value a, Value x, const BatchSolve& which) {
  return b.emit(ops::batch_solve, {a, x}, which);
}

const Operation ops::batch_solve{.name = "batch_solve",
                                 .arity = 2,
                                 .attributes = BatchSolve{},
                                 .remedy = "a matrix is singular: add a multiple of the identity",
                                 .infer = infer_solution,
                                 .vjp = vjp_solution,
                                 .sign = sign_mixed,
                                 .split = split_whole<vjp_solution>};

}  // namespace unfurl::ir
