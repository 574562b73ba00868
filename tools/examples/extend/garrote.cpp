#include "garrote.hpp"

#include <unfurl/extend/backend.hpp>
#include <unfurl/extend/factor.hpp>

namespace {

using namespace unfurl;
using ir::Value;

ir::Type infer(const std::vector<ir::Type>& t, const ir::Attributes&) { return t[0]; }

/// By z: 1 + t / z^2 where z is kept. By t: -1 / z there.
Value slope(ir::Builder& b, Value out, int arg, Value g) {
  const Value z = b.graph()[out].args[0], t = b.graph()[out].args[1];
  const Value kept = b.where(b.div(b.constant(1), b.maximum(b.square(z), 1e-30)), out);
  return b.mul(g, arg == 0 ? b.where(b.add(b.constant(1), b.mul(t, kept)), out) : b.neg(b.mul(z, kept)));
}

ir::Sign sign(const std::vector<ir::Type>&, const ir::Attributes&, int arg) {
  return arg == 0 ? ir::Sign::plus : ir::Sign::mixed;
}

/// For targets that do not have it.
Value in_others(ir::Builder& b, const std::vector<Value>& args, const ir::Attributes&) {
  const Value z = args[0], t = args[1];
  return b.where(b.sub(z, b.div(t, z)), b.greater(b.sub(b.square(z), t), 0));
}

const ir::Operation garrote{.name = "garrote",
                            .arity = 2,
                            .elementwise = true,
                            .infer = infer,
                            .vjp = slope,
                            .sign = sign,
                            .expand = in_others};

template <class T>
void run(const cpu::Call<T>& c) {
  for (int p = 0; p < c.out.planes; ++p)
    for (int r = 0; r < c.out.rows; ++r)
      for (int l = 0; l < c.out.lanes; ++l) {
        const T z = c.in[0].row(p, r)[l * c.in[0].lane_stride],
                t = c.in[1].row(p, r)[l * c.in[1].lane_stride];
        c.out.row(p, r)[l] = z * z > t ? z - t / z : T(0);
      }
}

class GarroteType final : public FactorType {
 public:
  std::string name() const override { return "Garrote"; }
  Serves serves() const override { return Serves::proximal; }
  void check(const Model::FactorDeclaration& f) const override {
    if (f.spec.args[0].type().size() != 1)
      throw ModelError("factor '" + f.name + "' of type Garrote has a weight that is no scalar", f.where,
                       "declare it as one number");
  }
  Value proximal(ir::Builder& b, const FactorGroup& g, Value z, Value step, Domain domain) const override {
    const Value kept = b.emit(garrote, {z, b.mul(step, g.args[0])});
    return domain == Domain::nonneg ? b.relu(kept) : kept;
  }
};

}  // namespace

Garrote::operator unfurl::FactorSpec() const {
  static const GarroteType type;
  static const bool runs =
      (unfurl::cpu::give_kernels(garrote, {run<float>, run<double>, unfurl::cpu::Cut::entries}), true);
  (void)runs;
  return {&type, {weight, x}, {}};
}
