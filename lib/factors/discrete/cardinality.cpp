#include "factors/discrete/slots.hpp"

namespace unfurl {

namespace {

class CardinalityType : public FactorType {
 public:
  std::string name() const override { return "Cardinality"; }
  Serves serves() const override { return Serves::table; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_binary_slots(f);
    factors::check_argument(f, 0, {f.edges.arity() + 1});
  }
  ir::Value log_table(ir::Builder& b, const FactorGroup& g) const override {
    return factors::count_table(b, g, g.args[0]);
  }
  std::vector<ir::Value> messages(ir::Builder& b, const FactorGroup& g,
                                  const std::vector<ir::Value>& incoming) const override {
    return factors::count_messages(b, g, g.raise(b, g.args[0]), incoming);
  }
  ir::Value log_partition(ir::Builder& b, const FactorGroup& g,
                          const std::vector<ir::Value>& incoming) const override {
    return factors::count_log_partition(b, g, g.raise(b, g.args[0]), incoming);
  }
  ir::Value expectation(ir::Builder& b, const FactorGroup& g,
                        const std::vector<ir::Value>& beliefs) const override {
    return factors::count_expectation(b, g, g.args[0], beliefs);
  }
  std::vector<Expected> mean_field(ir::Builder& b, const FactorGroup& g,
                                   const std::vector<ir::Value>& beliefs) const override {
    return factors::count_expectations(b, g, g.raise(b, g.args[0]), beliefs);
  }
};

}  // namespace

const FactorType& factors::cardinality() {
  static const CardinalityType type;
  return type;
}

Cardinality::operator FactorSpec() const { return {&factors::cardinality(), {log_potential}, {}}; }

}  // namespace unfurl
