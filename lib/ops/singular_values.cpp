// Functions of the singular values of small matrices, one for each sample.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

void check_matrix(const Type& t, const Attributes& a) {
  const int columns = a.as<MatrixRows>().columns;
  if (t.planes != 1 || columns < 1 || t.rows % columns != 0)
    throw InternalError(cat("matrices of ", columns, " columns in ", to_string(t)));
}
void check_threshold(const Type& t) {
  if (t.size() != 1) throw InternalError(cat("singular values less ", to_string(t)));
}

Type infer_shrink(const std::vector<Type>& t, const Attributes& a) {
  check_matrix(t[0], a);
  check_threshold(t[1]);
  return {1, t[0].rows, t[0].lanes || t[1].lanes, Domain::real};
}
Type infer_slope(const std::vector<Type>& t, const Attributes& a) {
  const Type out = infer_shrink(t, a);
  if (t[2].planes != 1 || t[2].rows != t[0].rows)
    throw InternalError(cat("a direction ", to_string(t[2]), " for matrices in ", to_string(t[0])));
  return {1, out.rows, out.lanes || t[2].lanes, Domain::real};
}
/// U 1 V^T over the values that are left moves by minus the threshold's change.
Value vjp_shrink(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const int columns = node.attributes.as<MatrixRows>().columns;
  if (arg == 0) return b.shrink_singular_values_slope(node.args[0], node.args[1], g, columns);
  return b.neg(b.mul(g, b.emit(ops::polar_factor, {node.args[0], node.args[1]}, MatrixRows{columns})));
}

Value vjp_slope(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  if (arg != 2) return {};  // where it is constant, and else left out
  return b.shrink_singular_values_slope(node.args[0], node.args[1], g,
                                        node.attributes.as<MatrixRows>().columns);
}

}  // namespace

const Operation shrink_singular_values{.name = "shrink_singular_values",
                                       .arity = 2,
                                       .attributes = MatrixRows{},
                                       .infer = infer_shrink,
                                       .vjp = vjp_shrink,
                                       .sign = sign_mixed,
                                       .split = split_together};
const Operation shrink_singular_values_slope{.name = "shrink_singular_values_slope",
                                             .arity = 3,
                                             .attributes = MatrixRows{},
                                             .infer = infer_slope,
                                             .vjp = vjp_slope,
                                             .sign = sign_mixed,
                                             .split = split_together};
const Operation polar_factor{
    .name = "polar_factor", .arity = 2, .attributes = MatrixRows{}, .infer = infer_shrink};

}  // namespace unfurl::ir::ops
