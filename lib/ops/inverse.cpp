// Inverses of matrices of which every sample has its own.
#include "ops/rules.hpp"
#include "unfurl/extend/batch_matrices.hpp"

namespace unfurl::ir {

namespace {

Type infer(const std::vector<Type>& t, const Attributes&) {
  if (t[0].planes != t[0].rows) throw InternalError(detail::cat("no inverse of ", to_string(t[0])));
  return t[0].with(Domain::real);
}

/// d out = -out d(matrix) out.
Value vjp(Builder& b, Value out, int, Value g) {
  return b.neg(batch_matmul(b, batch_matmul(b, out, g, {true, false}), out, {false, true}));
}

}  // namespace

Value inverse(Builder& b, Value matrix) { return b.emit(ops::inverse, {matrix}); }

const Operation ops::inverse{.name = "inverse",
                             .remedy = "the matrix has to be positive definite",
                             .infer = infer,
                             .vjp = vjp,
                             .sign = sign_mixed,
                             .split = split_whole<vjp>};

}  // namespace unfurl::ir
