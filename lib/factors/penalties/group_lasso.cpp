// The group lasso [Yuan06]: norms of groups of entries, which are zero together.
#include <algorithm>

#include "factors/penalties/penalty.hpp"
#include "program/composed/group_norms.hpp"

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
  ir::Index groups(const Model::FactorDeclaration& f) const override { return groups_of(f); }
  Value energy(Builder& b, const FactorGroup& g) const override {
    return b.sum_to(b.mul(g.args[0], ir::group_norms(b, g.args[1], groups_of(*g.declaration)).value),
                    {1, 1, true});
  }
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value step, Domain domain) const override {
    const ir::Index groups = groups_of(*g.declaration);
    if (domain == Domain::nonneg) z = b.relu(z);
    const ir::GroupNorms norm = ir::group_norms(b, z, groups);
    const Value shrunk = b.relu(b.sub(norm.value, b.mul(step, g.args[0])));
    return b.mul(z, b.gather_rows(b.div(shrunk, b.add(norm.value, norm.is_zero)), groups));
  }
};

const GroupLassoType group_lasso_type;

}  // namespace

GroupLasso::operator FactorSpec() const {
  return {&group_lasso_type, {weight, x}, std::vector<double>(group.begin(), group.end())};
}

}  // namespace unfurl
