#include "draw/network/network_trace.hpp"

#include <algorithm>
#include <set>

#include "program/operations.hpp"

namespace unfurl {

using detail::cat;
using ir::Value;

namespace {

class Tracer {
 public:
  explicit Tracer(const Unrolled& network) : network_(network), graph_(network.graph) {
    for (const std::string& name : network.signature.readouts)
      outputs_.push_back(graph_.output(Signature::output(name, network.signature.layers)));
    for (int i = 0; i < graph_.size(); ++i) has_states_ = has_states_ || graph_[Value{i}].state;
    if (!has_states_) find_crossings();
  }

  std::vector<Stage> run() {
    std::vector<Stage> backwards{stage(outputs_, -1)};
    std::set<int> open;  // results that later stages asked for
    const auto ask = [&](const Stage& s) {
      for (Value v : s.all.before)
        if (layer(v) >= 0) open.insert(v.id);
    };
    ask(backwards[0]);
    while (!open.empty()) {
      int last = 0;
      for (int id : open) last = std::max(last, layer({id}));
      std::vector<Value> results;
      for (int id : open)
        if (layer({id}) == last) results.push_back({id});
      std::stable_sort(results.begin(), results.end(),
                       [&](Value a, Value b) { return name_of(network_, a) < name_of(network_, b); });
      for (Value v : results) open.erase(v.id);
      backwards.push_back(stage(results, last));
      ask(backwards.back());
    }
    std::reverse(backwards.begin(), backwards.end());
    return backwards;
  }

 private:
  int layer(Value v) const { return graph_[v].layer; }
  bool is_result(Value v) const { return has_states_ ? graph_[v].state : crossing_.count(v.id) != 0; }

  void find_crossings() {
    std::set<int> needed;
    for (Value v : outputs_) needed.insert(v.id);
    for (int i = graph_.size() - 1; i >= 0; --i) {
      if (needed.count(i) == 0) continue;
      const ir::Node& node = graph_[Value{i}];
      for (Value a : node.args) {
        needed.insert(a.id);
        if (!graph_[a].args.empty() && layer(a) >= 0 && layer(a) < node.layer) crossing_.insert(a.id);
      }
    }
  }

  Stage stage(const std::vector<Value>& results, int of_layer) const {
    Stage s;
    for (Value v : results) {
      // A state that is equal for all samples may be asked for twice, with and without lanes.
      const bool repeats = of_layer >= 0 && graph_[v].op == &ir::ops::broadcast &&
                           std::find(results.begin(), results.end(), graph_[v].args[0]) != results.end();
      if (repeats) continue;
      s.results.push_back(v);
      s.cones.push_back(cone({v}, of_layer));
    }
    s.all = cone(results, of_layer);
    return s;
  }

  /// What values of a layer (or read-outs, layer -1) are made of, back to the results of earlier layers.
  Cone cone(std::vector<Value> pending, int of_layer) const {
    std::set<int> found, before;
    while (!pending.empty()) {
      const Value v = pending.back();
      pending.pop_back();
      if (!found.insert(v.id).second) continue;
      const bool mine = of_layer >= 0 && layer(v) == of_layer;
      const bool start = layer(v) < 0 && of_layer > 0;  // a constant that happens to equal the initial state
      if (is_result(v) && !mine && !start)
        before.insert(v.id);
      else
        pending.insert(pending.end(), graph_[v].args.begin(), graph_[v].args.end());
    }
    Cone c;
    for (int id : before) c.before.push_back({id});
    std::set<std::string> leaves;
    for (int id : found) {
      c.values.push_back({id});
      const ir::Node& node = graph_[Value{id}];
      if (node.is_input()) c.inputs.push_back(node.name());
      if (node.is_parameter()) leaves.insert(node.name());
    }
    for (const Parameter& p : network_.parameters)
      if (leaves.count(p.name) != 0) c.parameters.push_back(&p);
    return c;
  }

  const Unrolled& network_;
  const ir::Graph& graph_;
  std::vector<Value> outputs_;
  bool has_states_ = false;
  std::set<int> crossing_;
};

}  // namespace

bool Cone::reads(const Parameter* parameter) const {
  return std::find(parameters.begin(), parameters.end(), parameter) != parameters.end();
}
bool Cone::reads(const std::string& input) const {
  return std::find(inputs.begin(), inputs.end(), input) != inputs.end();
}

std::vector<Stage> trace(const Unrolled& network) { return Tracer(network).run(); }

std::string name_of(const Unrolled& network, Value value) {
  for (int layer = 1; layer <= network.signature.layers; ++layer)
    for (const std::string& name : network.signature.results()) {
      const ir::Value v = network.graph.output(Signature::output(name, layer));
      const ir::Node& node = network.graph[v];
      if (v == value || (node.op == &ir::ops::broadcast && node.args[0] == value)) return name;
    }
  return "";
}

}  // namespace unfurl
