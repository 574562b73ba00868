// Inverses of matrices of which every sample has its own.
#include "ops/rules.hpp"
#include "unfurl/extend/batch_matrices.hpp"

namespace unfurl::ir {

namespace {

Type infer_inverse(const std::vector<Type>& t, const Attributes&) {
  if (t[0].planes != t[0].rows) throw InternalError(detail::cat("no inverse of ", to_string(t[0])));
  return t[0].with(Domain::real);
}

double cost_inverse(const std::vector<Type>&, const Attributes&, const Type& out) {
  return static_cast<double>(out.size()) * out.rows;
}

/// d out = -out d(matrix) out.
Value vjp_inverse(Builder& b, Value out, int, Value g) {
  return b.neg(batch_matmul(b, batch_matmul(b, out, g, {true, false}), out, {false, true}));
}

}  // namespace

Value inverse(Builder& b, Value matrix) { return b.emit(ops::inverse, {matrix}); }

const Operation ops::inverse{.name = "inverse",
                             .multiply_adds = cost_inverse,
                             .remedy = "the matrix has to be positive definite",
                             .infer = infer_inverse,
                             .vjp = vjp_inverse,
                             .sign = sign_mixed,
                             .split = split_whole<vjp_inverse>};

}  // namespace unfurl::ir
