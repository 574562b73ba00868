// The factor graph as a Boost graph: variables first, then factors.
#include "unfurl/factor_graph.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/bipartite.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/connected_components.hpp>
#include <set>

namespace unfurl {

using detail::cat;

/// What the implementation holds, so not of this file alone.
namespace factor_graph {

enum class Kind { variable, factor };
struct Vertex {
  Kind kind = Kind::variable;
};
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, Vertex>;

/// Consecutive vertices of one declaration.
struct Group {
  int first = 0, count = 0;
  int declaration = 0;
  std::string name;
  std::vector<int> dims;  ///< empty: a single vertex, named without an index
};

}  // namespace factor_graph

namespace {

using factor_graph::Graph;
using factor_graph::Group;
using factor_graph::Kind;

const Group& group_of(const std::vector<Group>& groups, int member) {
  const auto after = std::upper_bound(groups.begin(), groups.end(), member,
                                      [](int m, const Group& g) { return m < g.first + g.count; });
  return *after;
}

std::string name_of(const std::vector<Group>& groups, int member) {
  const Group& g = group_of(groups, member);
  if (g.dims.empty()) return g.name;
  std::string index;
  int rest = member - g.first;
  for (auto d = g.dims.rbegin(); d != g.dims.rend(); ++d) {
    index = cat(rest % *d, index.empty() ? "" : ", ", index);
    rest /= *d;
  }
  return cat(g.name, "[", index, "]");
}

using NodeKind = Expr::Node::Kind;

/// Every handle in a formula.
template <class Visit>
void visit_handles(const Expr& e, const Visit& visit) {
  const Expr::Node& n = e.node();
  if (n.kind == NodeKind::operation)
    for (const Expr& a : n.args) visit_handles(a, visit);
  else if (n.kind != NodeKind::number)
    visit(n);
}

/// Keeps how many edges away from the start a vertex is.
struct Reach : boost::default_bfs_visitor {
  std::vector<int>* distance = nullptr;
  template <class Edge>
  void tree_edge(Edge e, const Graph& g) {
    (*distance)[target(e, g)] = (*distance)[source(e, g)] + 1;
  }
};

Degrees degrees(const Graph& graph, int first, int count) {
  if (count == 0) return {};
  int least = static_cast<int>(out_degree(static_cast<std::size_t>(first), graph)), most = least;
  double sum = 0;
  for (int v = first; v < first + count; ++v) {
    const int d = static_cast<int>(out_degree(static_cast<std::size_t>(v), graph));
    least = std::min(least, d);
    most = std::max(most, d);
    sum += d;
  }
  return {least, sum / count, most};
}

}  // namespace

struct FactorGraph::Impl {
  Graph graph;
  int variables = 0, factors = 0;
  std::vector<Group> variable_groups, factor_groups;
  std::vector<std::vector<std::string>> given;  ///< by factor declaration

  std::size_t factor_vertex(int factor) const {
    return static_cast<std::size_t>(variables) + static_cast<std::size_t>(factor);
  }

  void check(int number, int count, const char* what) const {
    if (number < 0 || number >= count)
      throw ModelError(cat("there is no ", what, " ", number, " among ", count));
  }

  /// In the order in which they were joined.
  std::vector<int> adjacent(std::size_t vertex, int offset) const {
    std::vector<int> result;
    for (auto [v, end] = adjacent_vertices(vertex, graph); v != end; ++v)
      result.push_back(static_cast<int>(*v) - offset);
    return result;
  }

