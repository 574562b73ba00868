// Common principal components.
#include "unfurl/common_components.hpp"

#include <cmath>
#include <numeric>

#include "factors/factors.hpp"
#include "model/expr.hpp"
#include "unfurl/extend/batch_matrices.hpp"
#include "unfurl/extend/components.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl {

using detail::cat;
using ir::Builder;
using ir::Type;
using ir::Value;

namespace {

/// For every row of a stack of `groups` matrices of `size` rows: its row in the matrix, or its group.
ir::Index row_in_matrix(int groups, int size) {
  std::vector<int> target;
  for (int i = 0; i < groups * size; ++i) target.push_back(i % size);
  return ir::make_index(std::move(target), size);
}
ir::Index group_of_row(int groups, int size) {
  std::vector<int> target;
  for (int i = 0; i < groups * size; ++i) target.push_back(i / size);
  return ir::make_index(std::move(target), groups);
}

/// Throws ModelError unless there are whole matrices of as many rows and columns as B has rows.
int groups_of(const Expr& s, const Expr& b, const std::string& who, const Where& where) {
  const Type t = type_of(s, where);
  const std::vector<int>& dims = b.node().dims;
  if (dims.size() != 2)
    throw ModelError(cat(who, " has components '", b.node().text, "', which are no matrix"), where,
                     "declare the latent with {size, columns}");
  if (dims[1] > dims[0])
    throw ModelError(cat(who, " has ", dims[1], " components of ", dims[0], " numbers each"), where,
                     "no more columns than rows can be orthonormal");
  if (t.rows != dims[0] || t.planes % dims[0] != 0)
    throw ModelError(cat(who, " has covariances '", s.node().text, "' of shape ", to_string(t), " for '",
                         b.node().text, "' of ", extents(dims)),
                     where,
                     cat("whole matrices one below the other, [groups * ", dims[0], ", ", dims[0], "]"));
  return t.planes / dims[0];
}

Value matrix(Builder& b, const Expr& latent, Value value) {
  const std::vector<int>& dims = latent.node().dims;
  return ir::reshape(b, value, dims[0], dims[1]);
}

/// Arguments: the covariances and the components. Numbers: the weights, or none.
class CommonComponentsType final : public ComponentsFactor {
 public:
  std::string name() const override { return "CommonComponents"; }
  Serves serves() const override { return Serves::energy; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_no_scope(f);
    const Expr &s = f.spec.args[0], &b = f.spec.args[1];
    if (b.node().kind != Expr::Node::Kind::latent || depends_on_latent(s))
      throw ModelError(cat("factor '", f.name, "' has the components '", b.node().text,
                           "' and the covariances '", s.node().text, "'"),
                       f.where, "components are a latent, and covariances have none in them");
    const int groups = groups_of(s, b, cat("factor '", f.name, "'"), f.where);
    const std::vector<double>& weights = f.spec.numbers;
    bool positive = weights.empty() || static_cast<int>(weights.size()) == groups;
    for (const double w : weights) positive = positive && w > 0 && std::isfinite(w);
    if (!positive)
      throw ModelError(cat("factor '", f.name, "' of ", groups, " groups has ", weights.size(), " weights"),
                       f.where, "a positive number for each group, or none");
  }
  Covariances covariances(const FactorGroup& g) const override {
    const FactorSpec& spec = g.declaration->spec;
    const int groups = spec.args[0].type().planes / spec.args[0].type().rows;
    std::vector<double> w = spec.numbers;
    if (w.empty()) w.assign(static_cast<std::size_t>(groups), 1);
    const double sum = std::accumulate(w.begin(), w.end(), 0.0);
    for (double& x : w) x /= sum;
    return {g.args[0], std::move(w)};
  }
  Value energy(Builder& b, const FactorGroup& g) const override {
    const Covariances s = covariances(g);
    const Value components = matrix(b, g.declaration->spec.args[1], g.args[1]);
    const Value products = covariances_times(b, s, components);
    const Value weight = b.constant(s.weight, {s.groups(), 1, false, Domain::nonneg});
    const Value logs = b.log(component_variances(b, s, components, products));
    Value sum = b.sum_to(b.mul(weight, logs), {1, 1, b.type(logs).lanes});
    const Type t = b.type(components);
    for (int i = 0; i < s.groups(); ++i) {
      std::vector<int> rows(static_cast<std::size_t>(t.planes));
      std::iota(rows.begin(), rows.end(), i * t.planes);
      const ir::Index own = ir::make_index(rows, s.groups() * t.planes);
      // That of a rotated matrix is that of the matrix, of which nothing depends on the rotation.
      const Value reduced =
          t.planes == t.rows
              ? b.gather_planes(s.stack, own)
              : ir::batch_matmul(b, components, b.gather_planes(products, own), {.transpose_left = true});
      sum = b.sub(sum, b.scale(ir::batch_log_determinant(b, reduced), s.weight[static_cast<std::size_t>(i)]));
    }
    return sum;
  }
};

const CommonComponentsType type;

}  // namespace

Value covariances_times(Builder& b, const Covariances& s, Value components) {
  return ir::batch_matmul(b, s.stack, components);
}

Value component_variances(Builder& b, const Covariances& s, Value components, Value products) {
  const int size = b.type(components).planes;
  const Value repeated = b.gather_planes(components, row_in_matrix(s.groups(), size));
  return b.segment_sum_planes(b.mul(repeated, products), group_of_row(s.groups(), size));
}

Expr component_variances(Expr covariances, const Latent& components, Where where) {
  const int groups = groups_of(covariances, components, "component_variances", where);
  const Type t{groups, components.node().dims[1], true};
  return Expr(operation("component_variances", {covariances, components}, t, where,
                        [=, latent = Expr(components)](Builder& b, const std::vector<Value>& v) {
                          const Covariances s{v[0], std::vector<double>(static_cast<std::size_t>(groups), 1)};
                          const Value c = matrix(b, latent, v[1]);
                          return component_variances(b, s, c, covariances_times(b, s, c));
                        }));
}

CommonComponents::operator FactorSpec() const { return {&type, {covariances, components}, weights}; }

}  // namespace unfurl
