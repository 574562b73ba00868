// Edge sets: which variables the factors of a group join.
#include <cstdint>
#include <map>
#include <set>

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

/// Refuses variables that are not there, or twice in the scope of factor number i.
void check_scope(const std::vector<VariableGroup>& groups, const std::vector<int>& scope, std::size_t i,
                 const Where& where) {
  std::set<std::pair<int, int>> seen;  // a scope may be of a thousand variables
  for (std::size_t k = 0; k < scope.size(); ++k) {
    const VariableGroup& g = groups[k];
    if (scope[k] < 0 || scope[k] >= g.size())
      throw ModelError(cat("factor ", i, " of an edge set joins variable ", scope[k], " of '", g.name,
                           "', which has ", g.size()),
                       where, cat("they count from 0 to ", g.size() - 1));
    if (!seen.emplace(g.is_real() ? -1 - g.group : g.group, scope[k]).second)
      throw ModelError(
          cat("factor ", i, " of an edge set joins variable ", scope[k], " of '", g.name, "' twice"), where,
          "a factor joins different variables");
  }
}

Edges regular(const std::vector<VariableGroup>& groups, const std::vector<std::vector<int>>& scopes) {
  Edges e{groups, std::vector<std::vector<int>>(groups.size())};
  for (const std::vector<int>& scope : scopes)
    for (std::size_t k = 0; k < scope.size(); ++k) e.slots[k].push_back(scope[k]);
  return e;
}

}  // namespace

Edges tuples(const std::vector<VariableGroup>& groups, const std::vector<std::vector<int>>& scopes,
             Where where) {
  if (groups.empty())
    throw ModelError("an edge set over no groups of variables", where, "give a group for every slot");
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    if (scopes[i].size() != groups.size())
      throw ModelError(
          cat("factor ", i, " of an edge set joins ", scopes[i].size(), " variables, not ", groups.size()),
          where,
          "name one variable of each group; of one group, factors may join any number: tuples(x, scopes)");
    check_scope(groups, scopes[i], i, where);
  }
  return regular(groups, scopes);
}

Edges tuples(const VariableGroup& x, const std::vector<std::vector<int>>& scopes, Where where) {
  bool alike = true;
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    if (scopes[i].empty())
      throw ModelError(cat("factor ", i, " of an edge set over '", x.name, "' joins no variables"), where,
                       "leave it out");
    check_scope(std::vector<VariableGroup>(scopes[i].size(), x), scopes[i], i, where);
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
  std::vector<std::vector<int>> scopes;
  scopes.reserve(list.size());
  for (const auto& [a, b] : list) scopes.push_back({a, b});
  return tuples({x, y}, scopes, std::move(where));
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
