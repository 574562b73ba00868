// Edge sets: which variables the factors of a group join.
#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>

#include "model/edges.hpp"

namespace unfurl {

using detail::cat;

int VariableGroup::size() const {
  int n = 1;
  for (int d : dims) n *= d;
  return n;
}

int Edges::table_size(const Where& where) const {
  if (!scopes.empty())
    throw ModelError(cat("factors that join different numbers of variables of '", groups[0].name,
                         "' have tables of different sizes"),
                     where, "declare those of every size by themselves: one edge set and one table each");
  std::int64_t n = 1;
  for (const VariableGroup& g : groups) {
    if (g.is_real())
      throw ModelError(cat("a table over real variable '", g.name, "' has no entries"), where,
                       "use Gaussian, GaussianDifference or GaussianCoupling");
    n *= g.states;
    if (n > (std::int64_t(1) << 30))
      throw ModelError(
          cat("a table over ", groups.size(), " variables like '", g.name, "' has more than 2^30 entries"),
          where, "join fewer variables, or variables with fewer states");
  }
  return static_cast<int>(n);
}

namespace {

/// Refuses variables that are not there, or twice in a scope. There may be millions of scopes of two variables, and some of a
/// thousand.
class ScopeCheck {
 public:
  /// Scopes over these groups, slot by slot; or over one group, for any number of slots.
  ScopeCheck(const std::vector<VariableGroup>& groups, const Where& where) : groups_(groups), where_(where) {
    for (const VariableGroup& g : groups) {
      sizes_.push_back(g.size());
      numbers_.push_back(g.is_real() ? -1 - g.group : g.group);
    }
  }

  /// The scope of factor number i.
  void operator()(const std::vector<int>& scope, std::size_t i) {
    seen_.clear();
    for (std::size_t k = 0; k < scope.size(); ++k) {
      if (scope[k] < 0 || scope[k] >= sizes_[slot(k)])
        throw ModelError(cat("factor ", i, " of an edge set joins variable ", scope[k], " of '",
                             groups_[slot(k)].name, "', which has ", sizes_[slot(k)]),
                         where_, cat("they count from 0 to ", sizes_[slot(k)] - 1));
      seen_.push_back({numbers_[slot(k)], scope[k], k});
    }
    std::sort(seen_.begin(), seen_.end());
    const auto twice = std::adjacent_find(seen_.begin(), seen_.end(), [](const Joined& a, const Joined& b) {
      return a.group == b.group && a.variable == b.variable;
    });
    if (twice == seen_.end()) return;
    throw ModelError(cat("factor ", i, " of an edge set joins variable ", twice->variable, " of '",
                         groups_[slot(twice->slot)].name, "' twice"),
                     where_, "a factor joins different variables");
  }

 private:
  struct Joined {
    int group, variable;
    std::size_t slot;
    auto operator<=>(const Joined&) const = default;
  };
  std::size_t slot(std::size_t k) const { return sizes_.size() == 1 ? 0 : k; }

  const std::vector<VariableGroup>& groups_;
  const Where& where_;
  std::vector<int> sizes_, numbers_;
  std::vector<Joined> seen_;
};

Edges regular(const std::vector<VariableGroup>& groups, const std::vector<std::vector<int>>& scopes) {
  Edges e{groups, std::vector<std::vector<int>>(groups.size())};
  for (std::vector<int>& slot : e.slots) slot.reserve(scopes.size());
  for (const std::vector<int>& scope : scopes)
    for (std::size_t k = 0; k < scope.size(); ++k) e.slots[k].push_back(scope[k]);
  return e;
}

}  // namespace

Edges tuples(const std::vector<VariableGroup>& groups, const std::vector<std::vector<int>>& scopes,
             Where where) {
  if (groups.empty())
    throw ModelError("an edge set over no groups of variables", where, "give a group for every slot");
  ScopeCheck check(groups, where);
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    if (scopes[i].size() != groups.size())
      throw ModelError(
          cat("factor ", i, " of an edge set joins ", scopes[i].size(), " variables, not ", groups.size()),
          where,
          "name one variable of each group; of one group, factors may join any number: tuples(x, scopes)");
    check(scopes[i], i);
  }
  return regular(groups, scopes);
}

