#include <limits>

#include "factors/discrete/slots.hpp"
#include "model/states.hpp"

namespace unfurl {

namespace {

using ir::Builder;
using ir::Value;

/// Sets of slots as the log-ratio of an even sum to an odd one.
class Parities final : public factors::SlotSets {
 public:
  explicit Parities(Semiring semiring) : max_(semiring == Semiring::max) {}
  Value join(Builder& b, Value x, Value y) const override {
    return max_ ? b.ising_max_message(b.scale(x, 0.5), y) : b.parity_message(x, y);
  }
  Value exclude(Builder& b, Value outside, Value second) const override { return join(b, outside, second); }

 private:
  bool max_;
};

class ParityType : public FactorType {
 public:
  std::string name() const override { return "Parity"; }
  /// The expectation of what it forbids is -inf.
  Serves serves() const override { return Serves::table - Serves::mean_field; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_binary_slots(f);
    if (!f.spec.args.empty()) factors::check_argument(f, 0, {1});
  }
  Value log_table(Builder& b, const FactorGroup& g) const override {
    return factors::count_table(b, g, log_potential(b, g), 2);
  }
  std::vector<Value> messages(Builder& b, const FactorGroup& g,
                              const std::vector<Value>& incoming) const override {
    if (g.declaration->edges.arity() == 1)  // a field: the bit is the parity
      return {log_ratio(b, g.raise(b, log_potential(b, g)))};
    const Value odd = g.args.empty() ? Value{} : g.raise(b, log_ratio(b, log_potential(b, g)));
    const int arity = static_cast<int>(incoming.size());
    if (g.semiring == Semiring::max) {
      const Value slots = b.neg(factors::join_slots(b, incoming, g.count));
      const Value said =
          factors::exclude_each(b, Parities(g.semiring), slots, odd ? b.neg(odd) : odd, g.count);
      return factors::part_slots(b, b.neg(said), arity);
    }
    std::vector<Value> all = incoming;  // what the factor itself says of the parity is one slot more
    if (odd) all.push_back(odd);
    // Of log-ratios of 1, not 0: the signs of an even number of slots cancel.
    Value said = b.parity_messages(factors::join_slots(b, all, g.count), g.count);
    if (all.size() % 2 != 0) said = b.neg(said);
    std::vector<Value> messages = factors::part_slots(b, said, static_cast<int>(all.size()));
    messages.resize(incoming.size());
    return messages;
  }
  /// The sum over all joint states, of which those of either parity have a share; or the best of either parity, which is
  /// 0 for one, and for the other the smallest change of a state.
  Value log_partition(Builder& b, const FactorGroup& g, const std::vector<Value>& incoming) const override {
    const Value slots = factors::join_slots(b, incoming, g.count);
    const Value even = factors::join_all(b, Parities(g.semiring), b.neg(slots), g.count);
    const bool max = g.semiring == Semiring::max;
    const auto lost = [&](Value ratio) { return b.neg(max ? b.relu(ratio) : b.softplus(ratio)); };
    const Value by_parity =
        b.add(two_planes(b, lost(b.neg(even)), lost(even)), g.raise(b, log_potential(b, g)));
    if (max) return b.max_planes(by_parity);
    std::vector<int> factor;
    for (int i = 0; i < b.type(slots).rows; ++i) factor.push_back(i % g.count);
    const Value all =
        b.segment_sum_rows(b.softplus(b.neg(b.abs(slots))), ir::make_index(std::move(factor), g.count));
    return b.add(all, b.log_sum_exp_planes(by_parity));
  }

 private:
  /// Of an even and of an odd sum.
  static Value log_potential(Builder& b, const FactorGroup& g) {
    if (g.args.empty()) return b.constant({0, -std::numeric_limits<double>::infinity()}, {2, 1, false});
    return two_planes(b, b.log(b.one_minus(g.args[0])), b.log(g.args[0]));
  }
};

}  // namespace

const FactorType& factors::parity() {
  static const ParityType type;
  return type;
}

Parity::operator FactorSpec() const {
  FactorSpec spec{&factors::parity(), {}, {}};
  if (odd) spec.args.push_back(odd);
  return spec;
}

}  // namespace unfurl
