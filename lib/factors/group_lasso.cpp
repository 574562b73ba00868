// The group lasso [Yuan06]: norms of groups of entries, which are zero together.
#include <algorithm>

#include "factors/penalty.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Builder;
using ir::Value;

/// Without the numbers that are nobody's.
ir::Index groups_of(const Model::FactorDeclaration& f) {
  std::vector<double> numbers = f.spec.numbers;
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  std::vector<int> group;
  for (const double g : f.spec.numbers)
    group.push_back(static_cast<int>(std::lower_bound(numbers.begin(), numbers.end(), g) - numbers.begin()));
  return ir::make_index(std::move(group), static_cast<int>(numbers.size()));
}

/// Arguments: weights and x; the numbers are the groups of x's entries.
class GroupLassoType final : public factors::PenaltyType {
 public:
  std::string name() const override { return "GroupLasso"; }
  Serves serves() const override { return Serves::energy | Serves::proximal; }
  void check(const Model::FactorDeclaration& f) const override {
    const ir::Type x = f.spec.args[1].type();
    if (x.planes != 1 || static_cast<int>(f.spec.numbers.size()) != x.rows ||
        std::any_of(f.spec.numbers.begin(), f.spec.numbers.end(), [](double g) { return g < 0; }))
      throw ModelError(cat("factor '", f.name, "' of type GroupLasso is given ", f.spec.numbers.size(),
                           " groups for '", f.spec.args[1].node().text, "' of shape ", to_string(x)),
                       f.where, "one group, numbered from 0, for every entry");
    factors::check_penalised(f, groups_of(f)->count);
  }
  Value energy(Builder& b, const FactorGroup& g) const override {
    return b.sum_to(b.mul(g.args[0], norms(b, g.args[1], groups_of(*g.declaration)).value), {1, 1, true});
  }
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value step, Domain domain) const override {
    const ir::Index groups = groups_of(*g.declaration);
    if (domain == Domain::nonneg) z = b.relu(z);
    const Norms norm = norms(b, z, groups);
    const Value shrunk = b.relu(b.sub(norm.value, b.mul(step, g.args[0])));
    return b.mul(z, b.gather_rows(b.div(shrunk, b.add(norm.value, norm.is_zero)), groups));
  }

 private:
  struct Norms {
    Value value, is_zero;  ///< of every group; 1 where it is zero, else 0
  };
  /// In units of a group's largest entry, so that squares neither vanish nor overflow. The unit is a constant to gradients:
  /// norms do not depend on it.
  static Norms norms(Builder& b, Value x, const ir::Index& groups) {
    const Value size = b.type(x).domain == Domain::nonneg ? x : b.abs(x);
    const Value stacked = ir::reshape(b, size, b.type(size).rows, 1);
    const Value largest = ir::reshape(b, b.segment_max_planes(stacked, groups), 1, groups->count);
    const Value unit = b.stop_gradient(largest), is_zero = b.one_minus(b.greater(unit, 0));
    const Value ratio = b.div(size, b.gather_rows(b.add(unit, is_zero), groups));
    const Value square = b.segment_sum_rows(b.square(ratio), groups);
    return {b.mul(unit, b.sqrt(b.add(square, is_zero))), is_zero};
  }
};

const GroupLassoType type;

}  // namespace

GroupLasso::operator FactorSpec() const {
  return {&type, {weight, x}, std::vector<double>(group.begin(), group.end())};
}

}  // namespace unfurl
