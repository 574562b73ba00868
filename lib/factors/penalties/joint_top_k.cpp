// Few concepts at few places: the nearest array of that kind.
#include "factors/penalties/penalty.hpp"
#include "model/expr.hpp"
#include "program/composed/group_norms.hpp"
#include "unfurl/extend/convolution.hpp"
#include "unfurl/joint_sparsity.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Builder;
using ir::Value;

const std::vector<int>& extents(const Model::FactorDeclaration& f) { return f.spec.args.back().node().dims; }

/// Arguments: concepts, places and x.
class JointTopKType final : public factors::PenaltyType {
 public:
  std::string name() const override { return "JointTopK"; }
  Serves serves() const override { return Serves::proximal; }
  void check(const Model::FactorDeclaration& f) const override {
    PenaltyType::check(f);
    const Expr &concepts = f.spec.args[0], &places = f.spec.args[1], &x = f.spec.args[2];
    if (concepts.type().size() != 1 || places.type().size() != 1 || x.type().planes != 1 ||
        extents(f).size() < 2)
      throw ModelError(
          cat("factor '", f.name, "' of type JointTopK has the counts '", concepts.node().text, "' of shape ",
              to_string(concepts.type()), " and '", places.node().text, "' of shape ",
              to_string(places.type()), " for '", x.node().text, "' of shape ", to_string(x.type())),
          f.where, "two numbers for an array of {concepts, places} or {concepts, height, width}");
  }
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value, Domain domain) const override {
    if (domain == Domain::nonneg) z = b.relu(z);
    const int rows = b.type(z).rows, concepts = extents(*g.declaration)[0];
    std::vector<int> of_row;
    for (int i = 0; i < rows; ++i) of_row.push_back(i / (rows / concepts));
    const ir::Index concept_of = ir::make_index(std::move(of_row), concepts);
    const Value by_concept = ir::reshape(b, z, concepts, rows / concepts);
    const Value few = b.where(by_concept, b.top_k(b.abs(by_concept), g.args[1], true));
    const Value left = ir::reshape(b, few, 1, rows);
    const Value chosen = b.top_k(ir::group_norms(b, left, concept_of).value, g.args[0], true);
    return b.where(left, b.gather_rows(chosen, concept_of));
  }
};

const JointTopKType joint_top_k_type;

}  // namespace

JointTopK::operator FactorSpec() const { return {&joint_top_k_type, {concepts, places, x}, {}}; }

}  // namespace unfurl
