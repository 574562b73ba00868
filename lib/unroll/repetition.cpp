#include "unroll/repetition.hpp"

#include <algorithm>
#include <utility>

#include "program/places.hpp"

namespace unfurl {

using ir::Graph;
using ir::Node;
using ir::Value;
using Written = Repetition::Written;

namespace {

std::size_t find(const std::vector<Value>& all, Value v) {
  return static_cast<std::size_t>(std::find(all.begin(), all.end(), v) - all.begin());
}

const Written::Leaf* leaf_of(const Written& w, Value v) {
  for (const Written::Leaf& leaf : w.leaves)
    if (leaf.value == v) return &leaf;
  return nullptr;
}

bool is_inside(const Written& w, Value v) { return v.id >= w.begin && v.id < w.end; }

/// What a layer starts from is of one kind with what another starts from: what the functions that write programs look at, who
/// never look through what layers carry. A parameter is none: it would be another one in the next place.
bool same_kinds(const Graph& g, const std::vector<Value>& a, const std::vector<Value>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (static_cast<bool>(a[i]) != static_cast<bool>(b[i])) return false;
    if (!a[i]) continue;
    if (g.type(a[i]) != g.type(b[i]) || g[a[i]].state != g[b[i]].state || g[a[i]].is_parameter() ||
        g[b[i]].is_parameter() || find(a, a[i]) != find(b, b[i]))
      return false;
  }
  return true;
}

/// Two values have the same part in what two layers wrote.
bool same_role(const Written& a, Value x, const Written& b, Value y) {
  if (!x || !y) return x == y;
  if (const Written::Leaf* l = leaf_of(a, x), *m = leaf_of(b, y); l || m) return l && m && l->use == m->use;
  if (is_inside(a, x) || is_inside(b, y))
    return is_inside(a, x) && is_inside(b, y) && x.id - a.begin == y.id - b.begin;
  const std::size_t i = find(a.inputs, x), j = find(b.inputs, y);
  return i == j && (i < a.inputs.size() || x == y);
}

bool same_node(const Graph& g, const Written& a, int i, const Written& b, int j) {
  const Node &x = g[Value{i}], &y = g[Value{j}];
  if (x.op != y.op || x.state != y.state || x.type != y.type || x.origin != y.origin ||
      (x.layer != y.layer && x.layer - a.layer != y.layer - b.layer) || x.args.size() != y.args.size())
    return false;
  for (std::size_t k = 0; k < x.args.size(); ++k)
    if (!same_role(a, x.args[k], b, y.args[k])) return false;
  if (x.is_parameter()) return leaf_of(a, {i}) && same_role(a, {i}, b, {j});
  return x.attributes == y.attributes;
}

/// Where one declares more parameters than the other, as the first layer does where all are tied, they are not alike.
bool same(const Graph& g, const Written& a, const Written& b) {
  if (a.asked_which || b.asked_which || a.end - a.begin != b.end - b.begin || a.names != b.names ||
      a.outputs.size() != b.outputs.size() || a.leaves.size() != b.leaves.size() ||
      !same_kinds(g, a.inputs, b.inputs))
    return false;
  for (std::size_t i = 0; i < a.leaves.size(); ++i)
    if (!(a.leaves[i].use == b.leaves[i].use) ||
        a.leaves[i].before - a.begin != b.leaves[i].before - b.begin ||
        a.leaves[i].origin != b.leaves[i].origin)
      return false;
  for (int i = 0; i < a.end - a.begin; ++i)
    if (!same_node(g, a, a.begin + i, b, b.begin + i)) return false;
  for (std::size_t i = 0; i < a.outputs.size(); ++i)
    if (!same_role(a, a.outputs[i], b, b.outputs[i])) return false;
  return true;
}

}  // namespace

bool Repetition::is_known(const Graph& graph, const std::vector<Value>& inputs) {
  if (!alike_ && written_ >= 2) alike_ = same(graph, before_, last_);
  if (!alike_) return false;
  if (same_kinds(graph, last_.inputs, inputs)) return true;
  alike_ = false;  // as where the gradient ends: whoever follows shows anew
  written_ = 0;
  return false;
}

void Repetition::begin(const Graph& graph, int layer, std::vector<Value> inputs) {
  before_ = std::exchange(last_, {});
  last_.begin = graph.size();
  last_.layer = layer;
  last_.inputs = std::move(inputs);
}

void Repetition::end(const Graph& graph, std::vector<Value> outputs, std::vector<std::string> names,
                     bool asked_which) {
  last_.end = graph.size();
  last_.outputs = std::move(outputs);
  last_.names = std::move(names);
  last_.asked_which = asked_which;
  ++written_;
}

Repetition::Copy::Copy(const Written& before, const Written& from, int layer,
                       const std::vector<Value>& inputs)
    : before_(before), from_(from), layer_(layer), inside_(static_cast<std::size_t>(from.end - from.begin)) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i]) outside_.emplace(from.inputs[i].id, inputs[i]);
}

Value Repetition::Copy::renamed(Value v) const {
  if (const auto found = outside_.find(v.id); found != outside_.end()) return found->second;
  return is_inside(from_, v) ? inside_[static_cast<std::size_t>(v.id - from_.begin)] : v;
}

void Repetition::Copy::node(Graph& graph, int i) {
  const Node node = graph[Value{i}];  // a copy: the program grows
  if (node.is_parameter()) return;    // declared where it was asked for
  std::vector<Value> args;
  for (const Value a : node.args) args.push_back(renamed(a));
  // Gradients inside a step belong to the layers of what they are gradients of, such as the one before.
  const bool moves = graph[Value{before_.begin + i - from_.begin}].layer != node.layer;
  const Value v = graph.add(*node.op, std::move(args), node.attributes,
                            moves ? node.layer - from_.layer + layer_ : node.layer, node.origin);
  if (node.state) graph.mark_state(v);
  inside_[static_cast<std::size_t>(i - from_.begin)] = v;
}

std::vector<Value> Repetition::Copy::outputs() const {
  std::vector<Value> all;
  for (const Value v : from_.outputs) all.push_back(v ? renamed(v) : v);
  return all;
}

}  // namespace unfurl
