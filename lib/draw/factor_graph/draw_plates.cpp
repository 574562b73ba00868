// The factor graph with one node a group.
#include <algorithm>

#include "draw/dot.hpp"
#include "draw/factor_graph/draw_factors.hpp"

namespace unfurl {

using detail::cat;

namespace {

using FactorDeclaration = Model::FactorDeclaration;

std::string sizes(const std::vector<int>& dims) {
  std::string text;
  for (int d : dims) text += cat(text.empty() ? "" : " \u00d7 ", d);
  return text;
}

/// What a factor group joins: "4900 pairs".
std::string instances(const Edges& edges) {
  static const char* const names[] = {"", "", "pairs", "triples", "quadruples"};
  if (edges.complete) return cat("every pair of ", edges.groups[0].size());
  return edges.arity() < 5 ? cat(edges.count(), " ", names[edges.arity()])
                           : cat(edges.count(), " factors of ", edges.arity());
}

class Plates {
 public:
  explicit Plates(const Model& model)
      : model_(model),
        out_(model.name(), false,
             {{"layout", "dot"},
              {"rankdir", "TB"},
              {"nodesep", "0.3"},
              {"ranksep", "0.4"},
              {"label", dot_text::legend(model.name(), {})}}) {
    for (const auto& d : variables(model_))
      add_plate(d.variable.name, sizes(d.variable.dims), d.variable.size());
    for (const auto& f : model_.factors()) {
      const bool evidence = f.edges.arity() == 1 && f.edges.count() == f.edges.groups[0].size();
      if (evidence && f.edges.count() > 1)
        plate_of_[f.name] = f.edges.groups[0].name;
      else if (f.edges.arity() > 0)
        add_plate(f.name, f.edges.arity() == 1 ? cat(f.edges.count(), " of them") : instances(f.edges),
                  f.edges.count());
    }
    place_given();
  }

  std::string draw() {
    for (const auto& [plate, title] : plates_) {
      out_.begin_cluster(
          plate, dot_text::cluster(title) + dot_text::Attributes{{"labelloc", "b"}, {"labeljust", "r"}});
      draw_nodes(plate);
      out_.end();
    }
    draw_nodes("");
    for (const auto& f : model_.factors()) draw_edges(f);
    return std::move(out_).text();
  }

 private:
  void add_plate(const std::string& name, const std::string& title, int count) {
    if (count < 2) return;
    plate_of_[name] = name;
    plates_.emplace_back(name, title);
    count_[name] = count;
  }

  /// Data and parameters with an entry for every instance of a plate stand inside, if used nowhere else.
  void place_given() {
    std::map<std::string, std::vector<std::pair<const FactorDeclaration*, Mention>>> uses;
    for (const auto& f : model_.factors())
      for (const auto& [name, mention] : mentioned(f)) uses[name].emplace_back(&f, mention);
    for (const auto& [name, users] : uses) {
      const std::string plate = plate_of(users[0].first->name);
      const bool inside = !plate.empty() && std::all_of(users.begin(), users.end(), [&](const auto& use) {
        return plate_of(use.first->name) == plate && use.second.row_by_row &&
               use.second.handle->type.rows == count_[plate];
      });
      if (inside) plate_of_[name] = plate;
    }
  }

  std::string plate_of(const std::string& name) const {
    const auto found = plate_of_.find(name);
    return found == plate_of_.end() ? "" : found->second;
  }

  void draw_nodes(const std::string& plate) {
    const auto size = [&](const ir::Type& t) {  // in a plate: of one instance
      return plate.empty() ? size_of(t) : t.planes > 1 ? cat(t.planes) : "";
    };
    for (const auto& o : model_.observed())
      if (plate_of(o.name) == plate && is_used(o.name))
        out_.node(o.name, dot_text::round_node(dot_text::observed) +
                              dot_text::Attributes{{"label", dot_text::label(o.name, size(o.type))}});
    for (std::size_t i = 0; i < model_.params().size(); ++i) {
      const auto& p = model_.params()[i];
      if (plate_of(p.name) == plate && is_used(p.name))
        out_.node(p.name, dot_text::small_node(dot_text::fill_colour(
                              static_cast<int>(i), static_cast<int>(model_.params().size()))) +
                              dot_text::Attributes{{"label", dot_text::label(p.name, size(p.type))}});
    }
    for (const auto& f : model_.factors())
      if (plate_of(f.name) == plate)
        out_.node(f.name,
                  dot_text::square_node() +
                      dot_text::Attributes{{"label", dot_text::label(f.name, type_and_arguments(f))}});
    for (const auto& d : variables(model_))
      if (plate_of(d.variable.name) == plate)
        out_.node(
            d.variable.name,
            dot_text::round_node() +
                dot_text::Attributes{
                    {"label", dot_text::label(d.variable.name, d.variable.is_real()
                                                                   ? std::string("real")
                                                                   : cat(d.variable.states, " states"))}});
    if (!plate.empty()) return;
    for (const auto& l : model_.latents())
      out_.node(l.name, dot_text::round_node() +
                            dot_text::Attributes{{"label", dot_text::label(l.name, size_of(l.type))}});
  }

  bool is_used(const std::string& name) const {
    return std::any_of(model_.factors().begin(), model_.factors().end(),
                       [&](const auto& f) { return mentioned(f).count(name) != 0; });
  }

  void draw_edges(const FactorDeclaration& f) {
    for (const auto& [name, mention] : mentioned(f))
      if (mention.handle->kind == Expr::Node::Kind::latent)
        out_.edge(f.name, name);
      else
        out_.edge(name, f.name,
                  mention.handle->kind == Expr::Node::Kind::param
                      ? dot_text::Attributes{{"color", dot_text::faint}}
                      : dot_text::Attributes{});
    std::map<std::string, int> joined;
    for (const VariableGroup& g : f.edges.groups) ++joined[g.name];
    for (const auto& [name, slots] : joined)
      out_.edge(f.name, name,
                slots > 1 ? dot_text::Attributes{{"label", dot_text::label(cat(slots, " each"))}}
                          : dot_text::Attributes{});
  }

  const Model& model_;
  dot_text::Writer out_;
  std::map<std::string, std::string> plate_of_;
  std::map<std::string, int> count_;
  std::vector<std::pair<std::string, std::string>> plates_;  ///< name and title
};

}  // namespace

std::string draw_plates(const Model& model) { return Plates(model).draw(); }

}  // namespace unfurl
