// Factors, checked and put together as they are declared.
#include <algorithm>

#include "model/edges.hpp"
#include "model/expr.hpp"
#include "unfurl/extend/algorithm.hpp"

namespace unfurl {

using detail::cat;

std::string Model::FactorDeclaration::describe() const { return cat("factor '", name, "' (", where, ")"); }

void Model::own(const Edges& edges, const std::string& factor, const Where& where) const {
  for (const VariableGroup& g : edges.groups) {
    const auto& declared = g.is_real() ? continuous_ : discretes_;
    const auto i = static_cast<std::size_t>(g.group);
    if (g.model != identity_.get() || i >= declared.size() || declared[i].variable.name != g.name)
      throw ModelError(cat("factor '", factor, "' joins variable '", g.name, "' of another model"), where,
                       cat("declare it in model '", name_, "'"));
    if (declared[i].variable.dims != g.dims || declared[i].variable.states != g.states)
      throw ModelError(cat("factor '", factor, "' joins a changed copy of variable '", g.name, "'"), where,
                       "use the group as m.discrete or m.continuous returned it");
  }
  if (edges.scopes.empty() ? edges.slots.size() != edges.groups.size() : edges.arity() != 0)
    throw ModelError(cat("the edge set of factor '", factor, "' has ", edges.slots.size(), " slots for ",
                         edges.groups.size(), " groups"),
                     where, "make edge sets with tuples, pairs, chain, ...");
  for (std::size_t k = 0; k < edges.slots.size(); ++k) {
    const int size = edges.groups[k].size();
    if (edges.slots[k].size() != edges.slots[0].size() ||
        std::any_of(edges.slots[k].begin(), edges.slots[k].end(), [=](int v) { return v < 0 || v >= size; }))
      throw ModelError(cat("slot ", k, " of the edge set of factor '", factor,
                           "' holds variables that are not there, or another number than the first"),
                       where, "make edge sets with tuples, pairs, chain, ...");
  }
}

namespace {

/// One factor for each variable of a group, in its order.
bool one_each(const Edges& e) {
  if (e.arity() != 1 || e.count() != e.groups[0].size()) return false;
  for (int i = 0; i < e.count(); ++i)
    if (e.slots[0][static_cast<std::size_t>(i)] != i) return false;
  return true;
}

/// Refuses arrays whose extents are those of the variables in another order: flattened, they would fit.
void check_extents(const Model::FactorDeclaration& f) {
  if (!one_each(f.edges)) return;
  const VariableGroup& x = f.edges.groups[0];
  const auto text = [](const std::vector<int>& dims) {
    std::string s;
    for (int d : dims) s += cat(s.empty() ? "" : ", ", d);
    return cat("{", s, "}");
  };
  for (const Expr& a : f.spec.args) {
    const std::vector<int>& dims = a.node().dims;
    if (dims.size() > 1 && x.dims.size() > 1 && a.type().rows == f.edges.count() && dims != x.dims)
      throw ModelError(cat("'", a.node().text, "' of factor '", f.name, "' is an array of ", text(dims),
                           ", but '", x.name, "' one of ", text(x.dims)),
                       f.where, "declare both with the same extents, in the same order");
  }
}

}  // namespace

void check_values(const Model::FactorDeclaration& f,
                  const std::function<std::vector<double>(const Expr&)>& values) {
  std::vector<std::vector<double>> all;
  for (const Expr& e : f.spec.args) all.push_back(values(e));
  if (const std::string why = f.spec.type->objection(f, all); !why.empty())
    throw ModelError(cat("factor '", f.name, "' of type ", f.spec.type->name(), " has ", why), f.where,
                     "give other initial values; nonneg parameters stay above zero");
}

void Model::factor(const std::string& name, const Edges& edges, const FactorSpec& spec, Where where) {
  if (!spec.type)
    throw ModelError(cat("factor '", name, "' has no type"), where, "use Field, Ising, Table, KL, ...");
  for (const Expr& a : spec.args) own(a, cat("factor '", name, "'"), where);
  std::vector<FactorDeclaration> declared;
  if (edges.scopes.empty() && (edges.arity() == 0 || edges.count() > 0))
    declared.push_back({name, edges, spec, where});
  for (const EdgesOfOneSize& part : by_size(edges)) {
    FactorDeclaration f{cat(name, ".", part.edges.arity()), part.edges, spec, where};
    for (Expr& a : f.spec.args) {
      if (a.type().rows == 1) continue;
      if (a.type().rows != edges.count())
        throw ModelError(
            cat(spec.type->name(), " argument '", a.node().text, "' of factor '", name, "' has shape ",
                to_string(a.type()), "; it needs ", edges.count(), " rows (one per factor) or 1"),
            where, "declare the parameter with per_edge(...) of the edge set, or as a scalar");
      a = at_rows(a, part.factors, where);
    }
    declared.push_back(std::move(f));
  }
  own(edges, name, where);
  for (FactorDeclaration& f : declared) check(f);
  claim(name, where);
  has_factors_ = true;
  for (FactorDeclaration& f : declared) factors_.push_back(std::move(f));
}

void Model::check(FactorDeclaration& f) const {
  own(f.edges, f.name, f.where);
  const FactorSpec& spec = f.spec;
  for (const VariableGroup& g : f.edges.groups)
    if (g.is_real() != spec.type->joins_real())
      throw ModelError(
          cat("factor '", f.name, "' joins ", g.is_real() ? "real" : "discrete", " variables '", g.name,
              "'; ", spec.type->name(), " joins ", g.is_real() ? "discrete" : "real", " ones"),
          f.where,
          g.is_real() ? "use Gaussian, GaussianDifference or GaussianCoupling"
                      : cat("declare them with m.continuous(\"", g.name, "\", {...})"));
  spec.type->check(f);
  check_values(f, [this](const Expr& e) -> std::vector<double> {
    const Expr::Node& n = e.node();
    if (n.kind == Expr::Node::Kind::number) return {n.number};
    if (n.kind != Expr::Node::Kind::param) return {};
    return params_[static_cast<std::size_t>(n.declaration)].initial;
  });
  check_extents(f);
  // Only a matrix over the group serves all pairs at once; other factors send messages, as on any other edge set.
  f.edges.complete = f.edges.complete && !has(spec.type->serves(), Serves::messages) && !spec.args.empty() &&
                     spec.args[0].type().planes == f.edges.groups[0].size() &&
                     spec.args[0].type().rows == f.edges.groups[0].size();
}

void Model::factor(const std::string& name, const FactorSpec& spec, Where where) {
  factor(name, Edges{}, spec, where);
}

}  // namespace unfurl
