// The factor graph with every variable and factor: as declared when neighbours are joined in an array, else as it fits.
#include <algorithm>
#include <cmath>
#include <set>

#include "draw/dot.hpp"
#include "draw/factor_graph/draw_factors.hpp"
#include "draw/geometry.hpp"

namespace unfurl {

using detail::cat;

namespace {

using dot_text::Attributes;
using dot_text::Point;  // in inches here, as this layout wants them
using FactorDeclaration = Model::FactorDeclaration;

constexpr double step = 1.25;  // from one variable to the next

class Instances {
 public:
  explicit Instances(const Model& model)
      : model_(model),
        lattice_(is_lattice(model)),
        out_(model.name(), false,
             {{"layout", "neato"},
              {"overlap", lattice_ ? "true" : "false"},
              {"splines", "line"},
              {"sep", "+4"},
              {"label", explanation(model)}}) {}

  std::string draw() {
    for (const auto& d : variables(model_))
      for (int i = 0; i < d.variable.size(); ++i)
        place(id(d.variable.name, i),
              dot_text::round_node() + circle(d.variable.name, index_of(d.variable, i)), at(d.variable, i));
    for (std::size_t i = 0; i < model_.factors().size(); ++i) {
      const auto& f = model_.factors()[i];
      if (f.edges.arity() == 1) side_ = -side_;
      for (int k = 0; k < f.edges.count(); ++k) draw_factor(f, k, colour(model_, i));
    }
    return std::move(out_).text();
  }

 private:
  static std::string id(const std::string& name, int i) { return cat(name, "[", i, "]"); }
  static std::string index_of(const VariableGroup& x, int i) {
    return x.dims.size() == 2 ? cat(i / x.dims[1], ",", i % x.dims[1]) : cat(i);
  }
  static Point at(const VariableGroup& x, int i) {
    if (x.dims.size() != 2) return {step * i, 0};
    const int row = i / x.dims[1], column = i % x.dims[1];
    return {step * column, -step * row};
  }
  static std::string colour(const Model& model, std::size_t factor) {
    return dot_text::wire_colour(static_cast<int>(factor), static_cast<int>(model.factors().size()));
  }

  /// Neighbours in one array of one or two dimensions, which then stands as declared. What would need the same place
  /// twice is no lattice: two factors of one pair, data of pairs, a third factor of every variable.
  static bool is_lattice(const Model& model) {
    const auto groups = variables(model);
    if (groups.size() != 1 || groups[0].variable.dims.size() > 2) return false;
    const VariableGroup& x = groups[0].variable;
    std::set<std::pair<int, int>> joined;
    int evidence = 0;
    for (const auto& f : model.factors()) {
      if (f.edges.arity() > 2 || (f.edges.arity() == 1 && ++evidence > 2)) return false;
      if (f.edges.arity() == 1) continue;
      for (const auto& [name, mention] : mentioned(f))
        if (mention.handle->kind == Expr::Node::Kind::observed) return false;
      for (std::size_t k = 0; k < f.edges.slots[0].size(); ++k) {
        const auto [first, second] = std::minmax(f.edges.slots[0][k], f.edges.slots[1][k]);
        const Point p = at(x, first), q = at(x, second);
        const bool neighbours = std::abs(p.x - q.x) + std::abs(p.y - q.y) < 1.5 * step;
        if (!neighbours || !joined.emplace(first, second).second) return false;
      }
    }
    return true;
  }

  static std::string explanation(const Model& model) {
    std::vector<dot_text::LegendEntry> rows;
    for (std::size_t i = 0; i < model.factors().size(); ++i)
      rows.push_back(
          {colour(model, i), "", cat(model.factors()[i].name, ": ", type_and_arguments(model.factors()[i]))});
    for (const auto& p : model.params())
      rows.push_back({"", p.name,
                      size_of(p.type).empty() ? "parameter, one number"
                                              : cat("parameter, ", size_of(p.type), " numbers")});
    return dot_text::legend(model.name(), rows);
  }

  static Attributes circle(const std::string& name, const std::string& index) {
    return {{"label", cat("<", dot_text::html(name), "<sub><font point-size=\"8\">", dot_text::html(index),
                          "</font></sub>>")},
            {"shape", "circle"},
            {"width", "0.42"},
            {"margin", "0"},
            {"fontsize", "10"}};
  }

  void place(const std::string& node, Attributes attributes, Point p) {
    if (lattice_) attributes.emplace_back("pos", cat(p.x, ",", p.y, "!"));
    out_.node(node, attributes);
  }

  void draw_factor(const FactorDeclaration& f, int k, const std::string& fill) {
    const auto entry = static_cast<std::size_t>(k);
    Point centre;
    for (std::size_t slot = 0; slot < f.edges.slots.size(); ++slot) {
      const Point p = at(f.edges.groups[slot], f.edges.slots[slot][entry]);
      centre.x += p.x / f.edges.arity();
      centre.y += p.y / f.edges.arity();
    }
    // Factors of one variable stand beside it, with their data beyond; the second group's on the other side.
    const double reach = f.edges.arity() == 1 ? 0.3 : 0;
    const std::string factor = id(f.name, k);
    place(factor,
          dot_text::square_node(fill) + Attributes{{"label", ""}, {"width", "0.15"}, {"height", "0.15"}},
          {centre.x + side_ * reach, centre.y + reach});
    for (std::size_t slot = 0; slot < f.edges.slots.size(); ++slot)
      out_.edge(factor, id(f.edges.groups[slot].name, f.edges.slots[slot][entry]));
    for (const auto& [name, mention] : mentioned(f)) {
      if (mention.handle->kind != Expr::Node::Kind::observed) continue;
      const bool own =
          mention.row_by_row && mention.handle->type.rows == f.edges.count() && f.edges.count() > 1;
      const std::string data = own ? id(name, k) : name;
      if (data_.insert(data).second) {
        const std::string index = !own ? "" : f.edges.arity() == 1 ? index_of(f.edges.groups[0], k) : cat(k);
        const Point beyond =
            own ? Point{centre.x + side_ * 0.63, centre.y + 0.62} : Point{step * shared_data_++, step};
        place(data, dot_text::round_node(dot_text::observed) + circle(name, index), beyond);
      }
      out_.edge(data, factor);
    }
  }

  const Model& model_;
  bool lattice_;
  dot_text::Writer out_;
  std::set<std::string> data_;  ///< nodes of observed inputs so far
  int shared_data_ = 0;         ///< those that belong to no single factor
  double side_ = 1;             ///< of the variables, where factors of one variable stand: right 1, left -1
};

}  // namespace

std::string draw_instances(const Model& model) { return Instances(model).draw(); }

}  // namespace unfurl
