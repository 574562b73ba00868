// Losses as programs.
#include <cmath>

#include "program/composed/relative_floor.hpp"
#include "unfurl/train.hpp"

namespace unfurl {

namespace {

void check_part(const Loss& l) {
  if (!l.per_sample)
    throw ScheduleError("a part of a sum of losses is empty", "", "take one of unfurl::loss");
  if (l.at_every_layer || l.tying_weight != 0 || l.zero_weight != 0)
    throw ScheduleError(
        "a weighted loss or a part of a sum asks for every layer, or for a pull towards the tied network or "
        "zero",
        "", "apply every_layer(), near_tied() and near_zero() to the sum");
}

}  // namespace

Loss operator+(const Loss& a, const Loss& b) {
  check_part(a);
  check_part(b);
  return {[=](LossContext& c) {
    const ir::Value first = a.per_sample(c), second = b.per_sample(c);
    return c.builder.add(first, second);
  }};
}

Loss operator*(double weight, const Loss& loss) {
  check_part(loss);
  if (!std::isfinite(weight))
    throw ScheduleError(detail::cat("a loss with weight ", weight), "", "give it a finite one");
  return {[=](LossContext& c) {
    const ir::Value v = loss.per_sample(c);
    // Not a product with 0: then nothing depends on it, and what is trained by nothing else is refused.
    return weight == 0 ? c.builder.zeros({1, 1, true}) : c.builder.scale(v, weight);
  }};
}

}  // namespace unfurl

namespace unfurl::loss {

using ir::Builder;
using ir::Type;
using ir::Value;

namespace {

Value per_sample(Builder& b, Value v) { return b.sum_to(v, {1, 1, true}); }

/// The type of an array of labels.
Type states_of_variables(int variables, int states) { return {1, variables, true, Domain::index, states}; }

/// A target with or without gaps; without, `known` is absent.
LossContext::Partial target_of(LossContext& c, const std::string& name, Type type, const Sites& sites) {
  if (!sites.gaps) return {c.target(name, type), {}};
  return c.partial_target(name, type);
}

/// -log p(label) of every variable, [1, variables], of a label as target_of() gives it.
Value cross_entropies(LossContext& c, Value logit, Value label) {
  Builder& b = c.builder;
  const Type t = b.type(logit), row{1, t.rows, true};
  // -log p of either state is a softplus, which has no difference in it; what is impossible elsewhere does not count.
  if (t.planes == 1) return b.softplus(b.mul(b.sub(b.constant(1), b.scale(label, 2)), logit));
  return b.sub(b.log_sum_exp_planes(logit), b.sum_to(b.where(logit, b.one_hot(label, t.planes)), row));
}

}  // namespace

ir::Value sum_over_sites(LossContext& c, Value each, const Sites& sites, Value known) {
  Builder& b = c.builder;
  // Chosen, not multiplied: what does not count may be infinite.
  if (known) each = b.where(each, known);
  if (sites.weights) {
    const Value weight = c.target(*sites.weights, {1, b.type(each).rows, true, Domain::nonneg});
    each = b.mul(weight, b.where(each, weight));
  }
  return per_sample(b, each);
}

Loss cross_entropy(const std::string& variable, const std::string& labels, const Sites& sites) {
  return {[=](LossContext& c) {
    Builder& b = c.builder;
    const Value logit = c.result(variable + ".logit");
    const Type t = b.type(logit);
    const auto label = target_of(c, labels, states_of_variables(t.rows, t.planes == 1 ? 2 : t.planes), sites);
    const Value sum = sum_over_sites(c, cross_entropies(c, logit, label.value), sites, label.known);
    return !sites.weights ? b.scale(sum, 1.0 / t.rows) : sum;
  }};
}

Loss cross_entropy(const std::string& variable, const std::string& labels, const std::string& weights) {
  return cross_entropy(variable, labels, Sites{.weights = weights});
}

Loss squared_error(const std::string& result, const std::string& target, const Sites& sites) {
  return {[=](LossContext& c) {
    Builder& b = c.builder;
    const Value r = c.result(result);
    const auto given = target_of(c, target, b.type(r), sites);
    return sum_over_sites(c, b.squared_difference(r, given.value), sites, given.known);
  }};
}

Loss beta_divergence(double beta, const std::string& result, const std::string& target, const Sites& sites) {
  if (!std::isfinite(beta))
    throw ScheduleError(detail::cat("a beta divergence with beta ", beta), "",
                        "a finite number, such as 0, 1 or 2");
  return {[=](LossContext& c) {
    Builder& b = c.builder;
    const Value r = c.result(result);
    const auto [given, known] = target_of(c, target, b.type(r).with(Domain::nonneg), sites);
    const Value floor = ir::relative_floor(b, given, known);
    const auto sum = [&, known = known](Value each) { return sum_over_sites(c, each, sites, known); };
    const Value v = b.add(given, floor), l = b.add(r, floor);
    if (beta == 1) return sum(b.add(b.sub(b.mul(v, b.log(v)), b.mul(v, b.log(l))), b.sub(l, v)));
    if (beta == 0) return sum(b.sub(b.add(b.div(v, l), b.sub(b.log(l), b.log(v))), b.constant(1)));
    // (v^beta + (beta - 1) l^beta - beta v l^(beta - 1)) / (beta (beta - 1)), each term with its own sign
    const auto term = [&](Value x, double factor) {
      return factor < 0 ? b.neg(b.scale(x, -factor)) : b.scale(x, factor);
    };
    const Value constant = term(b.pow(v, beta), 1 / (beta * (beta - 1)));
    const Value rising = term(b.pow(l, beta), 1 / beta);
    const Value cross = term(b.mul(v, b.pow(l, beta - 1)), -1 / (beta - 1));
    return sum(b.add(b.add(constant, rising), cross));
  }};
}

}  // namespace unfurl::loss
