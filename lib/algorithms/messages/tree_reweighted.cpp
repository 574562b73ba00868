// Edge appearance probabilities, given, uniform, or from random spanning trees.
#include <boost/pending/disjoint_sets.hpp>  // before the graph, whose headers hide what it needs

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <numeric>
#include <random>

#include "algorithms/all.hpp"
#include "algorithms/messages/message_passing.hpp"
#include "algorithms/messages/spanning_trees.hpp"
#include "unfurl/at.hpp"
#include "unfurl/data.hpp"
#include "unfurl/factor_graph.hpp"

namespace unfurl {

namespace {

using Scopes = std::vector<std::vector<int>>;
using Pairs = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

/// Variables of every factor of two or more, and how many variables there are.
Scopes joint_scopes(const Model& model) {
  std::vector<int> first;
  int count = 0;
  for (const auto& d : model.discretes()) {
    first.push_back(count);
    count += d.variable.size();
  }
  Scopes scopes;
  for (const auto& f : model.factors())
    for (int i = 0; i < f.edges.count() && f.edges.arity() > 1; ++i) {
      scopes.emplace_back();
      for (std::size_t k = 0; k < f.edges.slots.size(); ++k)
        scopes.back().push_back(first[at(f.edges.groups[k].group)] + f.edges.slots[k][at(i)]);
    }
  return scopes;
}

int variables_of(const Model& model) {
  int n = 0;
  for (const auto& d : model.discretes()) n += d.variable.size();
  return n;
}

/// Sets of variables that are joined as factors are added.
class Joined {
 public:
  explicit Joined(int variables) : sets_(at(variables)) {}
  /// Adds a factor unless it closes a cycle.
  bool add(const std::vector<int>& scope) {
    for (std::size_t k = 0; k < scope.size(); ++k)
      for (std::size_t other = 0; other < k; ++other)
        if (sets_.find_set(at(scope[k])) == sets_.find_set(at(scope[other]))) return false;
    for (std::size_t k = 1; k < scope.size(); ++k) sets_.union_set(at(scope[0]), at(scope[k]));
    return true;
  }

 private:
  boost::disjoint_sets_with_storage<> sets_;
};

double uniform_weight(const Model& model, const Scopes& scopes) {
  const int n = variables_of(model);
  Pairs graph(at(n));
  double slots = 0;
  for (const auto& scope : scopes) {
    slots += static_cast<double>(scope.size() - 1);
    for (std::size_t k = 1; k < scope.size(); ++k) boost::add_edge(at(scope[0]), at(scope[k]), graph);
  }
  std::vector<int> component(at(n));
  const int components = boost::connected_components(graph, &component[0]);
  return slots == 0 ? 1 : (n - components) / slots;
}

/// Factors without a cycle, taken in a random order, those first that are in no tree yet.
std::vector<std::size_t> random_forest(int variables, const Scopes& scopes, const std::vector<double>& weight,
                                       std::mt19937_64& random) {
  std::vector<std::size_t> order(scopes.size()), taken;
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), random);
  std::stable_partition(order.begin(), order.end(), [&](std::size_t a) { return weight[a] == 0; });
  Joined joined(variables);
  for (std::size_t a : order)
    if (joined.add(scopes[a])) taken.push_back(a);
  return taken;
}

/// Shares of random trees that every factor is in, uniformly random ones where all factors join two variables. Trees are
/// added for factors that are in none, so the weights are the probabilities of a distribution over trees, and none is zero.
std::vector<double> sampled_weights(const Model& model, const Scopes& scopes, int trees, std::uint64_t seed) {
  const int variables = variables_of(model);
  std::mt19937_64 random(seed);
  std::vector<double> weight(scopes.size(), 0);
  int count = 0;
  const auto add = [&](const std::vector<std::size_t>& tree) {
    for (std::size_t a : tree) weight[a] += 1;
    ++count;
  };
  if (std::all_of(scopes.begin(), scopes.end(), [](const auto& s) { return s.size() == 2; })) {
    std::vector<std::pair<int, int>> edges;
    for (const auto& s : scopes) edges.emplace_back(s[0], s[1]);
    const algorithms::SpanningTrees all(variables, edges);
    for (int t = 0; t < trees; ++t) add(all.draw(random));
  } else {
    const std::vector<double> no_preference(scopes.size(), 1);
    for (int t = 0; t < trees; ++t) add(random_forest(variables, scopes, no_preference, random));
  }
  while (std::find(weight.begin(), weight.end(), 0.0) != weight.end())
    add(random_forest(variables, scopes, weight, random));
  for (double& w : weight) w /= count;
  return weight;
}

std::vector<double> appearance(const TreeReweighted& o, const Model& model) {
  if (!o.edge_weights.empty()) return o.edge_weights;
  const Scopes scopes = joint_scopes(model);
  if (o.spanning_trees) {
    if (*o.spanning_trees < 1)
      throw ScheduleError(
          detail::cat("TreeReweighted with weights from ", *o.spanning_trees, " spanning trees"), "",
          "at least one; leave it out for one weight of all factors");
    return sampled_weights(model, scopes, *o.spanning_trees, o.seed);
  }
  return {o.edge_weight ? *o.edge_weight : uniform_weight(model, scopes)};
}

}  // namespace

TreeReweighted::operator AlgorithmPointer() const {
  return algorithms::make_message_passing(
      {.name = "TreeReweighted",
       .prefix = "trw",
       .damping = damping,
       .order = order,
       .sequence = sequence,
       .evidence_messages = evidence_messages,
       .multiplicity = "trw.edge_weight",
       .per_factor = !edge_weights.empty() || spanning_trees.has_value(),
       .multiplicities = [*this](const Model& model) { return appearance(*this, model); }});
}

algorithms::Named algorithms::tree_reweighted() {
  return {
      choosing("trw", "trw", TreeReweighted{},
               "tree-reweighted belief propagation, which bounds log Z from above with weights of spanning "
               "trees")};
}

}  // namespace unfurl
