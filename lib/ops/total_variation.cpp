// Total variation of a sequence: its proximal map, which is constant over runs of rows, and means over such runs.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type infer_total_variation(const std::vector<Type>& t, const Attributes&) {
  if (t[0].planes != 1 || t[1].planes != 1 || t[1].rows != 1)
    throw InternalError(cat("the total variation of ", to_string(t[0]), ", weighted by ", to_string(t[1])));
  return {1, t[0].rows, t[0].lanes || t[1].lanes,
          t[0].domain == Domain::real ? Domain::real : Domain::nonneg};
}

/// A run is the mean of its rows, plus the weight over its length for each neighbour that is above it, minus for each
/// below: from that both slopes.
Value vjp_total_variation(Builder& b, Value out, int arg, Value g) {
  const Value mean = b.mean_over_runs(g, out);
  if (arg == 0) return mean;
  const int n = b.type(out).rows;
  if (n == 1) return {};
  const Value rises = b.sign(b.sub(b.slice_rows(out, 1, n - 1), b.slice_rows(out, 0, n - 1)));
  return b.mul(mean, b.sub(b.pad_rows(rises, 0, n), b.pad_rows(rises, 1, n)));
}

Sign sign_total_variation(const std::vector<Type>&, const Attributes&, int arg) {
  return arg == 0 ? Sign::plus : Sign::mixed;
}

Type infer_mean_over_runs(const std::vector<Type>& t, const Attributes&) {
  if (t[0].planes != t[1].planes || t[0].rows != t[1].rows)
    throw InternalError(cat("means of ", to_string(t[0]), " over runs of ", to_string(t[1])));
  return {t[0].planes, t[0].rows, t[0].lanes || t[1].lanes,
          t[0].domain == Domain::real ? Domain::real : Domain::nonneg};
}

Value vjp_mean_over_runs(Builder& b, Value out, int arg, Value g) {
  return arg == 0 ? b.mean_over_runs(g, b.graph()[out].args[1]) : Value{};
}

Sign sign_mean_over_runs(const std::vector<Type>&, const Attributes&, int arg) {
  return arg == 0 ? Sign::plus : Sign::none;
}

}  // namespace

const Operation total_variation{.name = "total_variation",
                                .arity = 2,
                                .infer = infer_total_variation,
                                .vjp = vjp_total_variation,
                                .sign = sign_total_variation,
                                .split = split_together};
const Operation mean_over_runs{.name = "mean_over_runs",
                               .arity = 2,
                               .keeps_finite = true,
                               .infer = infer_mean_over_runs,
                               .vjp = vjp_mean_over_runs,
                               .sign = sign_mean_over_runs};

}  // namespace unfurl::ir::ops
