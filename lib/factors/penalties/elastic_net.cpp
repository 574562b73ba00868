// The elastic net [Zou05]: absolute values and squares.
#include "factors/penalties/penalty.hpp"

namespace unfurl {

namespace {

using ir::Builder;
using ir::Value;

/// Arguments: weight, ridge and x.
class ElasticNetType final : public factors::PenaltyType {
 public:
  std::string name() const override { return "ElasticNet"; }
  Serves serves() const override { return Serves::energy | Serves::proximal | Serves::separable; }
  Value energy(Builder& b, const FactorGroup& g) const override {
    const Value x = g.args[2], size = b.type(x).domain == Domain::nonneg ? x : b.abs(x);
    const Value each = b.add(b.mul(g.args[0], size), b.scale(b.mul(g.args[1], b.square(x)), 0.5));
    return b.sum_to(each, {1, 1, true});
  }
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value step, Domain domain) const override {
    const Value t = b.mul(step, g.args[0]);
    const Value shrunk = domain == Domain::nonneg ? b.relu(b.sub(z, t)) : b.soft_threshold(z, t);
    return b.div(shrunk, b.add(b.constant(1), b.mul(step, g.args[1])));
  }
};

const ElasticNetType elastic_net_type;

}  // namespace

ElasticNet::operator FactorSpec() const { return {&elastic_net_type, {weight, ridge, x}, {}}; }

}  // namespace unfurl