  void add_variables(const std::string& name, std::vector<int> dims, int count, int declaration) {
    variable_groups.push_back({variables, count, declaration, name, std::move(dims)});
    variables += count;
  }
};

FactorGraph::FactorGraph(const Model& model) {
  auto impl = std::make_shared<Impl>();
  for (const auto& d : model.discretes()) {
    const Discrete& x = d.variable;
    impl->add_variables(x.name, x.dims, x.size(), x.group);
  }
  for (const auto& d : model.continuous())
    impl->add_variables(d.variable.name, d.variable.dims, d.variable.size(), d.variable.group);
  const int first_latent = impl->variables;
  for (std::size_t i = 0; i < model.latents().size(); ++i)
    impl->add_variables(model.latents()[i].name, {}, 1, static_cast<int>(i));

  for (std::size_t i = 0; i < model.factors().size(); ++i) {
    const auto& f = model.factors()[i];
    const bool latent = f.edges.arity() == 0;
    const int count = latent ? 1 : f.edges.count();
    impl->factor_groups.push_back({impl->factors, count, static_cast<int>(i), f.name,
                                   latent ? std::vector<int>{} : std::vector<int>{count}});
    impl->factors += count;
  }
  impl->graph = Graph(static_cast<std::size_t>(impl->variables + impl->factors));
  for (int f = 0; f < impl->factors; ++f) impl->graph[impl->factor_vertex(f)].kind = Kind::factor;

  for (const Group& group : impl->factor_groups) {
    const auto& f = model.factors()[static_cast<std::size_t>(group.declaration)];
    std::set<int> latents;  // a latent that appears twice in a formula is still joined once
    std::vector<std::string> given;
    for (const Expr& argument : f.spec.args)
      visit_handles(argument, [&](const Expr::Node& handle) {
        if (handle.kind == NodeKind::latent)
          latents.insert(first_latent + handle.declaration);
        else if (std::find(given.begin(), given.end(), handle.text) == given.end())
          given.push_back(handle.text);
      });
    impl->given.push_back(std::move(given));
    for (int k = 0; k < group.count; ++k) {
      const std::size_t vertex = impl->factor_vertex(group.first + k);
      for (std::size_t slot = 0; slot < f.edges.slots.size(); ++slot) {
        const VariableGroup& joined = f.edges.groups[slot];
        const std::size_t before = joined.is_real() ? model.discretes().size() : 0;
        const Group& variables = impl->variable_groups[before + static_cast<std::size_t>(joined.group)];
        const int variable = variables.first + f.edges.slots[slot][static_cast<std::size_t>(k)];
        add_edge(static_cast<std::size_t>(variable), vertex, impl->graph);
      }
      for (int latent : latents) add_edge(static_cast<std::size_t>(latent), vertex, impl->graph);
    }
  }
  impl_ = std::move(impl);
}

int FactorGraph::variables() const { return impl_->variables; }
int FactorGraph::factors() const { return impl_->factors; }
int FactorGraph::edges() const { return static_cast<int>(num_edges(impl_->graph)); }

std::string FactorGraph::variable_name(int variable) const {
  impl_->check(variable, impl_->variables, "variable");
  return name_of(impl_->variable_groups, variable);
}

std::string FactorGraph::factor_name(int factor) const {
  impl_->check(factor, impl_->factors, "factor");
  return name_of(impl_->factor_groups, factor);
}

std::vector<int> FactorGraph::variables_of(int factor) const {
  impl_->check(factor, impl_->factors, "factor");
  return impl_->adjacent(impl_->factor_vertex(factor), 0);
}

std::vector<int> FactorGraph::factors_of(int variable) const {
  impl_->check(variable, impl_->variables, "variable");
  return impl_->adjacent(static_cast<std::size_t>(variable), impl_->variables);
}

std::vector<int> FactorGraph::neighbours(int variable) const {
  std::set<int> others;
  for (int f : factors_of(variable))
    for (int v : variables_of(f))
      if (v != variable) others.insert(v);
  return {others.begin(), others.end()};
}

std::vector<std::string> FactorGraph::given(int factor) const {
  impl_->check(factor, impl_->factors, "factor");
  return impl_->given[static_cast<std::size_t>(group_of(impl_->factor_groups, factor).declaration)];
}

bool FactorGraph::is_bipartite() const {
  const Graph& g = impl_->graph;
  const auto joins_both_kinds = [&](const auto& e) { return g[source(e, g)].kind != g[target(e, g)].kind; };
  const auto [begin, end] = boost::edges(g);
  return boost::is_bipartite(g) && std::all_of(begin, end, joins_both_kinds);
}

int FactorGraph::components() const {
  std::vector<int> component(num_vertices(impl_->graph));
  return component.empty() ? 0 : boost::connected_components(impl_->graph, component.data());
}

bool FactorGraph::is_tree() const { return edges() == variables() + factors() - components(); }

std::optional<int> FactorGraph::longest_path() const {
  if (!is_tree()) return std::nullopt;
  const Graph& g = impl_->graph;
  std::vector<int> component(num_vertices(g));
  const auto n =
      static_cast<std::size_t>(component.empty() ? 0 : boost::connected_components(g, component.data()));
  // In a tree the variable farthest from anywhere ends a longest path, whose other end is the farthest from there.
  std::vector<int> start(n, -1);
  for (int v = 0; v < impl_->variables; ++v) {
    int& s = start[static_cast<std::size_t>(component[static_cast<std::size_t>(v)])];
    if (s < 0) s = v;
  }
  std::vector<int> distance(component.size());
  std::vector<boost::default_color_type> colour(component.size());
  const auto sweep = [&](const std::vector<int>& from) {
    std::fill(distance.begin(), distance.end(), 0);
    std::fill(colour.begin(), colour.end(), boost::white_color);
    Reach reach;
    reach.distance = &distance;
    const auto colours = boost::make_iterator_property_map(colour.begin(), get(boost::vertex_index, g));
    boost::queue<std::size_t> queue;
    for (int v : from)
      if (v >= 0) boost::breadth_first_visit(g, static_cast<std::size_t>(v), queue, reach, colours);
    std::vector<int> farthest(n, -1);
    for (int v = 0; v < impl_->variables; ++v) {
      int& best = farthest[static_cast<std::size_t>(component[static_cast<std::size_t>(v)])];
      if (best < 0 || distance[static_cast<std::size_t>(v)] > distance[static_cast<std::size_t>(best)])
        best = v;
    }
    return farthest;
  };
  int longest = 0;
  for (int v : sweep(sweep(start)))
    if (v >= 0) longest = std::max(longest, distance[static_cast<std::size_t>(v)] / 2);
  return longest;
}

Degrees FactorGraph::variable_degrees() const { return degrees(impl_->graph, 0, impl_->variables); }
Degrees FactorGraph::factor_degrees() const {
  return degrees(impl_->graph, impl_->variables, impl_->factors);
}

}  // namespace unfurl
