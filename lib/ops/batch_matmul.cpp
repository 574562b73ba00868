// Products of matrices of which every sample has its own.
#include "ops/rules.hpp"
#include "unfurl/extend/batch_matrices.hpp"

namespace unfurl::ir {

using detail::cat;

namespace {

Type infer_batch_product(const std::vector<Type>& t, const Attributes& a) {
  const auto [left, right] = a.as<BatchProduct>();
  const int rows = left ? t[0].rows : t[0].planes, columns = right ? t[1].planes : t[1].rows;
  if ((left ? t[0].planes : t[0].rows) != (right ? t[1].rows : t[1].planes))
    throw InternalError(cat("no product of ", to_string(t[0]), left ? " (transposed)" : "", " and ",
                            to_string(t[1]), right ? " (transposed)" : ""));
  return {rows, columns, t[0].lanes || t[1].lanes, all_nonneg(t) ? Domain::nonneg : Domain::real};
}

double cost_batch_product(const std::vector<Type>& t, const Attributes& a, const Type& out) {
  return static_cast<double>(out.size()) * (a.as<BatchProduct>().transpose_left ? t[0].planes : t[0].rows);
}

/// Of C = op(A) op(B): A has G op(B)^T, or its transpose op(B) G^T; B has op(A)^T G, or G^T op(A).
Value product_vjp(Builder& b, const Node& node, int arg, Value other, Value g) {
  const auto [left, right] = node.attributes.as<BatchProduct>();
  if (arg == 0)
    return left ? batch_matmul(b, other, g, {right, true}) : batch_matmul(b, g, other, {false, !right});
  return right ? batch_matmul(b, g, other, {true, left}) : batch_matmul(b, other, g, {!left, false});
}

Value vjp_batch_product(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  return product_vjp(b, node, arg, node.args[arg == 0 ? 1 : 0], g);
}

}  // namespace

Value batch_matmul(Builder& b, Value a, Value x, const BatchProduct& which) {
  return b.emit(ops::batch_matmul, {a, x}, which);
}

Value identity_matrix(Builder& b, int n) {
  std::vector<double> entries(static_cast<std::size_t>(n) * static_cast<std::size_t>(n), 0);
  for (std::size_t i = 0; i < entries.size(); i += static_cast<std::size_t>(n) + 1) entries[i] = 1;
  return b.constant(std::move(entries), {n, n, false, Domain::nonneg});
}

const Operation ops::batch_matmul{.name = "batch_matmul",
                                  .arity = 2,
                                  .attributes = BatchProduct{},
                                  .keeps_finite = true,
                                  .multiply_adds = cost_batch_product,
                                  .infer = infer_batch_product,
                                  .vjp = vjp_batch_product,
                                  .sign = sign_product,
                                  .split = split_bilinear<product_vjp>};

}  // namespace unfurl::ir
