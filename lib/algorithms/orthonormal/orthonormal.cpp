#include "algorithms/orthonormal/orthonormal.hpp"

#include "algorithms/composite.hpp"
#include "unfurl/extend/batch_matrices.hpp"
#include "unfurl/extend/convolution.hpp"

namespace unfurl::algorithms {

using detail::cat;
using ir::Builder;
using ir::Type;
using ir::Value;

namespace {

/// The extents of the latent in a formula; empty where it is not there.
std::vector<int> latent_extents(const Expr& e) {
  if (e.node().kind == Expr::Node::Kind::latent) return e.node().dims;
  for (const Expr& a : e.node().args)
    if (std::vector<int> found = latent_extents(a); !found.empty()) return found;
  return {};
}

MatrixExtents extents_of(const Model& model) {
  for (const auto& f : model.factors())
    for (const Expr& a : f.spec.args)
      if (const std::vector<int> dims = latent_extents(a); dims.size() == 2) return {dims[0], dims[1]};
  return {};
}

/// A matrix as the latent that it is.
Value as_row(Builder& b, Value matrix) {
  const Type t = b.type(matrix);
  return ir::reshape(b, matrix, 1, t.planes * t.rows);
}

const ComponentsFactor* components_factor(const Model& model) {
  return dynamic_cast<const ComponentsFactor*>(model.factors()[0].spec.type);
}

}  // namespace

MatrixExtents orthonormal_matrix(const Model& model, const char* algorithm) {
  const Composite parts = composite(model, algorithm);
  for (const int i : parts.penalties) {
    const auto& f = model.factors()[static_cast<std::size_t>(i)];
    throw ScheduleError(
        cat(algorithm, " cannot serve factor '", f.name, "' of type ", f.spec.type->name()), f.where,
        "it takes smooth factors: columns that stay orthonormal leave no room for a proximal map");
  }
  const MatrixExtents m = extents_of(model);
  const auto& latent = latent_of(model);
  if (m.rows == 0 || m.columns > m.rows)
    throw ScheduleError(cat(algorithm, " needs a latent with orthonormal columns, and '", latent.name,
                            "' is no matrix of at least as many rows as columns"),
                        latent.where, "declare it with {rows, columns}");
  return m;
}

MatrixExtents common_components(const Model& model, const char* algorithm) {
  const MatrixExtents m = orthonormal_matrix(model, algorithm);
  const auto& f = model.factors()[0];
  if (model.factors().size() != 1 || components_factor(model) == nullptr)
    throw ScheduleError(cat(algorithm, " cannot serve the ", model.factors().size(), " factors of model '",
                            model.name(), "', of which '", f.name, "' is a ", f.spec.type->name()),
                        f.where, "it takes one CommonComponents; CayleyDescent takes any smooth factors");
  if (m.rows != m.columns)
    throw ScheduleError(
        cat(algorithm, " turns pairs of columns, and those of '", latent_of(model).name, "', ", m.columns,
            " of ", m.rows, " numbers, would stay in the space that they start in"),
        f.where, "declare it square; CayleyDescent takes fewer columns, too");
  return m;
}

Covariances covariances_of(StepContext& c, Value components) {
  c.set_latent(0, as_row(c.builder(), components));
  return components_factor(c.model())->covariances(c.group(0));
}

Value orthonormal_start(StepContext& c) {
  Builder& b = c.builder();
  const auto [rows, columns] = extents_of(c.model());
  const auto& latent = latent_of(c.model());
  if (!latent.start) {
    std::vector<double> entries;
    for (int i = 0; i < rows; ++i)
      for (int j = 0; j < columns; ++j) entries.push_back(i == j ? 1 : 0);
    return b.broadcast(b.constant(std::move(entries), {rows, columns}), {rows, columns, true});
  }
  const Value start = ir::reshape(b, c.start(0, 0), rows, columns);
  b.origin =
      cat("the start of latent '", latent.name, "' (", latent.where, "), which has no orthonormal columns");
  const Value error =
      b.sub(ir::batch_matmul(b, start, start, {.transpose_left = true}), ir::identity_matrix(b, columns));
  const Value sum = b.sum_to(b.square(error), {1, 1, b.type(error).lanes});
  const Value near = b.positive_only(b.stop_gradient(b.sub(b.constant(1e-4), sum)));
  return b.mul(start, b.div(near, near));  // by 1, or NaN
}

Readouts matrix_readout(StepContext& c, Value matrix) {
  return {{latent_of(c.model()).name, as_row(c.builder(), matrix)}};
}

Value transposed(Builder& b, Value matrix) {
  const Type t = b.type(matrix);
  std::vector<int> from;
  for (int j = 0; j < t.rows; ++j)
    for (int i = 0; i < t.planes; ++i) from.push_back(i * t.rows + j);
  const int size = t.planes * t.rows;
  return ir::reshape(b, b.gather_rows(ir::reshape(b, matrix, 1, size), ir::make_index(std::move(from), size)),
                     t.rows, t.planes);
}

Value skew(Builder& b, Value x) { return b.sub(x, transposed(b, x)); }

Value polished(Builder& b, Value components) {
  const Value square = ir::batch_matmul(b, components, components, {.transpose_left = true});
  const Value three = b.scale(ir::identity_matrix(b, b.type(components).rows), 3);
  return ir::batch_matmul(b, components, b.scale(b.sub(three, square), 0.5));
}

Value cayley_turn(Builder& b, Value skew, Value x) {
  const Value half = b.scale(skew, 0.5), one = ir::identity_matrix(b, b.type(skew).planes);
  return ir::batch_solve(b, b.sub(one, half), b.add(x, ir::batch_matmul(b, half, x)));
}

}  // namespace unfurl::algorithms
