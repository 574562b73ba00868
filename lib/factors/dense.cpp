#include "factors/factors.hpp"

namespace unfurl {

namespace {

using detail::cat;

class DenseType : public FactorType {
 public:
  std::string name() const override { return "Dense"; }
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
  std::vector<ir::Value> sum_product(ir::Builder&, const FactorGroup& g,
                                     const std::vector<ir::Value>&) const override {
    throw ScheduleError(cat("SumProduct cannot serve factor '", g.declaration->name, "' of type Dense"),
                        g.declaration->where,
                        "use MeanField, or Ising on all pairs with one parameter per edge");
  }
  /// Both slots are the whole group; the first carries W mu, the second nothing more.
  std::vector<ir::Value> mean_field(ir::Builder& b, const FactorGroup& g,
                                    const std::vector<ir::Value>& q) const override {
    return {b.matmul(g.args[0], q[0])};
  }
};

}  // namespace

const FactorType& factors::dense() {
  static const DenseType type;
  return type;
}

Dense::operator FactorSpec() const { return {&factors::dense(), {W}, {}}; }

}  // namespace unfurl
