// Products and inverses of matrices that differ from sample to sample.
#include "unfurl/extend/matrices.hpp"

#include "ops/rules.hpp"

namespace unfurl::ir {

using detail::cat;

namespace {

Type infer_product(const std::vector<Type>& t, const Attributes& a) {
  const Transposes& turned = a.as<Transposes>();
  const int p = turned.first ? t[0].rows : t[0].planes, k = turned.first ? t[0].planes : t[0].rows;
  const int l = turned.second ? t[1].rows : t[1].planes, r = turned.second ? t[1].planes : t[1].rows;
  if (k != l)
    throw InternalError(cat("no product of matrices ", to_string(t[0]), turned.first ? " (transposed)" : "",
                            " and ", to_string(t[1]), turned.second ? " (transposed)" : ""));
  return {p, r, t[0].lanes || t[1].lanes, all_nonneg(t) ? Domain::nonneg : Domain::real};
}

/// Of x y = out: gradients g y^T and x^T g, and their transposes where an operand was transposed.
Value product_gradient(Builder& b, const Node& node, int arg, Value other, Value g) {
  const auto [first, second] = node.attributes.as<Transposes>();
  if (arg == 0)
    return first ? matrix_product(b, other, g, {second, true})
                 : matrix_product(b, g, other, {false, !second});
  return second ? matrix_product(b, g, other, {true, first}) : matrix_product(b, other, g, {!first, false});
}

Value vjp_product(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  return product_gradient(b, node, arg, node.args[arg == 0 ? 1 : 0], g);
}

Type infer_inverse(const std::vector<Type>& t, const Attributes&) {
  if (t[0].planes != t[0].rows) throw InternalError(cat("no inverse of ", to_string(t[0])));
  return t[0].with(Domain::real);
}

/// d out = -out d(matrix) out.
Value vjp_inverse(Builder& b, Value out, int, Value g) {
  return b.neg(matrix_product(b, matrix_product(b, out, g, {true, false}), out, {false, true}));
}

double cost_of_product(const std::vector<Type>& t, const Attributes& a, const Type& out) {
  return static_cast<double>(out.size()) * (a.as<Transposes>().first ? t[0].planes : t[0].rows);
}
double cost_of_inverse(const std::vector<Type>&, const Attributes&, const Type& out) {
  return static_cast<double>(out.size()) * out.rows;
}

/// Sums of terms of either sign: the halves are cut from the gradient of their difference.
template <Value (*Gradient)(Builder&, Value, int, Value)>
Split split(Builder& b, Value out, int arg, Split g) {
  const Value difference = g.plus && g.minus ? b.sub(g.plus, g.minus) : g.plus ? g.plus : b.neg(g.minus);
  const Value back = Gradient(b, out, arg, difference);
  return {b.relu(back), b.relu(b.neg(back))};
}

}  // namespace

Value matrix_product(Builder& b, Value x, Value y, const Transposes& transposes) {
  return b.emit(ops::matrix_product, {x, y}, transposes);
}
Value inverse(Builder& b, Value matrix) { return b.emit(ops::inverse, {matrix}); }

namespace ops {

const Operation matrix_product{.name = "matrix_product",
                               .arity = 2,
                               .attributes = Transposes{},
                               .keeps_finite = true,
                               .multiply_adds = cost_of_product,
                               .infer = infer_product,
                               .vjp = vjp_product,
                               .sign = sign_product,
                               .split = split<vjp_product>};
const Operation inverse{.name = "inverse",
                        .multiply_adds = cost_of_inverse,
                        .remedy = "the matrix has to be positive definite",
                        .infer = infer_inverse,
                        .vjp = vjp_inverse,
                        .sign = sign_mixed,
                        .split = split<vjp_inverse>};

}  // namespace ops
}  // namespace unfurl::ir
