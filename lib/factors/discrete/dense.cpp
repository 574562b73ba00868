#include "factors/factors.hpp"

namespace unfurl {

namespace {

using detail::cat;

class DenseType : public FactorType {
 public:
  std::string name() const override { return "Dense"; }
  Serves serves() const override { return Serves::log_table | Serves::expectation | Serves::mean_field; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_scope(f, 2, 2);
    const int n = f.edges.groups[0].size();
    const ir::Type& t = f.spec.args[0].type();
    if (!f.edges.complete)
      throw ModelError(cat("factor '", f.name, "' of type Dense needs every pair of a group"), f.where,
                       "use all_pairs(x)");
    if (t.planes != n || t.rows != n || t.lanes)
      throw ModelError(
          cat("Dense argument '", f.spec.args[0].node().text, "' of factor '", f.name, "' has shape ",
              to_string(t), "; the group '", f.edges.groups[0].name, "' has ", n, " variables"),
          f.where, cat("a parameter of matrix(", n, ", ", n, ")"));
  }
  /// Entry (1, 1) of the pair i < j is W_ij; for models small enough for tables.
  ir::Value log_table(ir::Builder& b, const FactorGroup& g) const override {
    const auto& slots = g.declaration->edges.slots;
    const int n = g.declaration->edges.groups[0].size(), pairs = g.declaration->edges.count();
    std::vector<double> row(static_cast<std::size_t>(n) * slots[0].size(), 0);
    for (std::size_t e = 0; e < slots[0].size(); ++e)
      row[static_cast<std::size_t>(slots[0][e]) * slots[0].size() + e] = 1;
    const ir::Value columns = b.gather_rows(g.args[0], ir::make_index(slots[1], n));  // [i, pair] -> W_ij
    const ir::Value chosen = b.mul(columns, b.constant(row, {n, pairs, false, Domain::nonneg}));
    const ir::Value weights = b.sum_to(chosen, {1, pairs, false});
    return b.mul(b.constant({0, 0, 0, 1}, {4, 1, false, Domain::nonneg}), weights);
  }
  /// mu^T W mu / 2; both slots are the whole group, and the sum over the pairs is one row for each variable.
  ir::Value expectation(ir::Builder& b, const FactorGroup& g,
                        const std::vector<ir::Value>& q) const override {
    return b.scale(b.mul(b.plane(q[0], 1), b.matmul(g.args[0], b.plane(q[1], 1))), 0.5);
  }
  /// Both slots are the whole group; the first carries W mu, the second nothing more.
  std::vector<Expected> mean_field(ir::Builder& b, const FactorGroup& g,
                                   const std::vector<ir::Value>& q) const override {
    return {{b.matmul(g.args[0], b.plane(q[0], 1))}};
  }
};

}  // namespace

const FactorType& factors::dense() {
  static const DenseType type;
  return type;
}

Dense::operator FactorSpec() const { return {&factors::dense(), {W}, {}}; }

}  // namespace unfurl
