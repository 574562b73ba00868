#include "algorithms/proximal/linear_fit.hpp"

#include "core/floors.hpp"
#include "program/composed/group_norms.hpp"
#include "unfurl/extend/gradient.hpp"

namespace unfurl::algorithms {

using detail::cat;
using ir::Builder;
using ir::Value;

LinearFit::LinearFit(const Model& model, const std::vector<int>& smooth, const std::string& who)
    : model_(&model), factor_(&declaration(model, smooth.front())), who_(who) {
  for (const int i : smooth)
    if (const auto& f = declaration(model, i);
        i != smooth.front() || !has(f.spec.type->serves(), Serves::least_squares))
      throw ScheduleError(cat(who, " cannot serve factor '", f.name, "' of type ", f.spec.type->name()),
                          f.where, "it takes one SquaredError{b, A * x}");
  if (factor_->spec.args.back().type().planes != 1 || latent_of(model).type.planes != 1)
    throw ScheduleError(
        cat(who, " cannot serve factor '", factor_->name, "': '", factor_->spec.args.back().node().text,
            "' of shape ", to_string(factor_->spec.args.back().type()), " is no vector"),
        factor_->where, "it takes one SquaredError{b, A * x} of vectors");
}

operators::LinearMap LinearFit::map() const {
  const Expr& formula = factor_->spec.args.back();
  operators::LinearMap a(*model_, formula, 0, cat(who_, " needs the matrix"), factor_->where);
  if (!a.homogeneous())
    throw ScheduleError(cat(who_, " cannot serve factor '", factor_->name, "': '", formula.node().text,
                            "' is no matrix times the latent alone"),
                        factor_->where, "write it as A * x, and take what is added from the data");
  return a;
}

int LinearFit::columns() const { return latent_of(*model_).type.rows; }

Value LinearFit::image(StepContext& c, Value x) const {
  c.set_latent(0, x);
  const Expr& formula = factor_->spec.args.back();
  ir::Type t = formula.type();
  t.lanes = true;
  return c.builder().broadcast(c.evaluate(formula), t);
}

Value LinearFit::adjoint(StepContext& c, Value image, Value x, Value y) {
  return ir::gradient(c.builder(), image, y, {x})[0];
}

Value Units::magnitudes(Builder& b, Value x) const {
  return groups_ ? ir::group_norms(b, x, groups_).value : b.abs(x);
}
Value Units::to_entries(Builder& b, Value of_units) const {
  return groups_ ? b.gather_rows(of_units, groups_) : of_units;
}
Value Units::nonzeros(Builder& b, Value x) const { return sum(b, b.greater(magnitudes(b, x), 0)); }

Value Units::select_support(Builder& b, Value z, Value shrunk, Value count) const {
  const Value chosen = b.top_k(magnitudes(b, z), count, true);
  const Value passes = b.mul(chosen, b.greater(magnitudes(b, shrunk), 0));
  return b.add(shrunk, b.mul(to_entries(b, passes), b.sub(z, shrunk)));
}

Value Units::select_support_in_part(Builder& b, Value z, Value shrunk, Value count, Value ramp) const {
  const Value height = b.div(magnitudes(b, shrunk), b.maximum(ramp, floors::silence));
  const Value share = b.sub(height, b.relu(b.sub(height, b.constant(1))));
  const Value passes = b.mul(b.top_k(magnitudes(b, z), count, false), share);
  return b.add(shrunk, b.mul(to_entries(b, passes), b.sub(z, shrunk)));
}

Value sum(Builder& b, Value x) { return b.sum_to(x, {1, 1, true}); }
Value sum_of_squares(Builder& b, Value x) { return sum(b, b.square(x)); }

Value sum_of_slopes(Builder& b, Value f, Value z) {
  const ir::Type t = b.type(f);
  const Value slopes = ir::gradient(b, f, b.broadcast(b.constant(1), t.with(Domain::nonneg)), {z})[0];
  return slopes ? b.sum_to(slopes, {1, 1, true}) : b.zeros({1, 1, true});
}

}  // namespace unfurl::algorithms
