// What symmetries of a model move onto each other.
#include <algorithm>
#include <boost/pending/disjoint_sets.hpp>

#include "algorithms/messages/message_weights.hpp"
#include "unfurl/at.hpp"
#include "unfurl/symmetry.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// Where one symmetry moves what a model has.
struct Moved {
  std::vector<std::vector<int>> variables, edges;  ///< by group
};

std::vector<int> moved_variables(const VariableGroup& x, const Symmetry& symmetry) {
  const auto found = symmetry.find(x.name);
  std::vector<int> image(at(x.size()));
  for (int i = 0; i < x.size(); ++i) image[at(i)] = i;
  if (found == symmetry.end()) return image;
  std::vector<int> sorted = found->second;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != image)
    throw ModelError(cat("the symmetry of '", x.name, "' is no permutation of its ", x.size(), " variables"),
                     "", cat("give every number from 0 to ", x.size() - 1, " once"));
  return found->second;
}

/// The variable of a slot, with its group; sorted, they say which variables a factor joins.
struct SlotVariable {
  int group = 0, variable = 0, slot = 0;
  bool operator<(const SlotVariable& o) const {
    return std::pair(group, variable) < std::pair(o.group, o.variable);
  }
};
std::vector<SlotVariable> scope_of(const Edges& e, int factor, const Moved* moved) {
  std::vector<SlotVariable> scope;
  for (int k = 0; k < e.arity(); ++k) {
    const int group = e.groups[at(k)].group, v = e.slots[at(k)][at(factor)];
    scope.push_back({group, moved == nullptr ? v : moved->variables[at(group)][at(v)], k});
  }
  std::sort(scope.begin(), scope.end());
  return scope;
}
std::vector<std::pair<int, int>> key_of(const std::vector<SlotVariable>& scope) {
  std::vector<std::pair<int, int>> key;
  for (const SlotVariable& s : scope) key.emplace_back(s.group, s.variable);
  return key;
}

void move_edges(const Model::FactorDeclaration& f, const Layout::Factors& factors, Moved& moved) {
  const Edges& e = f.edges;
  // Of equal factors the first is moved to the first.
  std::map<std::vector<std::pair<int, int>>, std::pair<std::vector<int>, std::size_t>> there;
  for (int i = 0; i < e.count(); ++i) there[key_of(scope_of(e, i, nullptr))].first.push_back(i);
  for (int i = 0; i < e.count(); ++i) {
    const std::vector<SlotVariable> from = scope_of(e, i, &moved);
    const auto found = there.find(key_of(from));
    if (found == there.end() || found->second.second == found->second.first.size())
      throw ModelError(
          cat("the symmetry moves factor ", i, " of '", f.name, "' to variables that no factor of it joins"),
          f.where, "a symmetry maps the factors of a declaration onto each other");
    const int other = found->second.first[found->second.second++];
    const std::vector<SlotVariable> to = scope_of(e, other, nullptr);
    for (std::size_t k = 0; k < from.size(); ++k)
      moved.edges[at(from[k].group)][at(factors.slots[at(from[k].slot)].first_edge + i)] =
          factors.slots[at(to[k].slot)].first_edge + other;
  }
}

Moved moved_by(const Model& model, const Layout& layout, const Symmetry& symmetry) {
  std::vector<std::string> names;
  for (const auto& v : layout.variables) names.push_back(v.variable.name);
  for (const auto& [name, image] : symmetry)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw ModelError(cat("there are no discrete variables '", name, "' to move"), "",
                       detail::did_you_mean(name, names));
  Moved moved;
  for (const auto& v : layout.variables) {
    moved.variables.push_back(moved_variables(v.variable, symmetry));
    moved.edges.emplace_back(at(v.edges));
  }
  for (const auto& factors : layout.joint) {
    const auto& f = model.factors()[at(factors.declaration)];
    if (!f.edges.complete) move_edges(f, factors, moved);
  }
  return moved;
}

