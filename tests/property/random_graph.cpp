#include "property/random_graph.hpp"

#include <cmath>

namespace unfurl::test {

namespace {

std::vector<std::vector<int>> scopes_of(Random& random, const RandomGraphOptions& o) {
  std::vector<std::vector<int>> scopes;
  for (int v = 0; v < o.variables; ++v) scopes.push_back({v});
  if (o.tree) {  // every further factor joins one variable that is there with one or more new ones
    for (int count = 1; count < o.variables;) {
      std::vector<int> scope{random.below(count)};
      for (int more = 1 + random.below(o.largest_arity - 1); more > 0 && count < o.variables; --more)
        scope.push_back(count++);
      scopes.push_back(scope);
    }
    return scopes;
  }
  for (int factors = o.variables + random.below(o.variables); factors > 0; --factors) {
    auto scope = random.permutation(o.variables);
    scope.resize(at(2 + random.below(o.largest_arity - 1)));
    scopes.push_back(scope);
  }
  return scopes;
}

}  // namespace

RandomGraph random_graph(Random& random, const RandomGraphOptions& o) {
  RandomGraph r;
  const int size = (o.variables + 2) / 3;  // variable i is variable i / 3 of group i % 3
  std::vector<Discrete> groups;
  for (int g = 0; g < 3; ++g) {
    groups.push_back(r.model.discrete(std::string(1, static_cast<char>('a' + g)), {size}, 2 + g));
    r.graph.add_variables(size, 2 + g);
  }
  for (int states : r.graph.states) r.possible.push_back(random.below(states));
  const auto scopes = scopes_of(random, o);
  for (std::size_t f = 0; f < scopes.size(); ++f) {
    std::vector<Discrete> joined;
    std::vector<int> members, numbers;
    int entry = 0;
    for (int v : scopes[f]) {
      const int number = v % 3 * size + v / 3;
      joined.push_back(groups[at(v % 3)]);
      members.push_back(v / 3);
      numbers.push_back(number);
      entry = entry * r.graph.states[at(number)] + r.possible[at(number)];
    }
    const Edges edges = tuples(joined, {members});
    std::vector<double> weights, logs;
    for (int i = 0; i < edges.table_size(); ++i) {
      const bool zero = i != entry && random.uniform() < o.impossible;
      weights.push_back(zero ? 0 : std::exp(o.strength * (2 * random.uniform() - 1)));
      logs.push_back(std::log(weights.back()));
    }
    const std::string name = "f" + std::to_string(f);
    r.model.factor(name, edges, Table{log(r.model.param("T" + name, table(edges), weights, nonneg))});
    r.graph.add(numbers, logs);
  }
  return r;
}

}  // namespace unfurl::test
