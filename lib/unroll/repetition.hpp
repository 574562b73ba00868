// A part of every layer (its step, its read-out), of which later layers are copies where layers are alike.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "unfurl/extend/program.hpp"

namespace unfurl {

/// A parameter that a part asked for: which one is the same in all layers, which copy of it is the place's.
struct LeafUse {
  std::size_t declared = 0;  ///< number of the declaration
  bool is_scale = false;     ///< the factor of its place (Schedule::scale), not the parameter
  bool operator==(const LeafUse&) const = default;
};

/// Watches how the layers write a part. Two that follow each other and wrote the same of the same kinds of values tell how all
/// that follow will: these are copied, node by node, in the same order and with the attributes of the model, index tables
/// above all, so that they cost nodes, not edges. What is written is the program that the algorithm would have written.
class Repetition {
 public:
  /// What one layer wrote.
  struct Written {
    int begin = 0, end = 0;  ///< values begin .. end - 1 of the program
    int layer = 0;
    std::vector<ir::Value> inputs, outputs;  ///< values, of which some may be absent
    std::vector<std::string> names;          ///< of outputs, where they have some
    struct Leaf {
      LeafUse use;
      int before = 0;  ///< it was asked for when the program had so many values
      ir::Value value;
      std::string origin{};
    };
    std::vector<Leaf> leaves;
    bool asked_which = false;  ///< the algorithm asked for the number of the layer
  };

  /// Whether a layer that reads `inputs` will write what the last one wrote. Otherwise it is to be written, between begin() and end().
  bool is_known(const ir::Graph& graph, const std::vector<ir::Value>& inputs);

  void begin(const ir::Graph& graph, int layer, std::vector<ir::Value> inputs);
  void note_leaf(Written::Leaf leaf) { last_.leaves.push_back(leaf); }
  void end(const ir::Graph& graph, std::vector<ir::Value> outputs, std::vector<std::string> names,
           bool asked_which);

  /// Writes the part once more; `leaf(LeafUse, origin)` is the place's copy of a parameter.
  template <class F>
  std::vector<ir::Value> copy(ir::Graph& graph, int layer, const std::vector<ir::Value>& inputs,
                              F leaf) const {
    Copy copy(before_, last_, layer, inputs);
    std::size_t next = 0;
    const auto ask_before = [&](int value) {
      for (; next < last_.leaves.size() && last_.leaves[next].before <= value; ++next)
        copy.rename(last_.leaves[next].value, leaf(last_.leaves[next].use, last_.leaves[next].origin));
    };
    for (int i = last_.begin; i < last_.end; ++i) {
      ask_before(i);
      copy.node(graph, i);
    }
    ask_before(last_.end);
    return copy.outputs();
  }
  /// Of the outputs, as the last layer named them.
  const std::vector<std::string>& names() const { return last_.names; }

 private:
  class Copy {
   public:
    Copy(const Written& before, const Written& from, int layer, const std::vector<ir::Value>& inputs);
    void rename(ir::Value v, ir::Value to) { outside_[v.id] = to; }
    void node(ir::Graph& graph, int i);
    std::vector<ir::Value> outputs() const;

   private:
    ir::Value renamed(ir::Value v) const;
    const Written &before_, &from_;
    int layer_;
    std::unordered_map<int, ir::Value> outside_;  // inputs and parameters
    std::vector<ir::Value> inside_;               // by place among the part's values
  };

  Written before_, last_;
  int written_ = 0;  // in a row, the last ones
  bool alike_ = false;
};

}  // namespace unfurl
