// What the definitions of operations share: type rules and sign rules.
#pragma once

#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl::ir {

/// Largest common shape of elementwise operands; throws where an extent is neither equal nor one.
Type broadcast_type(const std::vector<Type>& types, Domain domain);

inline bool all_nonneg(const std::vector<Type>& types) {
  for (const Type& t : types)
    if (t.domain == Domain::real) return false;
  return true;
}

template <Domain D>
Type infer_domain(const std::vector<Type>& t, const Attributes&) {
  return broadcast_type(t, D);
}
/// Non-negative where all operands are.
inline Type infer_joint(const std::vector<Type>& t, const Attributes&) {
  return broadcast_type(t, all_nonneg(t) ? Domain::nonneg : Domain::real);
}

/// The index table of a node.
inline Index index_of(const Builder& b, Value v) { return b.graph()[v].attributes.as<Indexed>().index; }

inline Sign sign_plus(const std::vector<Type>&, const Attributes&, int) { return Sign::plus; }
inline Sign sign_mixed(const std::vector<Type>&, const Attributes&, int) { return Sign::mixed; }
/// The halves of the gradient that both halves make together: nothing is known of the slopes' signs.
inline Split split_together(Builder& b, Value out, int arg, Split g) {
  if (!g.plus && !g.minus) return {};
  const Value both = !g.minus ? g.plus : !g.plus ? b.neg(g.minus) : b.sub(g.plus, g.minus);
  const Value v = b.graph()[out].op->vjp(b, out, arg, both);
  return v ? Split{b.relu(v), b.relu(b.neg(v))} : Split{};
}
/// Rising in an operand that is non-negative.
inline Sign sign_plus_if_nonneg(const std::vector<Type>& t, const Attributes&, int arg) {
  return t[static_cast<std::size_t>(arg)].domain == Domain::real ? Sign::mixed : Sign::plus;
}

/// Of an operation that is linear in either operand, whose gradient in operand `arg` is a Product of the other one and the
/// result's: that other operand, where it is real, is cut into its parts.
template <Value (*Product)(Builder&, const Node&, int arg, Value other, Value gradient)>
Split split_bilinear(Builder& b, Value out, int arg, Split g) {
  const Node node = b.graph()[out];
  const Value other = node.args[arg == 0 ? 1 : 0];
  const Value up = b.relu(other), down = b.relu(b.neg(other));
  Split s;
  const auto put = [&](Value& half, Value factor, Value grad) {
    if (!grad) return;
    const Value term = Product(b, node, arg, factor, grad);
    half = half ? b.add(half, term) : term;
  };
  put(s.plus, up, g.plus), put(s.plus, down, g.minus);
  put(s.minus, down, g.plus), put(s.minus, up, g.minus);
  return s;
}
/// The sign of a product in one of its operands: that of the other.
inline Sign sign_product(const std::vector<Type>& t, const Attributes&, int arg) {
  return t[arg == 0 ? 1 : 0].domain == Domain::real ? Sign::mixed : Sign::plus;
}

/// Where the gradient has terms of either sign: its halves are cut from the whole.
template <Value (*Gradient)(Builder&, Value out, int arg, Value gradient)>
Split split_whole(Builder& b, Value out, int arg, Split g) {
  const Value difference = g.plus && g.minus ? b.sub(g.plus, g.minus) : g.plus ? g.plus : b.neg(g.minus);
  const Value back = Gradient(b, out, arg, difference);
  return {b.relu(back), b.relu(b.neg(back))};
}

}  // namespace unfurl::ir
