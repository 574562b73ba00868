// What keeps infinities from becoming wrong numbers, and what stops gradients.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

// Of a logarithm of what is impossible (-inf) the exponent, which is the factor, learns nothing.
Value vjp_multiply_no_nan(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  return b.mul(g, arg == 0 ? node.args[1] : b.zero_if_infinite(node.args[0]));
}

Sign sign_multiply_no_nan(const std::vector<Type>& t, const Attributes&, int arg) {
  return t[arg == 0 ? 1 : 0].domain == Domain::real ? Sign::mixed : Sign::plus;
}

Value vjp_zero_if_infinite(Builder&, Value, int, Value g) { return g; }

Value vjp_positive_only(Builder&, Value, int, Value g) { return g; }

}  // namespace

const Operation multiply_no_nan{.name = "multiply_no_nan",
                                .arity = 2,
                                .elementwise = true,
                                .infer = infer_joint,
                                .vjp = vjp_multiply_no_nan,
                                .sign = sign_multiply_no_nan};
const Operation zero_if_infinite{.name = "zero_if_infinite",
                                 .elementwise = true,
                                 .infer = infer_joint,
                                 .vjp = vjp_zero_if_infinite,
                                 .sign = sign_plus};
/// Precisions of Gaussians go through it: it lets nothing pass silently.
const Operation positive_only{
    .name = "positive_only",
    .elementwise = true,
    .remedy =
        "the model is no density there: its precision matrix has to be positive definite, so take smaller "
        "couplings, or larger precisions of single variables",
    .infer = infer_domain<Domain::nonneg>,
    .vjp = vjp_positive_only,
    .sign = sign_plus};
/// A value that what follows takes as given.
const Operation stop_gradient{.name = "stop_gradient", .elementwise = true, .infer = infer_joint};

}  // namespace unfurl::ir::ops
