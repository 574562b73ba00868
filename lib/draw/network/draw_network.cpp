// The layered network, with places computed here: in this picture the arrangement says what is tied.
#include <algorithm>
#include <map>
#include <set>

#include "draw/dot.hpp"
#include "draw/network/network_layout.hpp"
#include "unfurl/draw.hpp"
#include "unfurl/extend/operation.hpp"

namespace unfurl {

using detail::cat;
using dot_text::Attributes;
using dot_text::Point;
using dot_text::Shape;

namespace {

/// 2003000 as "2,003,000".
std::string with_commas(std::size_t number) {
  std::string digits = cat(number);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

class Drawing {
 public:
  explicit Drawing(const Network& network)
      : network_(network.unrolled()), layout_(network_), trained_(network.trained_count()) {
    number_colours();
  }

  std::string draw() const {
    dot_text::Writer out(network_.made_by.model ? network_.made_by.model->name() : network_.made_by.algorithm,
                         true, {{"layout", "nop2"}, {"label", explanation()}});
    for (const DrawnInput& input : layout_.inputs())
      out.node(input_node(input), dot_text::round_node(dot_text::observed) + input.shape.attributes() +
                                      Attributes{{"label", dot_text::label(input.name)}});
    for (const Shared& s : layout_.shared()) draw_pill(out, *s.parameter, s.shape);
    for (const LayerBox& box : layout_.boxes()) draw_box(out, box);
    for (std::size_t b = 0; b < layout_.boxes().size(); ++b) draw_lines(out, b);
    for (const Shared& s : layout_.shared())
      for (std::size_t b : s.boxes)
        draw_wire(out, s.parameter->name, s.shape, b, {layout_.entry(b, s), layout_.boxes()[b].top},
                  wire_colour(*s.parameter));
    for (const DrawnInput& input : layout_.inputs())
      for (std::size_t b : input.boxes)
        draw_wire(out, input_node(input), input.shape, b, {layout_.entry(b, input), 0}, dot_text::faint);
    return std::move(out).text();
  }

 private:
  static std::string input_node(const DrawnInput& input) { return cat("input ", input.name); }

  /// Colours follow the copies that are drawn, so that neighbours differ however many there are.
  void number_colours() {
    std::set<int> copies;
    for (const LayerBox& box : layout_.boxes())
      for (const Parameter* p : box.own)
        if (!box.elided()) copies.insert(p->copy);
    for (const Shared& s : layout_.shared()) copies.insert(s.parameter->copy);
    for (int copy : copies) colour_.emplace(copy, static_cast<int>(colour_.size()));
  }

  std::string explanation() const {
    const auto layers = layout_.stages().size() - 1;
    std::vector<dot_text::LegendEntry> rows;
    if (!layout_.shared().empty())
      rows.push_back(
          {dot_text::fill_colour(0, 1), "", "copy of a parameter that the layers at its wire share"});
    if (layout_.shared().size() < network_.parameters.size())
      rows.push_back({dot_text::fill_colour(1, 5), "", "copy of the layer's own; a colour for each copy"});
    const auto is_frozen = [](const Parameter& p) { return !p.trained; };
    if (std::any_of(network_.parameters.begin(), network_.parameters.end(), is_frozen))
      rows.push_back({"", "- - -", "not trained"});
    rows.push_back({dot_text::observed, "", "observed"});
    return dot_text::legend(
        cat(network_.made_by.model ? cat(network_.made_by.model->name(), ", ") : "",
            network_.made_by.algorithm, ", ", layers, layers == 1 ? " layer, " : " layers, ",
            with_commas(trained_), " trained numbers"),
        rows);
  }

  std::string state_label(ir::Value v, std::string name) const {
    const ir::Node& node = network_.graph[v];
    if (name.empty()) name = node.state ? "state" : node.op->name;
    const ir::Type& t = node.type;
    return dot_text::label(name, t.planes > 1 ? cat(t.planes, " \u00d7 ", t.rows) : cat(t.rows));
  }

  std::string wire_colour(const Parameter& p) const {
    return dot_text::wire_colour(colour_.at(p.copy), static_cast<int>(colour_.size()));
  }

  void draw_pill(dot_text::Writer& out, const Parameter& p, const Shape& shape) const {
    const std::string fill = dot_text::fill_colour(colour_.at(p.copy), static_cast<int>(colour_.size()));
    Attributes style =
        dot_text::small_node(fill) + shape.attributes() + Attributes{{"label", dot_text::label(p.name)}};
    if (!p.trained) style.emplace_back("style", "filled,rounded,dashed");
    out.node(p.name, style);
  }

  void draw_box(dot_text::Writer& out, const LayerBox& box) const {
    const Point label{box.left + 5 + dot_text::text_width(box.title()) * 0.45, box.top - 8};
    out.begin_cluster(cat(box.first), dot_text::cluster(box.title()) +
                                          Attributes{{"bb", cat(dot_text::position({box.left, 0}), ",",
                                                                dot_text::position({box.right, box.top}))},
                                                     {"lp", dot_text::position(label)}});
    if (!box.elided())
      for (const Parameter* p : box.own) draw_pill(out, *p, box.shapes.at(p->name));
    for (std::size_t i = 0; i < box.results.size(); ++i) {
      Attributes style = dot_text::round_node() + box.shapes.at(box.results[i]).attributes();
      if (box.elided()) {
        style.emplace_back("label",
                           dot_text::label("\u2026", box.own.empty() ? "" : cat(box.own.size(), " copies")));
        style.emplace_back("style", "dashed");
      } else if (box.readout) {
        const std::string& name = network_.signature.readouts[i];
        style.emplace_back(
            "label",
            state_label(network_.graph.output(Signature::output(name, network_.signature.layers)), name));
        style.emplace_back("peripheries", "2");
      } else {
        const ir::Value v = layout_.stages()[static_cast<std::size_t>(box.first)].results[i];
        style.emplace_back("label", state_label(v, network_.graph[v].state ? name_of(network_, v) : ""));
      }
      out.node(box.results[i], style);
    }
    out.end();
  }

  /// From own copies and from the results of earlier boxes to each result.
  void draw_lines(dot_text::Writer& out, std::size_t b) const {
    const LayerBox& box = layout_.boxes()[b];
    const Stage& stage = layout_.stages()[static_cast<std::size_t>(box.first)];
    for (std::size_t i = 0; i < box.results.size(); ++i) {
      const Cone& cone = box.elided() ? stage.all : stage.cones[i];
      const Shape& to = box.shapes.at(box.results[i]);
      for (const Parameter* p : box.own) {
        if (box.elided() || !cone.reads(p)) continue;
        const Shape& from = box.shapes.at(p->name);
        const double x = from.right() + 6, y = to.centre.y + to.height / 4;
        const Point end{to.centre.x - 0.433 * to.width, y};  // on the ellipse at a quarter of its height
        out.edge(p->name, box.results[i],
                 {{"pos", dot_text::wire({{from.right(), from.centre.y}, {x, from.centre.y}, {x, y}, end})},
                  {"color", wire_colour(*p)}});
      }
      for (const auto& [name, source] : sources(cone)) {
        const Shape& from = layout_.boxes()[source].shapes.at(name);
        const bool next = source + 1 == b;
        out.edge(
            name, box.results[i],
            {{"pos", next ? dot_text::wire({from.border_towards(to.centre), to.border_towards(from.centre)})
                          : detour(from, to, 4 + 4 * static_cast<double>(source % 2))}});
      }
    }
  }

  /// Over the states between.
  static std::string detour(const Shape& from, const Shape& to, double above) {
    const double aside = from.width / 4, up = 0.433 * from.height;  // on the ellipse
    const double y = std::max(from.centre.y, to.centre.y) + from.height / 2 + above;
    return dot_text::wire({{from.centre.x + aside, from.centre.y + up},
                           {from.centre.x + aside, y},
                           {to.centre.x - aside, y},
                           {to.centre.x - aside, to.centre.y + up}});
  }

  /// Nodes of earlier boxes that are read, and their boxes.
  std::map<std::string, std::size_t> sources(const Cone& cone) const {
    std::map<std::string, std::size_t> found;
    for (ir::Value v : cone.before) {
      if (network_.graph[v].layer < 0) continue;  // the initial state
      const std::string& node = layout_.node_of(v);
      for (std::size_t b = 0; b < layout_.boxes().size(); ++b)
        if (layout_.boxes()[b].shapes.count(node) != 0) found[node] = b;
    }
    return found;
  }

  /// Along its row, then into the box at `end`.
  void draw_wire(dot_text::Writer& out, const std::string& from, const Shape& shape, std::size_t b, Point end,
                 const std::string& colour) const {
    const double y = shape.centre.y;
    const LayerBox& box = layout_.boxes()[b];
    out.edge(from, box.results[0],
             {{"pos", dot_text::wire({{shape.right(), y}, {end.x, y}, end})},
              {"color", colour},
              {"lhead", cat("cluster_", box.first)}});
  }

  const Unrolled& network_;
  NetworkLayout layout_;
  std::size_t trained_;
  std::map<int, int> colour_;  ///< copy -> number of its colour
};

}  // namespace

std::string network_dot(const Network& network) { return Drawing(network).draw(); }

}  // namespace unfurl
