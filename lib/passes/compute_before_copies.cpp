// What is copied to many rows is computed before, once for all copies.
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "program/places.hpp"
#include "program/shared_indices.hpp"

namespace unfurl::ir {

namespace {

/// What is told of index tables, once for all layers that have one in common.
class IndexFacts {
 public:
  bool is_identity(const Index& index) {
    const auto [found, fresh] = identity_.emplace(index, true);
    if (fresh) {
      found->second = index->count == static_cast<int>(index->target.size());
      for (std::size_t i = 0; found->second && i < index->target.size(); ++i)
        found->second = index->target[i] == static_cast<int>(i);
    }
    return found->second;
  }
  /// The table of `count` of its entries.
  Index slice(const Index& index, int begin, int count) {
    Index& part = slices_[{index, begin, count}];
    const auto first = index->target.begin() + begin;
    if (!part) part = make_index(std::vector<int>(first, first + count), index->count);
    return part;
  }

 private:
  std::unordered_map<Index, bool> identity_;
  std::map<std::tuple<Index, int, int>, Index> slices_;
};

/// Rebuilds a program. Copies are gathered rows; what is asked of them (slices, planes, functions of entries) is asked of
/// their source instead, and the result is gathered. That is done where the source has no more rows than are copied from it
/// in all, and at most twice as many as are copied here.
class ComputeBeforeCopies {
 public:
  explicit ComputeBeforeCopies(const Graph& from) : from_(from) {
    count_uses();
    for (int i = 0; i < from.size(); ++i) {
      const Value v{i};
      node_ = &from[v];
      std::vector<Value> args;
      for (Value a : node_->args) args.push_back(renamed_[at(a)]);
      renamed_.push_back(rebuild(std::move(args)));
      if (node_->state) to_.mark_state(renamed_.back());
    }
    for (const auto& [name, v] : from.outputs) to_.outputs.emplace_back(name, renamed_[at(v)]);
  }
  Graph take() { return std::move(to_); }

 private:
  void count_uses() {
    used_whole_.assign(static_cast<std::size_t>(from_.size()), 0);
    copied_.assign(used_whole_.size(), 0);
    for (int i = 0; i < from_.size(); ++i) {
      const Node& node = from_[Value{i}];
      if (node.state) used_whole_[static_cast<std::size_t>(i)] = 1;
      if (node.op == &ops::gather_rows) copied_[at(node.args[0])] += node.type.rows;
      if (node.op != &ops::slice_rows)
        for (Value a : node.args) used_whole_[at(a)] = 1;
    }
    for (const auto& [name, v] : from_.outputs) used_whole_[at(v)] = 1;
  }

  Value add(const Operation& op, std::vector<Value> args, Attributes attributes) {
    return to_.add(op, std::move(args), std::move(attributes), node_->layer, node_->origin);
  }

  Value rebuild(std::vector<Value> args) {
    if (node_->op == &ops::slice_rows && !used_whole_[at(node_->args[0])]) {
      const Rows& rows = node_->attributes.as<Rows>();
      return slice(args[0], rows.begin, rows.count);
    }
    if (node_->op == &ops::gather_planes) return planes(args[0], node_->attributes.as<Indexed>().index);
    if (node_->op == &ops::gather_rows) {
      const Index& index = node_->attributes.as<Indexed>().index;
      const bool many = index->count <= 2 * node_->type.rows;  // else too much is computed for nothing
      return copies(args[0], index, many && index->count <= copied_[at(node_->args[0])]);
    }
    if (node_->op->elementwise)
      if (const Value v = entries(*node_, args)) return v;
    return add(*node_->op, std::move(args), node_->attributes);
  }

  /// Rows of a source that is to be asked for what is asked of them, or not.
  Value copies(Value source, const Index& index, bool ask_source) {
    if (facts_.is_identity(index)) return source;
    const Value v = add(ops::gather_rows, {source}, Indexed{index});
    if (ask_source) asks_source_.insert(v.id);
    return v;
  }
  bool asks_source(Value v) const { return asks_source_.count(v.id) > 0; }

  /// Of copies, those that are wanted; an index of its own for a few of them would be as long as their source.
  Value slice(Value v, int begin, int count) {
    const Node node = to_[v];
    const auto index = asks_source(v) ? node.attributes.as<Indexed>().index : Index{};
    if (!index || index->count > 2 * count) return add(ops::slice_rows, {v}, Rows{begin, count});
    return copies(node.args[0], facts_.slice(index, begin, count), true);
  }

  Value planes(Value v, const Index& wanted) {
    if (facts_.is_identity(wanted)) return v;
    const Node node = to_[v];
    if (node.op == &ops::concat_planes && wanted->target.size() == 1) {
      int plane = wanted->target[0];
      for (Value part : node.args) {
        const int held = to_.type(part).planes;
        if (plane < held) return held == 1 ? part : planes(part, make_index({plane}, held));
        plane -= held;
      }
    }
    if (asks_source(v))
      return copies(planes(node.args[0], wanted), node.attributes.as<Indexed>().index, true);
    return add(ops::gather_planes, {v}, Indexed{wanted});
  }

  /// A function of entries of rows that are all gathered by one index, but for those operands that are the same in all rows.
  /// Absent where it is none.
  Value entries(const Node& node, const std::vector<Value>& args) {
    Index index;
    std::vector<Value> sources;
    for (Value a : args) {
      const Node arg = to_[a];
      if (asks_source(a) && (!index || same(index, arg.attributes.as<Indexed>().index))) {
        index = arg.attributes.as<Indexed>().index;
        sources.push_back(arg.args[0]);
      } else if (arg.type.rows == 1) {
        sources.push_back(a);
      } else {
        return {};
      }
    }
    if (!index) return {};
    Value v = entries(node, sources);
    if (!v) v = add(*node.op, std::move(sources), node.attributes);
    return copies(v, index, true);
  }

  const Graph& from_;
  const Node* node_ = nullptr;    // that is being rebuilt
  std::vector<char> used_whole_;  // by others than slices
  std::vector<int> copied_;       // rows of it, in all
  IndexFacts facts_;
  std::set<int> asks_source_;  // copies of which is asked what their source can tell
  std::vector<Value> renamed_;
  Graph to_;
};

}  // namespace

Graph compute_before_copies(const Graph& graph) { return ComputeBeforeCopies(graph).take(); }

}  // namespace unfurl::ir
