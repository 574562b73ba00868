// The group lasso [Yuan06]: norms of groups of entries, which are zero together.
#include <algorithm>

#include "core/floors.hpp"
#include "factors/factors.hpp"

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
class GroupLassoType final : public FactorType {
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
    factors::check_penalty(f, groups_of(f)->count);
  }
  Value energy(Builder& b, const FactorGroup& g) const override {
    return b.sum_to(b.mul(g.args[0], norms(b, g.args[1], groups_of(*g.declaration))), {1, 1, true});
  }
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value step, Domain domain) const override {
    const ir::Index groups = groups_of(*g.declaration);
    if (domain == Domain::nonneg) z = b.relu(z);
    const Value kept = b.relu(b.sub(b.constant(1), b.div(b.mul(step, g.args[0]), norms(b, z, groups))));
    return b.mul(z, b.gather_rows(kept, groups));
  }

 private:
  static Value norms(Builder& b, Value x, const ir::Index& groups) {
    const Value square = b.segment_sum_rows(b.square(x), groups);
    return b.sqrt(b.add(square, b.constant(floors::smallest)));
  }
};

const GroupLassoType type;

}  // namespace

GroupLasso::operator FactorSpec() const {
  return {&type, {weight, x}, std::vector<double>(group.begin(), group.end())};
}

}  // namespace unfurl
