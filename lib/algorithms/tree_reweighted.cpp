// Edge appearance probabilities, given, uniform, or from random spanning trees.
#include <boost/pending/disjoint_sets.hpp>  // before the graph, whose headers hide what it needs

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/connected_components.hpp>
#include <boost/graph/random_spanning_tree.hpp>
#include <random>

#include "algorithms/message_passing.hpp"
#include "unfurl/data.hpp"
#include "unfurl/factor_graph.hpp"

namespace unfurl {

namespace {

using Scopes = std::vector<std::vector<int>>;
using Pairs = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

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

/// The factors of a uniformly random spanning tree of every component, for factors of two variables.
std::vector<std::size_t> random_tree(int variables, const Scopes& scopes, std::mt19937_64& random) {
  Pairs graph(at(variables));
  std::map<std::pair<int, int>, std::vector<std::size_t>> between;
  for (std::size_t a = 0; a < scopes.size(); ++a) {
    boost::add_edge(at(scopes[a][0]), at(scopes[a][1]), graph);
    between[std::minmax(scopes[a][0], scopes[a][1])].push_back(a);
  }
  std::vector<std::size_t> component(at(variables));
  boost::connected_components(graph, &component[0]);
  std::vector<std::size_t> root;  // first variable of each component
  for (std::size_t v = 0; v < component.size(); ++v) {
    if (component[v] != root.size()) continue;
    root.push_back(v);
    if (root.size() > 1) boost::add_edge(root[0], v, graph);  // spanning trees need a connected graph
  }
  std::vector<std::size_t> parent(at(variables));
  boost::random_spanning_tree(graph, random,
                              boost::root_vertex(root[0]).predecessor_map(boost::make_iterator_property_map(
                                  parent.begin(), get(boost::vertex_index, graph))));
  std::vector<std::size_t> tree;
  for (int v = 0; v < variables; ++v) {
    if (parent[at(v)] >= at(variables)) continue;  // the root
    const auto found = between.find(std::minmax(v, static_cast<int>(parent[at(v)])));
    if (found == between.end()) continue;  // joins components
    std::uniform_int_distribution<std::size_t> any(0, found->second.size() - 1);
    tree.push_back(found->second[any(random)]);
  }
  return tree;
}

/// Factors without a cycle, taken in a random order after `wanted`.
std::vector<std::size_t> random_forest(int variables, const Scopes& scopes, std::size_t wanted,
                                       std::mt19937_64& random) {
  std::vector<std::size_t> order(scopes.size()), taken;
  for (std::size_t a = 0; a < order.size(); ++a) order[a] = a;
  std::shuffle(order.begin(), order.end(), random);
  if (wanted < order.size()) std::iter_swap(order.begin(), std::find(order.begin(), order.end(), wanted));
  Joined joined(variables);
  for (std::size_t a : order)
    if (joined.add(scopes[a])) taken.push_back(a);
  return taken;
}

/// Shares of random trees that every factor is in. Trees are added for factors that are in none, so the weights are the
/// probabilities of a distribution over trees, and none is zero.
std::vector<double> sampled_weights(const Model& model, const Scopes& scopes, int trees, std::uint64_t seed) {
  const int variables = variables_of(model);
  std::mt19937_64 random(seed);
  std::vector<double> weight(scopes.size(), 0);
  const bool pairs = std::all_of(scopes.begin(), scopes.end(), [](const auto& s) { return s.size() == 2; });
  int count = 0;
  const auto add = [&](const std::vector<std::size_t>& tree) {
    for (std::size_t a : tree) weight[a] += 1;
    ++count;
  };
  for (int t = 0; t < trees; ++t)
    add(pairs ? random_tree(variables, scopes, random)
              : random_forest(variables, scopes, scopes.size(), random));
  for (std::size_t a = 0; a < scopes.size(); ++a)
    if (weight[a] == 0) add(random_forest(variables, scopes, a, random));
  for (double& w : weight) w /= count;
  return weight;
}

std::vector<double> appearance(const TreeReweighted& o, const Model& model) {
  if (!o.edge_weights.empty()) return o.edge_weights;
  const Scopes scopes = joint_scopes(model);
  if (o.spanning_trees > 0) return sampled_weights(model, scopes, o.spanning_trees, o.seed);
  return {o.edge_weight != 0 ? o.edge_weight : uniform_weight(model, scopes)};
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
       .per_factor = !edge_weights.empty() || spanning_trees > 0,
       .multiplicities = [*this](const Model& model) { return appearance(*this, model); }});
}

}  // namespace unfurl
