// Edge sets: which variables the factors of a group join.
#include <cstdint>

#include "unfurl/model.hpp"

namespace unfurl {

using detail::cat;

int VariableGroup::size() const {
  int n = 1;
  for (int d : dims) n *= d;
  return n;
}

int Edges::table_size() const {
  std::int64_t n = 1;
  for (const VariableGroup& g : groups) {
    if (g.is_real())
      throw ModelError(cat("a table over real variable '", g.name, "' has no entries"), "",
                       "use Gaussian, GaussianDifference or GaussianCoupling");
    n *= g.states;
    if (n > (std::int64_t(1) << 30))
      throw ModelError(
          cat("a table over ", groups.size(), " variables like '", g.name, "' has more than 2^30 entries"),
          "", "join fewer variables, or variables with fewer states");
  }
  return static_cast<int>(n);
}

Edges tuples(const std::vector<VariableGroup>& groups, const std::vector<std::vector<int>>& scopes) {
  Edges e;
  e.groups = groups;
  e.slots.assign(groups.size(), {});
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    if (scopes[i].size() != groups.size())
      throw ModelError(
          cat("factor ", i, " of an edge set joins ", scopes[i].size(), " variables, not ", groups.size()),
          "", "name one variable of each group");
    for (std::size_t k = 0; k < groups.size(); ++k) {
      const int v = scopes[i][k];
      if (v < 0 || v >= groups[k].size())
        throw ModelError(cat("factor ", i, " of an edge set joins variable ", v, " of '", groups[k].name,
                             "', which has ", groups[k].size()),
                         "", "variables count from 0");
      for (std::size_t other = 0; other < k; ++other)
        if (groups[other].name == groups[k].name && scopes[i][other] == v)
          throw ModelError(
              cat("factor ", i, " of an edge set joins variable ", v, " of '", groups[k].name, "' twice"), "",
              "a factor joins different variables");
      e.slots[k].push_back(v);
    }
  }
  return e;
}

Edges tuples(const VariableGroup& x, const std::vector<std::vector<int>>& scopes) {
  return tuples(std::vector<VariableGroup>(scopes.empty() ? 1 : scopes[0].size(), x), scopes);
}

Edges each(const VariableGroup& x) {
  Edges e{{x}, {{}}};
  for (int i = 0; i < x.size(); ++i) e.slots[0].push_back(i);
  return e;
}

Edges pairs(const VariableGroup& x, const VariableGroup& y, const std::vector<std::pair<int, int>>& list) {
  std::vector<std::vector<int>> scopes;
  scopes.reserve(list.size());
  for (const auto& [a, b] : list) scopes.push_back({a, b});
  return tuples({x, y}, scopes);
}

Edges pairs(const VariableGroup& x, const std::vector<std::pair<int, int>>& list) {
  return pairs(x, x, list);
}

Edges grid4(const VariableGroup& x) {
  if (x.dims.size() != 2)
    throw ModelError(
        cat("grid4 needs a two-dimensional array; '", x.name, "' has ", x.dims.size(), " dimensions"), "",
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
