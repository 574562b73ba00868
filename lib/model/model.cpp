// Declarations, checked as they are made.
#include "unfurl/model.hpp"

#include <algorithm>
#include <cmath>

#include "unfurl/extend.hpp"

namespace unfurl {

using detail::cat;

namespace {

int product(const std::vector<int>& dims, const std::string& name, const Where& where) {
  std::int64_t n = 1;
  for (int d : dims) {
    if (d <= 0) throw ModelError(cat("'", name, "' has an extent of ", d), where, "extents are positive");
    n *= d;
    if (n > (std::int64_t(1) << 30))
      throw ModelError(cat("'", name, "' has more than 2^30 entries"), where, "use smaller extents");
  }
  return static_cast<int>(n);
}

template <class Declaration>
bool declares(const std::vector<Declaration>& list, const Expr::Node& handle) {
  const auto i = static_cast<std::size_t>(handle.declaration);
  return i < list.size() && list[i].name == handle.text;
}

template <class Handle>
Handle make_handle(Expr::Node::Kind kind, const std::string& name, ir::Type type, std::size_t declaration,
                   const void* model) {
  auto n = std::make_shared<Expr::Node>();
  n->kind = kind;
  n->text = name;
  n->type = type;
  n->declaration = static_cast<int>(declaration);
  n->model = model;
  return Handle(std::move(n));
}

}  // namespace

std::string Model::FactorDeclaration::describe() const { return cat("factor '", name, "' (", where, ")"); }

Model::Model(std::string name) : name_(std::move(name)), identity_(std::make_shared<const int>(0)) {}

void Model::claim(const std::string& name, const Where& where) {
  if (name.empty())
    throw ModelError("a declaration has no name", where, "give it one; files and messages use it");
  const auto reserved = name.find_first_of("@.");
  if (reserved != std::string::npos)
    throw ModelError(cat("the name '", name, "' holds a '", name[reserved], "'"), where,
                     "'@' marks copies and layers, '.' what belongs to a name; use '_'");
  if (name == "log_partition")
    throw ModelError("the name 'log_partition' is taken: algorithms call their estimate of log Z so", where,
                     "choose another one");
  if (std::find(names_.begin(), names_.end(), name) != names_.end())
    throw ModelError(cat("'", name, "' is declared twice in model '", name_, "'"), where,
                     "give each its own name");
  names_.push_back(name);
}

void Model::own(const Expr& e, const std::string& what, const Where& where) const {
  if (!e) throw ModelError(cat(what, " has an empty argument"), where, "give every argument a value");
  using Kind = Expr::Node::Kind;
  const Expr::Node& n = e.node();
  for (const Expr& a : n.args) own(a, what, where);
  const bool declared = (n.kind == Kind::param && declares(params_, n)) ||
                        (n.kind == Kind::observed && declares(observed_, n)) ||
                        (n.kind == Kind::latent && declares(latents_, n));
  const bool handle = n.args.empty() && n.kind != Kind::number;
  if (handle && (n.model != identity_.get() || !declared))
    throw ModelError(cat(what, " uses '", n.text, "' of another model"), where,
                     cat("declare it in model '", name_, "'"));
}

Observed Model::observed(const std::string& name, std::vector<int> dims, Domain domain, Where where) {
  return features(name, std::move(dims), 1, domain, where);
}

Observed Model::features(const std::string& name, std::vector<int> dims, int count, Domain domain,
                         Where where) {
  if (count <= 0) throw ModelError(cat("'", name, "' has ", count, " features"), where, "at least one");
  const ir::Type type{count, product(dims, name, where), true, domain};
  claim(name, where);
  observed_.push_back({name, type, where});
  return make_handle<Observed>(Expr::Node::Kind::observed, name, type, observed_.size() - 1, identity_.get());
}

Discrete Model::discrete(const std::string& name, std::vector<int> dims, int states, Where where) {
  (void)product(dims, name, where);
  if (states < 2)
    throw ModelError(cat("'", name, "' has ", states, " states"), where, "a variable has at least two");
  claim(name, where);
  Discrete x{static_cast<int>(discretes_.size()), std::move(dims), states, name, identity_.get()};
  discretes_.push_back({x, where});
  return x;
}

Continuous Model::continuous(const std::string& name, std::vector<int> dims, Where where) {
  (void)product(dims, name, where);
  claim(name, where);
  Continuous x{static_cast<int>(continuous_.size()), std::move(dims), 0, name, identity_.get()};
  continuous_.push_back({x, where});
  return x;
}

Latent Model::latent(const std::string& name, std::vector<int> dims, Domain domain, Where where) {
  const ir::Type type{1, product(dims, name, where), true, domain};
  claim(name, where);
  latents_.push_back({name, type, where});
  return make_handle<Latent>(Expr::Node::Kind::latent, name, type, latents_.size() - 1, identity_.get());
}

Param Model::param(const std::string& name, double initial, Domain domain, Where where) {
  return param(name, scalar(), initial, domain, where);
}

Param Model::param(const std::string& name, Extent extent, double initial, Domain domain, Where where) {
  const int n = product({extent.planes, extent.rows}, name, where);
  return param(name, extent, std::vector<double>(static_cast<std::size_t>(n), initial), domain, where);
}

Param Model::param(const std::string& name, Extent extent, std::vector<double> initial, Domain domain,
                   Where where) {
  const int n = product({extent.planes, extent.rows}, name, where);
  if (static_cast<int>(initial.size()) != n)
    throw ModelError(cat("parameter '", name, "' of ", extent.planes, " x ", extent.rows, " is given ",
                         initial.size(), " initial values"),
                     where, cat("give ", n, " values, row by row"));
  for (double v : initial) {
    if (!std::isfinite(v))
      throw ModelError(cat("parameter '", name, "' has an initial value ", v), where, "finite values only");
    if (domain == Domain::nonneg && v < 0)
      throw ModelError(cat("non-negative parameter '", name, "' has an initial value ", v), where,
                       "values >= 0, or declare it real");
  }
  claim(name, where);
  const ir::Type type{extent.planes, extent.rows, false, domain};
  params_.push_back({name, type, std::move(initial), where});
  return make_handle<Param>(Expr::Node::Kind::param, name, type, params_.size() - 1, identity_.get());
}

void Model::own(const Edges& edges, const std::string& factor, const Where& where) const {
  for (const VariableGroup& g : edges.groups) {
    const auto& declared = g.is_real() ? continuous_ : discretes_;
    const auto i = static_cast<std::size_t>(g.group);
    if (g.model != identity_.get() || i >= declared.size() || declared[i].variable.name != g.name)
      throw ModelError(cat("factor '", factor, "' joins variable '", g.name, "' of another model"), where,
                       cat("declare it in model '", name_, "'"));
  }
}

void Model::factor(const std::string& name, const Edges& edges, const FactorSpec& spec, Where where) {
  if (!spec.type)
    throw ModelError(cat("factor '", name, "' has no type"), where, "use Field, Ising, Table, KL, ...");
  FactorDeclaration f{name, edges, spec, where};
  for (const Expr& a : spec.args) own(a, cat("factor '", name, "'"), where);
  own(edges, name, where);
  for (const VariableGroup& g : edges.groups)
    if (g.is_real() != spec.type->joins_real())
      throw ModelError(
          cat("factor '", name, "' joins ", g.is_real() ? "real" : "discrete", " variables '", g.name, "'; ",
              spec.type->name(), " joins ", g.is_real() ? "discrete" : "real", " ones"),
          where,
          g.is_real() ? "use Gaussian, GaussianDifference or GaussianCoupling"
                      : cat("declare them with m.continuous(\"", g.name, "\", {...})"));
  spec.type->check(f);
  if (edges.arity() > 0 && edges.count() == 0)
    throw ModelError(cat("factor '", name, "' joins nothing: its edge set is empty"), where,
                     "leave the factor out");
  // Only a matrix over the group serves all pairs at once; other factors join them like any other edge set.
  f.edges.complete = edges.complete && !spec.args.empty() &&
                     spec.args[0].type().planes == edges.groups[0].size() &&
                     spec.args[0].type().rows == edges.groups[0].size();
  claim(name, where);
  factors_.push_back(std::move(f));
}

void Model::factor(const std::string& name, const FactorSpec& spec, Where where) {
  factor(name, Edges{}, spec, where);
}

void Model::start(const Latent& latent, Expr value, Where where) {
  own(latent, "start", where);
  own(value, cat("the start of '", latent.name(), "'"), where);
  LatentDeclaration& declared = latents_[static_cast<std::size_t>(latent.node().declaration)];
  const ir::Type &from = value.type(), &to = declared.type;
  const auto needs_latent = [](const auto& self, const Expr& e) -> bool {
    if (e.node().kind == Expr::Node::Kind::latent) return true;
    if (e.node().kind == Expr::Node::Kind::previous) return false;
    return std::any_of(e.node().args.begin(), e.node().args.end(),
                       [&](const Expr& a) { return self(self, a); });
  };
  if (needs_latent(needs_latent, value))
    throw ModelError(cat("latent '", latent.name(), "' starts from a latent that is not inferred yet"), where,
                     "take its value in the previous frame: previous(latent)");
  if (declared.start)
    throw ModelError(cat("latent '", latent.name(), "' is given two starts"), where, "keep one of them");
  if (from.planes != 1 || (from.rows != 1 && from.rows != to.rows))
    throw ModelError(cat("latent '", latent.name(), "' of shape ", to_string(to), " cannot start from shape ",
                         to_string(from)),
                     where, "a scalar, or one number for each of its entries");
  if (to.domain == Domain::nonneg && from.domain == Domain::real)
    throw ModelError(cat("latent '", latent.name(), "' is non-negative, but its start may be negative"),
                     where, "declare what it is made of with nonneg");
  declared.start = std::move(value);
}

void Model::readout(const std::string& name, Expr expression, Where where) {
  own(expression, cat("read-out '", name, "'"), where);
  claim(name, where);
  readouts_.push_back({name, std::move(expression), where});
}

}  // namespace unfurl
