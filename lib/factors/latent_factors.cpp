// What declarations of factors over latents have to be.
#include "factors/factors.hpp"
#include "model/expr.hpp"

namespace unfurl::factors {

using detail::cat;

void check_fit(const Model::FactorDeclaration& f, bool positive) {
  check_no_scope(f);
  const Expr& target = *(f.spec.args.end() - 2);
  const ir::Type &t = target.type(), &a = f.spec.args.back().type();
  if (t.planes != a.planes || t.rows != a.rows)
    throw ModelError(cat("factor '", f.name, "' compares '", target.node().text, "' of shape ", to_string(t),
                         " with an approximation of shape ", to_string(a)),
                     f.where, "the product of dictionary and latent must have the rows of the data");
  if (depends_on_latent(target))
    throw ModelError(
        cat("factor '", f.name, "' has the target '", target.node().text, "', which depends on a latent"),
        f.where, "a target is made of data and parameters; bring latents into the approximation");
  if (positive && (t.domain != Domain::nonneg || a.domain != Domain::nonneg))
    throw ModelError(cat("factor '", f.name, "' is a divergence of non-negative values, but its ",
                         t.domain != Domain::nonneg ? "target" : "approximation", " may be negative"),
                     f.where, "declare data, dictionary and latents with nonneg");
}

void check_arguments(const Model::FactorDeclaration& f, int groups) {
  const Expr& x = f.spec.args.back();
  const int planes = groups > 0 ? 1 : x.type().planes, rows = groups > 0 ? groups : x.type().rows;
  const std::string type = f.spec.type->name();
  for (std::size_t i = 0; i + 1 < f.spec.args.size(); ++i) {
    const Expr& a = f.spec.args[i];
    const ir::Type& w = a.type();
    if ((w.planes != 1 && w.planes != planes) || (w.rows != 1 && w.rows != rows))
      throw ModelError(
          cat(type, " argument '", a.node().text, "' of factor '", f.name, "' has shape ", to_string(w)),
          f.where,
          cat("a scalar, or one number for each ", groups > 0 ? "group of entries" : "entry", " of '",
              x.node().text, "'"));
    if (depends_on_latent(a))
      throw ModelError(
          cat(type, " argument '", a.node().text, "' of factor '", f.name, "' depends on a latent"), f.where,
          "a number, a parameter, or a formula over parameters and data");
  }
}

void check_penalised(const Model::FactorDeclaration& f, int groups) {
  check_no_scope(f);
  const Expr& x = f.spec.args.back();
  const std::string type = f.spec.type->name();
  if (!depends_on_latent(x))
    throw ModelError(
        cat("factor '", f.name, "' of type ", type, " needs a latent, not '", x.node().text, "'"), f.where,
        "penalise a latent, or a formula of one");
  check_arguments(f, groups);
}

std::string negative_weight(const Model::FactorDeclaration& f, const std::vector<std::vector<double>>& values,
                            std::size_t arg) {
  const Expr::Node& n = f.spec.args[arg].node();
  for (const double v : values[arg])
    if (v < 0)
      return n.kind == Expr::Node::Kind::number ? cat("a negative weight, ", v)
                                                : cat("a negative weight: '", n.text, "' is ", v);
  return "";
}

std::string negative_weights(const Model::FactorDeclaration& f,
                             const std::vector<std::vector<double>>& values) {
  for (std::size_t i = 0; i + 1 < f.spec.args.size(); ++i)
    if (std::string why = negative_weight(f, values, i); !why.empty()) return why;
  return "";
}

}  // namespace unfurl::factors
