// Belief propagation through tables of two binary variables, as log-ratios: one operation instead of fifteen.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

/// i or j of every plane.
std::vector<int> receiver(const PairMessage& a) {
  return a.transpose ? std::vector{0, 1, 0, 1} : std::vector{0, 0, 1, 1};
}

std::vector<int> sender(const PairMessage& a) {
  return a.transpose ? std::vector{0, 0, 1, 1} : std::vector{0, 1, 0, 1};
}

void check_pair(const Type& table, const Type& message) {
  if (table.planes != 4 || message.planes != 1 ||
      (table.rows != message.rows && table.rows != 1 && message.rows != 1))
    throw InternalError(cat("no message ", to_string(message), " through a table ", to_string(table)));
}

Type infer_pair_message(const std::vector<Type>& t, const Attributes&) {
  check_pair(t[0], t[1]);
  return {1, std::max(t[0].rows, t[1].rows), t[0].lanes || t[1].lanes, Domain::real};
}

Type infer_pair_shares(const std::vector<Type>& t, const Attributes&) {
  check_pair(t[0], t[1]);
  return {4, std::max(t[0].rows, t[1].rows), t[0].lanes || t[1].lanes, Domain::nonneg};
}

/// log of the sum (or maximum) over j of exp( table(i, j) + j m ), for state 1 of i less that for state 0.
Value expand_pair_message(Builder& b, const std::vector<Value>& args, const Attributes& attributes) {
  const auto& a = attributes.as<PairMessage>();
  const Value said =
      b.gather_planes(b.segment_sum_planes(args[1], make_index({1}, 2)), make_index(sender(a), 2));
  const Value joint = b.add(args[0], said);
  const Index index = make_index(receiver(a), 2);
  const Value both =
      a.maximise ? b.segment_max_planes(joint, index) : b.segment_log_sum_exp_planes(joint, index);
  return b.sub(b.plane(both, 1), b.plane(both, 0));
}

/// A gradient as a difference: both rules, ordinary and split, follow from it.
struct Sides {
  Value up, down;
};

using Rule = Sides (*)(Builder&, const Node&, Value out, int arg, Value gradient);

template <Rule rule>
Value vjp_of(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Sides s = rule(b, node, out, arg, g);
  return s.up ? b.sub(s.up, s.down) : Value{};
}

template <Rule rule>
Split split_of(Builder& b, Value out, int arg, Split g) {
  const Node node = b.graph()[out];
  Split result;
  const auto add = [&](Value& half, Value v) { half = half && v ? b.add(half, v) : half ? half : v; };
  if (g.plus) {
    const Sides s = rule(b, node, out, arg, g.plus);
    add(result.plus, s.up), add(result.minus, s.down);
  }
  if (g.minus) {
    const Sides s = rule(b, node, out, arg, g.minus);
    add(result.plus, s.down), add(result.minus, s.up);
  }
  return result;
}

/// State 1 pulls up, by the share of each j in it, and state 0 down.
Sides message_sides(Builder& b, const Node& node, Value, int arg, Value g) {
  const auto& a = node.attributes.as<PairMessage>();
  const Value shares = b.pair_shares(node.args[0], node.args[1], a.transpose, a.maximise);
  if (arg == 1) return {b.mul(g, b.plane(shares, a.plane(1, 1))), b.mul(g, b.plane(shares, a.plane(0, 1)))};
  const auto half = [&](int state) {
    std::vector<double> of(4, 0);
    for (int j : {0, 1}) of[static_cast<std::size_t>(a.plane(state, j))] = 1;
    return b.mul(b.mul(b.constant(std::move(of), {4, 1, false, Domain::nonneg}), shares), g);
  };
  return {half(1), half(0)};
}

/// Of shares s that sum to 1 for every i: d s_j / d x_j' = s_j ([j = j'] - s_j'). Those of maxima are constant.
Sides shares_sides(Builder& b, const Node& node, Value out, int arg, Value g) {
  const auto& a = node.attributes.as<PairMessage>();
  if (a.maximise) return {};
  const Index index = make_index(receiver(a), 2);
  const Value own = b.mul(g, out);
  const Value all = b.mul(out, b.gather_planes(b.segment_sum_planes(own, index), index));
  if (arg == 0) return {own, all};
  const auto sent = [&](Value v) { return b.add(b.plane(v, a.plane(0, 1)), b.plane(v, a.plane(1, 1))); };
  return {sent(own), sent(all)};
}

}  // namespace

const Operation pair_message{.name = "pair_message",
                             .arity = 2,
                             .attributes = PairMessage{},
                             .infer = infer_pair_message,
                             .vjp = vjp_of<message_sides>,
                             .sign = sign_mixed,
                             .split = split_of<message_sides>,
                             .expand = expand_pair_message};
/// Of the table's entries, in their places: the share of each j in the sum (or maximum) for i.
const Operation pair_shares{.name = "pair_shares",
                            .arity = 2,
                            .attributes = PairMessage{},
                            .infer = infer_pair_shares,
                            .vjp = vjp_of<shares_sides>,
                            .sign = sign_mixed,
                            .split = split_of<shares_sides>};

}  // namespace unfurl::ir::ops
