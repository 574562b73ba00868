// At most one and exactly one variable in state 1: counts of which only 0 and 1 are possible, so messages cost O(n).
#include <limits>

#include "factors/discrete/slots.hpp"

namespace unfurl {

namespace {

class OneOfType : public FactorType {
 public:
  explicit OneOfType(bool exactly) : exactly_(exactly) {}
  std::string name() const override { return exactly_ ? "ExactlyOne" : "AtMostOne"; }
  /// The expectation of what it forbids is -inf.
  Serves serves() const override { return Serves::table - Serves::mean_field; }
  void check(const Model::FactorDeclaration& f) const override { factors::check_binary_slots(f); }
  ir::Value log_table(ir::Builder& b, const FactorGroup& g) const override {
    return factors::count_table(b, g, log_potential(b));
  }
  std::vector<ir::Value> messages(ir::Builder& b, const FactorGroup& g,
                                  const std::vector<ir::Value>& incoming) const override {
    return factors::count_messages(b, g, log_potential(b), incoming);
  }
  ir::Value log_partition(ir::Builder& b, const FactorGroup& g,
                          const std::vector<ir::Value>& incoming) const override {
    return factors::count_log_partition(b, g, log_potential(b), incoming);
  }

 private:
  ir::Value log_potential(ir::Builder& b) const {
    return b.constant({exactly_ ? -std::numeric_limits<double>::infinity() : 0, 0}, {2, 1, false});
  }
  bool exactly_;
};

}  // namespace

const FactorType& factors::at_most_one() {
  static const OneOfType type(false);
  return type;
}
const FactorType& factors::exactly_one() {
  static const OneOfType type(true);
  return type;
}

AtMostOne::operator FactorSpec() const { return {&factors::at_most_one(), {}, {}}; }
ExactlyOne::operator FactorSpec() const { return {&factors::exactly_one(), {}, {}}; }

}  // namespace unfurl