/// Sets that grow as things are moved onto each other.
class GrowingSets {
 public:
  explicit GrowingSets(int count) : count_(count), sets_(at(count)) {}
  void join(int a, int b) { sets_.union_set(at(a), at(b)); }
  std::vector<int> classes() {
    std::map<std::size_t, int> number;
    std::vector<int> of;
    for (int i = 0; i < count_; ++i)
      of.push_back(number.emplace(sets_.find_set(at(i)), static_cast<int>(number.size())).first->second);
    return of;
  }

 private:
  int count_;
  boost::disjoint_sets_with_storage<> sets_;
};

std::vector<int> classes_of(const std::vector<std::vector<int>>& images, int count) {
  GrowingSets sets(count);
  for (const auto& image : images)
    for (int i = 0; i < count; ++i) sets.join(i, image[at(i)]);
  return sets.classes();
}

/// Where pairs go, when their edges do.
std::vector<int> moved_pairs(const algorithms::EdgePairs& pairs, const std::vector<int>& edges) {
  std::map<std::pair<int, int>, int> number;
  for (std::size_t i = 0; i < pairs.sent.size(); ++i)
    number[{pairs.sent[i], pairs.received[i]}] = static_cast<int>(i);
  std::vector<int> image;
  for (std::size_t i = 0; i < pairs.sent.size(); ++i)
    image.push_back(number.at({edges[at(pairs.sent[i])], edges[at(pairs.received[i])]}));
  return image;
}

}  // namespace

std::vector<int> cyclic_shift(int n, int length) {
  if (length < 1 || n < 1 || n % length != 0)
    throw ModelError(cat("a shift of ", n, " variables in blocks of ", length), "",
                     "blocks of a length that divides the number of variables");
  std::vector<int> image;
  for (int i = 0; i < n; ++i) image.push_back((i + 1) % length == 0 ? i + 1 - length : i + 1);
  return image;
}

Orbits orbits(const Model& model, const std::vector<Symmetry>& generators) {
  const Layout layout = make_layout(model);
  std::vector<Moved> all;
  for (const Symmetry& s : generators) all.push_back(moved_by(model, layout, s));
  Orbits result;
  for (std::size_t v = 0; v < layout.variables.size(); ++v) {
    const auto& group = layout.variables[v];
    const algorithms::EdgePairs pairs(*group.edge_variable);
    std::vector<std::vector<int>> variables, edges, of_pairs;
    for (const Moved& m : all) {
      variables.push_back(m.variables[v]);
      edges.push_back(m.edges[v]);
      of_pairs.push_back(moved_pairs(pairs, m.edges[v]));
    }
    const std::string& name = group.variable.name;
    result.variables[name] = classes_of(variables, group.variable.size());
    result.edges[name] = classes_of(edges, group.edges);
    result.pairs[name] = classes_of(of_pairs, static_cast<int>(pairs.sent.size()));
  }
  return result;
}

AlgorithmPointer tie_along(const AlgorithmPointer& algorithm, const Model& model,
                           const std::vector<Symmetry>& generators) {
  if (!algorithm) throw ScheduleError("no algorithm is given", "", "tie_along(SumProduct{...}, model, …)");
  const Orbits along = orbits(model, generators);
  const std::vector<OwnedParameter> owned = algorithm->parameters(model);
  const auto has = [&](const std::string& name) {
    return std::any_of(owned.begin(), owned.end(), [&](const auto& p) { return p.name == name; });
  };
  std::map<std::string, std::vector<int>> classes;
  for (const OwnedParameter& p : owned)
    for (const auto& [group, edges] : along.edges) {
      const std::string weight = ".weight." + group, belief = ".belief_weight." + group;
      if (p.name.ends_with(belief)) classes[p.name] = edges;
      if (!p.name.ends_with(weight)) continue;
      const std::string prefix = p.name.substr(0, p.name.size() - weight.size());
      classes[p.name] = has(prefix + belief) ? along.pairs.at(group) : edges;
    }
  if (classes.empty())
    throw ScheduleError(cat(algorithm->name(), " has no weights of messages to share"), "",
                        "ask it for message_weights per edge or per pair");
  return tie_entries(algorithm, std::move(classes));
}

}  // namespace unfurl
