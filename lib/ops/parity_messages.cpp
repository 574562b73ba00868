// The check-node rule of binary codes for all variables of a factor at once.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type infer_parity_messages(const std::vector<Type>& t, const Attributes& attributes) {
  const int factors = attributes.as<SlotRows>().factors;
  if (t[0].planes != 1 || factors < 1 || t[0].rows % factors != 0 || t[0].rows < 2 * factors)
    throw InternalError(cat("no two slots or more of each of ", factors, " factors in ", to_string(t[0])));
  for (const Type& other : t)
    if (!other.same_shape(t[0]))
      throw InternalError(cat("no gradient ", to_string(other), " of messages ", to_string(t[0])));
  return t[0].with(Domain::real);
}

/// The slots before and after every one, put together.
struct Exclusive {
  std::vector<Value> slots, before, after;  ///< before the first and after the last slot there is nothing

  Exclusive(Builder& b, Value rows, int factors)
      : slots(static_cast<std::size_t>(b.type(rows).rows / factors)),
        before(slots.size()),
        after(slots.size()) {
    for (std::size_t k = 0; k < slots.size(); ++k)
      slots[k] = b.slice_rows(rows, static_cast<int>(k) * factors, factors);
    for (std::size_t k = 1; k < slots.size(); ++k)
      before[k] = before[k - 1] ? b.parity_message(before[k - 1], slots[k - 1]) : slots[0];
    for (std::size_t k = slots.size() - 1; k-- > 0;)
      after[k] = after[k + 1] ? b.parity_message(slots[k + 1], after[k + 1]) : slots[k + 1];
  }
};

Value expand_parity_messages(Builder& b, const std::vector<Value>& args, const Attributes& attributes) {
  const Exclusive x(b, args[0], attributes.as<SlotRows>().factors);
  std::vector<Value> said;
  for (std::size_t k = 0; k < x.slots.size(); ++k)
    said.push_back(!x.before[k]  ? x.after[k]
                   : !x.after[k] ? x.before[k]
                                 : b.parity_message(x.before[k], x.after[k]));
  return b.concat_rows(std::move(said));
}

Value vjp_parity_messages(Builder& b, Value out, int, Value g) {
  const Node node = b.graph()[out];
  return b.emit(parity_pull, {node.args[0], g}, node.attributes.as<SlotRows>());
}

/// Back through the messages, the sums of the slots after each one, and those before.
Value expand_parity_pull(Builder& b, const std::vector<Value>& args, const Attributes& attributes) {
  const int factors = attributes.as<SlotRows>().factors;
  const Exclusive x(b, args[0], factors);
  const std::size_t n = x.slots.size();
  std::vector<Value> slots(n), before(n), after(n);
  const auto add = [&](Value& to, Value g) { to = to ? b.add(to, g) : g; };
  /// Of parity_message(first, second), with its gradient.
  const auto pass = [&](Value first, Value second, Value g, Value& to_first, Value& to_second) {
    if (!g) return;
    add(to_first, b.mul(g, b.parity_slope(first, second)));
    add(to_second, b.mul(g, b.parity_slope(second, first)));
  };
  for (std::size_t k = 0; k < n; ++k) {
    const Value g = b.slice_rows(args[1], static_cast<int>(k) * factors, factors);
    if (!x.before[k])
      add(after[k], g);
    else if (!x.after[k])
      add(before[k], g);
    else
      pass(x.before[k], x.after[k], g, before[k], after[k]);
  }
  for (std::size_t k = 0; k + 2 < n; ++k)
    pass(x.slots[k + 1], x.after[k + 1], after[k], slots[k + 1], after[k + 1]);
  add(slots[n - 1], after[n - 2]);
  for (std::size_t k = n - 1; k > 1; --k)
    pass(x.before[k - 1], x.slots[k - 1], before[k], before[k - 1], slots[k - 1]);
  add(slots[0], before[1]);
  return b.concat_rows(std::move(slots));
}

}  // namespace

/// out of every slot: what the other slots of its factor say of the parity, as parity_message of all of them.
const Operation parity_messages{.name = "parity_messages",
                                .attributes = SlotRows{},
                                .infer = infer_parity_messages,
                                .vjp = vjp_parity_messages,
                                .sign = sign_mixed,
                                .split = split_together,
                                .expand = expand_parity_messages};
/// The gradient by the slots, with that of their messages.
const Operation parity_pull{.name = "parity_pull",
                            .arity = 2,
                            .attributes = SlotRows{},
                            .infer = infer_parity_messages,
                            .sign = sign_mixed,
                            .expand = expand_parity_pull};

}  // namespace unfurl::ir::ops
