// Keeping few values for the backward pass, and computing the others again.
#include <algorithm>

#include "passes/passes.hpp"
#include "program/places.hpp"
#include "unfurl/extend/operation.hpp"

namespace unfurl::ir {

namespace {

/// Rebuilds a training program: what a value's gradient reads of an earlier segment is computed again just before, from
/// what the segments after that one read in the forward pass, and so is kept anyway.
class Recompute {
 public:
  Recompute(const Graph& from, Value loss, int every) : from_(from), renamed_(size()), again_(size()) {
    forward_.assign(size(), 0);
    forward_[at(loss)] = 1;
    for (int i = loss.id; i >= 0; --i)
      if (forward_[at({i})])
        for (Value a : from[Value{i}].args) forward_[at(a)] = 1;
    find_segments(every);
    find_kept();
  }

  Graph run() {
    for (int i = 0; i < from_.size(); ++i) {
      const Value v{i};
      if (!forward_[at(v)])
        for (Value a : from_[v].args) compute_again(a);
      renamed_[at(v)] = copy(v, forward_[at(v)]);
      if (from_[v].state) to_.mark_state(renamed_[at(v)]);
    }
    for (const auto& [name, v] : from_.outputs) to_.outputs.emplace_back(name, renamed_[at(v)]);
    return std::move(to_);
  }

 private:
  std::size_t size() const { return static_cast<std::size_t>(from_.size()); }

  /// Runs of layers, in the order of the program: a sample of several frames goes through all layers for each. What is
  /// outside of the layers, as read-outs are, belongs to the layer before.
  void find_segments(int every) {
    segment_.assign(size(), 0);
    int block = -1;
    for (int i = 0; i < from_.size(); ++i) {
      const Node& node = from_[Value{i}];
      // A broadcast may stand later than its layer: it is made where it is first read.
      const bool tells =
          forward_[at({i})] && node.layer >= 0 && node.type.lanes &&
          std::any_of(node.args.begin(), node.args.end(), [&](Value a) { return from_.type(a).lanes; });
      if (tells && node.layer / every != block) {
        if (block >= 0) ++last_;
        block = node.layer / every;
      }
      segment_[at({i})] = last_;
    }
  }

  void find_kept() {
    kept_.assign(size(), 0);
    for (int i = 0; i < from_.size(); ++i) {
      const Node& node = from_[Value{i}];
      kept_[at({i})] =
          !forward_[at({i})] || !node.type.lanes || node.args.empty() || segment_[at({i})] == last_;
      if (forward_[at({i})])
        for (Value a : node.args)
          if (segment_[at(a)] != segment_[at({i})]) kept_[at(a)] = 1;
    }
  }

  /// Emits what is needed for `v`, in the order of the program.
  void compute_again(Value v) {
    if (!needs_work(v)) return;
    std::vector<int> wanted;
    std::vector<Value> open{v};
    again_[at(v)] = v;  // found; renamed below
    while (!open.empty()) {
      const Value next = open.back();
      open.pop_back();
      wanted.push_back(next.id);
      for (Value a : from_[next].args)
        if (needs_work(a)) again_[at(a)] = a, open.push_back(a);
    }
    std::sort(wanted.begin(), wanted.end());
    for (const int i : wanted) again_[at({i})] = copy({i}, false);
  }
  bool needs_work(Value v) const { return !kept_[at(v)] && !again_[at(v)]; }

  /// Reads what was computed the first time, or else again where it was not kept.
  Value copy(Value v, bool first_time) {
    const Node& node = from_[v];
    std::vector<Value> args;
    for (Value a : node.args) args.push_back(first_time || kept_[at(a)] ? renamed_[at(a)] : again_[at(a)]);
    return to_.add(*node.op, std::move(args), node.attributes, node.layer, node.origin);
  }

  const Graph& from_;
  Graph to_;
  std::vector<char> forward_, kept_;
  std::vector<int> segment_;
  std::vector<Value> renamed_, again_;
  int last_ = 0;
};

}  // namespace

Graph recompute(const Graph& graph, int every) {
  const auto loss = std::find_if(graph.outputs.begin(), graph.outputs.end(),
                                 [](const auto& output) { return output.first == "loss"; });
  if (every < 1 || loss == graph.outputs.end()) return graph;
  return Recompute(graph, loss->second, every).run();
}

}  // namespace unfurl::ir
