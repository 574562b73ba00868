// Choosing the largest entries.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type infer_top_k(const std::vector<Type>& t, const Attributes&) {
  if (t[1].rows != 1 || (t[1].planes != 1 && t[1].planes != t[0].planes))
    throw InternalError(cat("counts of shape ", to_string(t[1]), " for planes of ", to_string(t[0])));
  return {t[0].planes, t[0].rows, t[0].lanes || t[1].lanes, Domain::nonneg};
}

/// The entry that a larger count takes in next is the one that is there in part.
Value vjp_top_k(Builder& b, Value out, int arg, Value g) {
  if (arg == 0 || b.graph()[out].attributes.as<Selection>().whole) return {};
  return b.where(g, b.mul(out, b.one_minus(out)));
}

Sign sign_top_k(const std::vector<Type>&, const Attributes&, int arg) {
  return arg == 0 ? Sign::none : Sign::plus;
}

}  // namespace

const Operation top_k{.name = "top_k",
                      .arity = 2,
                      .attributes = Selection{},
                      .infer = infer_top_k,
                      .vjp = vjp_top_k,
                      .sign = sign_top_k};

}  // namespace unfurl::ir::ops
