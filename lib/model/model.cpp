// Declarations, checked as they are made.
#include "unfurl/model.hpp"

#include <algorithm>
#include <cmath>

#include "model/expr.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/extend/space.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// Entries of an array; none where `least` allows an extent of 0.
int product(const std::vector<int>& dims, const std::string& name, const Where& where, int least = 1) {
  std::int64_t n = 1;
  for (int d : dims) {
    if (d < least)
      throw ModelError(cat("'", name, "' has an extent of ", d), where,
                       least > 0 ? "extents are positive" : "extents are not negative");
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
                   const void* model, std::vector<int> dims, bool scalar) {
  auto n = std::make_shared<Expr::Node>();
  n->kind = kind;
  n->text = name;
  n->type = type;
  n->declaration = static_cast<int>(declaration);
  n->model = model;
  n->dims = std::move(dims);
  n->scalar = scalar;
  return Handle(std::move(n));
}

}  // namespace

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
  (void)product({count, type.rows}, name, where);
  claim(name, where);
  observed_.push_back({name, type, where});
  const bool scalar = count == 1 && dims.empty();
  return make_handle<Observed>(Expr::Node::Kind::observed, name, type, observed_.size() - 1, identity_.get(),
                               std::move(dims), scalar);
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
  if (domain == Domain::index)
    throw ModelError(cat("latent '", name, "' cannot be of whole numbers"), where,
                     "declare it real or nonneg, or as variables: m.discrete(name, {...}, states)");
  const ir::Type type{1, product(dims, name, where), true, domain};
  claim(name, where);
  latents_.push_back({name, type, where});
  const bool scalar = dims.empty();
  return make_handle<Latent>(Expr::Node::Kind::latent, name, type, latents_.size() - 1, identity_.get(),
                             std::move(dims), scalar);
}

Param Model::param(const std::string& name, double initial, Space space, Where where) {
  return param(name, scalar(), initial, std::move(space), std::move(where));
}

Param Model::param(const std::string& name, Extent extent, double initial, Space space, Where where) {
  const int n = product({extent.planes, extent.rows}, name, where, 0);
  return param(name, extent, std::vector<double>(static_cast<std::size_t>(n), initial), std::move(space),
               std::move(where));
}

Param Model::param(const std::string& name, Extent extent, std::vector<double> initial, Space space,
                   Where where) {
  (void)product({extent.planes}, name, where);
  const int n = product({extent.rows, extent.planes}, name, where, 0);
  if (static_cast<int>(initial.size()) != n)
    throw ModelError(cat("parameter '", name, "' of ", extent.planes, " x ", extent.rows, " is given ",
                         initial.size(), " initial values"),
                     where, cat("give ", n, " values, row by row"));
  for (double v : initial)
    if (!std::isfinite(v))
      throw ModelError(
          cat("parameter '", name, "' has an initial value ", v), where,
          "finite values only; what is impossible is log(p) of a non-negative parameter p that is 0");
  if (const std::string why = space.type().objection(initial, extent.planes, extent.rows); !why.empty())
    throw ModelError(cat("parameter '", name, "' ", why), where,
                     cat("give initial values that are in its space (Space::nearest finds some), or another",
                         " space than '", space.name(), "'"));
  claim(name, where);
  const ir::Type type{extent.planes, extent.rows, false, space.domain()};
  params_.push_back({name, type, std::move(initial), where, std::move(space)});
  return make_handle<Param>(Expr::Node::Kind::param, name, type, params_.size() - 1, identity_.get(), {},
                            n == 1);
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
  need_entries(expression, where);
  claim(name, where);
  readouts_.push_back({name, std::move(expression), where});
}

}  // namespace unfurl