Edges tuples(const VariableGroup& x, const std::vector<std::vector<int>>& scopes, Where where) {
  bool alike = true;
  const std::vector<VariableGroup> group{x};
  ScopeCheck check(group, where);
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    if (scopes[i].empty())
      throw ModelError(cat("factor ", i, " of an edge set over '", x.name, "' joins no variables"), where,
                       "leave it out");
    check(scopes[i], i);
    alike = alike && scopes[i].size() == scopes[0].size();
  }
  if (alike) return regular(std::vector<VariableGroup>(scopes.empty() ? 1 : scopes[0].size(), x), scopes);
  Edges e;
  e.groups = {x};
  e.scopes = scopes;
  return e;
}

std::vector<EdgesOfOneSize> by_size(const Edges& e) {
  std::map<std::size_t, EdgesOfOneSize> of_size;
  for (std::size_t i = 0; i < e.scopes.size(); ++i) {
    EdgesOfOneSize& part = of_size[e.scopes[i].size()];
    part.edges.groups.assign(e.scopes[i].size(), e.groups.at(0));
    part.edges.slots.resize(e.scopes[i].size());
    for (std::size_t k = 0; k < e.scopes[i].size(); ++k) part.edges.slots[k].push_back(e.scopes[i][k]);
    part.factors.push_back(static_cast<int>(i));
  }
  std::vector<EdgesOfOneSize> parts;
  for (auto& [size, part] : of_size) parts.push_back(std::move(part));
  return parts;
}

Edges each(const VariableGroup& x) {
  Edges e{{x}, {{}}};
  for (int i = 0; i < x.size(); ++i) e.slots[0].push_back(i);
  return e;
}

Edges pairs(const VariableGroup& x, const VariableGroup& y, const std::vector<std::pair<int, int>>& list,
            Where where) {
  Edges e{{x, y}, {{}, {}}};
  ScopeCheck check(e.groups, where);
  for (std::vector<int>& slot : e.slots) slot.reserve(list.size());
  std::vector<int> scope(2);
  for (std::size_t i = 0; i < list.size(); ++i) {
    scope = {list[i].first, list[i].second};
    check(scope, i);
    for (std::size_t k = 0; k < 2; ++k) e.slots[k].push_back(scope[k]);
  }
  return e;
}

Edges pairs(const VariableGroup& x, const std::vector<std::pair<int, int>>& list, Where where) {
  return pairs(x, x, list, std::move(where));
}

Edges grid4(const VariableGroup& x, Where where) {
  if (x.dims.size() != 2)
    throw ModelError(
        cat("grid4 needs a two-dimensional array; '", x.name, "' has ", x.dims.size(), " dimensions"), where,
        "declare it with two extents");
  const int height = x.dims[0], width = x.dims[1];
  Edges e{{x, x}, {{}, {}}};
  const auto join = [&](int a, int b) {
    e.slots[0].push_back(a);
    e.slots[1].push_back(b);
  };
  const auto count = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
  for (std::vector<int>& slot : e.slots) slot.reserve(2 * count);
  for (int r = 0; r < height; ++r)
    for (int c = 0; c + 1 < width; ++c) join(r * width + c, r * width + c + 1);
  for (int r = 0; r + 1 < height; ++r)
    for (int c = 0; c < width; ++c) join(r * width + c, (r + 1) * width + c);
  return e;
}

Edges chain(const VariableGroup& x) {
  Edges e{{x, x}, {{}, {}}};
  for (int i = 0; i + 1 < x.size(); ++i) {
    e.slots[0].push_back(i);
    e.slots[1].push_back(i + 1);
  }
  return e;
}

Edges all_pairs(const VariableGroup& x) {
  Edges e{{x, x}, {{}, {}}, true};
  for (int i = 0; i < x.size(); ++i)
    for (int j = i + 1; j < x.size(); ++j) {
      e.slots[0].push_back(i);
      e.slots[1].push_back(j);
    }
  return e;
}

}  // namespace unfurl
