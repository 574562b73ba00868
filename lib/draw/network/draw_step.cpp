// The operations of one layer.
#include <algorithm>
#include <map>

#include "draw/dot.hpp"
#include "draw/network/network_trace.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/draw.hpp"

namespace unfurl {

using detail::cat;
using ir::Value;

namespace {

class StepDrawing {
 public:
  explicit StepDrawing(const Network& network)
      : network_(network.unrolled()),
        graph_(network_.graph),
        stages_(trace(network_)),
        number_((stages_.size() - 1) / 2),
        stage_(stages_[number_]) {}

  std::string draw() {
    const bool readout = number_ + 1 == stages_.size();
    dot_text::Writer out(
        network_.made_by.model ? network_.made_by.model->name() : network_.made_by.algorithm, true,
        {{"layout", "dot"},
         {"rankdir", "TB"},
         {"nodesep", "0.22"},
         {"ranksep", "0.28"},
         {"label",
          dot_text::legend(
              cat(network_.made_by.model ? cat(network_.made_by.model->name(), ", ") : "",
                  network_.made_by.algorithm, ", ", readout ? "the read-out" : cat("layer ", number_)),
              {})}});
    std::map<std::string, std::vector<Value>> by_origin;
    for (Value v : stage_.all.values)
      if (is_drawn(v)) by_origin[is_leaf(v) ? "" : graph_[v].origin].push_back(v);
    for (const auto& [origin, values] : by_origin) {
      if (!origin.empty())
        out.begin_cluster(origin, dot_text::cluster(origin) + dot_text::Attributes{{"labeljust", "l"}});
      for (Value v : values) draw_node(out, v);
      if (!origin.empty()) out.end();
    }
    for (Value v : stage_.all.values) draw_edges(out, v);
    return std::move(out).text();
  }

 private:
  /// Numbers within the drawing, so that it does not change with other layers.
  std::string id(Value v) const {
    const auto& values = stage_.all.values;
    return cat("value ", std::find(values.begin(), values.end(), v) - values.begin());
  }
  bool is(Value v, const ir::Operation& op) const { return graph_[v].op == &op; }
  bool from_before(Value v) const {
    return std::find(stage_.all.before.begin(), stage_.all.before.end(), v) != stage_.all.before.end();
  }
  bool is_leaf(Value v) const { return from_before(v) || graph_[v].args.empty(); }
  bool is_number(Value v) const { return graph_[v].is_constant() && graph_.type(v).size() == 1; }
  /// Numbers are written into the operations that use them; broadcasts only repeat.
  bool is_drawn(Value v) const { return from_before(v) || !(is_number(v) || is(v, ir::ops::broadcast)); }

  double number(Value v) const { return graph_[v].attributes.as<ir::Constant>().entry(0); }

  Value shown(Value v) const {
    while (!from_before(v) && is(v, ir::ops::broadcast)) v = graph_[v].args[0];
    return v;
  }

  static std::string shape(const ir::Type& t) {
    return t.planes > 1 ? cat(t.planes, " \u00d7 ", t.rows) : cat(t.rows);
  }

  std::string title(const ir::Node& node) const {
    std::string text = node.op->name;
    const std::string attributes = node.attributes.text(node.op->attributes, ir::Attributes::Text::brief);
    if (!attributes.empty()) text += " " + attributes;
    for (Value v : node.args)
      if (is_number(shown(v)) && !from_before(shown(v))) text += cat(" ", number(shown(v)));
    return text;
  }

  void draw_node(dot_text::Writer& out, Value v) const {
    const ir::Node& node = graph_[v];
    const bool result = std::find(stage_.results.begin(), stage_.results.end(), v) != stage_.results.end();
    std::string name = name_of(network_, v);
    if (from_before(v)) {
      out.node(
          id(v),
          dot_text::round_node() +
              dot_text::Attributes{
                  {"label", dot_text::label(name.empty() ? "state" : name,
                                            cat(shape(node.type),
                                                node.layer < 0 ? ", start" : cat(", layer ", node.layer)))}});
    } else if (node.is_input()) {
      out.node(id(v), dot_text::round_node(dot_text::observed) +
                          dot_text::Attributes{{"label", dot_text::label(node.name(), shape(node.type))}});
    } else if (node.is_parameter()) {
      int copy = 0;
      for (const Parameter& p : network_.parameters)
        if (p.name == node.name()) copy = p.copy;
      out.node(id(v), dot_text::small_node(dot_text::fill_colour(copy, static_cast<int>(stages_.size()))) +
                          dot_text::Attributes{
                              {"label",
                               dot_text::label(node.name(), node.type.size() > 1 ? shape(node.type) : "")}});
    } else if (node.is_constant()) {
      out.node(id(v), dot_text::square_node(dot_text::panel) +
                          dot_text::Attributes{{"label", dot_text::label("constant", shape(node.type))}});
    } else {
      dot_text::Attributes style =
          dot_text::square_node() +
          dot_text::Attributes{{"label", dot_text::label(title(node), shape(node.type))}};
      out.node(id(v), style);
      if (result) {
        out.node(cat("result ", id(v)),
                 dot_text::round_node() +
                     dot_text::Attributes{
                         {"label", dot_text::label(name.empty() ? "state" : name, shape(node.type))},
                         {"peripheries", "2"}});
        out.edge(id(v), cat("result ", id(v)));
      }
    }
  }

  void draw_edges(dot_text::Writer& out, Value v) const {
    if (!is_drawn(v) || is_leaf(v)) return;
    for (Value a : graph_[v].args) {
      const Value from = shown(a);
      if (is_drawn(from))
        out.edge(id(from), id(v),
                 graph_.type(from).lanes ? dot_text::Attributes{}
                                         : dot_text::Attributes{{"color", dot_text::faint}});
    }
  }

  const Unrolled& network_;
  const ir::Graph& graph_;
  std::vector<Stage> stages_;
  std::size_t number_;
  const Stage& stage_;
};

}  // namespace

std::string step_dot(const Network& network) { return StepDrawing(network).draw(); }

}  // namespace unfurl
