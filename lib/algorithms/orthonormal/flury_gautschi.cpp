// Common principal components by sweeps over pairs of columns.
#include "algorithms/all.hpp"
#include "algorithms/orthonormal/orthonormal.hpp"
#include "core/floors.hpp"
#include "unfurl/common_components.hpp"

namespace unfurl {

namespace {

using ir::Builder;
using ir::Value;

/// The partner of each of n columns in a round of a tournament where everyone meets everyone, by the circle method. Who has none
/// is its own.
class Tournament {
 public:
  explicit Tournament(int n) : columns_(n), even_(n + n % 2) {}
  int rounds() const { return even_ - 1; }
  std::vector<int> partners(int round) const {
    std::vector<int> partner(static_cast<std::size_t>(columns_));
    for (int i = 0; i < columns_; ++i) {
      const int last = even_ - 1;
      int j = i == last ? round : (2 * round - i + 2 * last) % last;
      if (i != last && j == i) j = last;
      partner[static_cast<std::size_t>(i)] = j < columns_ ? j : i;
    }
    return partner;
  }

 private:
  int columns_, even_;
};

/// Of every column with its partner: variances and covariance in all groups, [groups, columns].
struct Pairs {
  Value own, other, covariance;
  Value weight;  ///< of the groups, [groups, 1]
};

/// Tangents of the angles, [1, columns], by steps of the fixed point. A pair's two columns turn against each other.
Value tangents(Builder& b, const Pairs& p, int steps) {
  Value t, first = p.own, second = p.other;
  const Value one = b.constant(1), gap = b.sub(p.own, p.other);
  for (int k = 0; k < steps; ++k) {
    const Value w = b.mul(p.weight, b.sub(b.div(one, second), b.div(one, first)));
    const ir::Type row{1, b.type(w).rows, b.type(w).lanes};
    const Value across = b.scale(b.sum_to(b.mul(w, p.covariance), row), 2);
    const Value along = b.sum_to(b.mul(w, gap), row);
    const Value length = b.sqrt(
        b.add(b.add(b.square(along), b.square(across)), b.constant(floors::silence)));  // of nothing to turn
    t = b.div(b.mul(b.sign(along), across), b.add(b.abs(along), length));
    if (k + 1 == steps) break;
    const Value square = b.square(t), norm = b.add(one, square);
    const Value both = b.scale(b.mul(t, p.covariance), 2);
    first = b.div(b.add(b.add(p.own, both), b.mul(square, p.other)), norm);
    second = b.div(b.add(b.sub(p.other, both), b.mul(square, p.own)), norm);
  }
  return t;
}

class FluryGautschiRule final : public Algorithm {
 public:
  explicit FluryGautschiRule(FluryGautschi options) : options_(options) {}
  std::string name() const override { return "FluryGautschi"; }
  void check(const Model& model) const override {
    (void)algorithms::common_components(model, "FluryGautschi");
    if (options_.inner < 1)
      throw ScheduleError(detail::cat("FluryGautschi takes ", options_.inner, " steps for each pair"), "",
                          "at least one");
  }
  State initial(StepContext& c) const override { return {algorithms::orthonormal_start(c)}; }
  State step(StepContext& c, const State& state) const override {
    Builder& b = c.builder();
    const Covariances s = algorithms::covariances_of(c, state[0]);
    const Value weight = b.constant(s.weight, {s.groups(), 1, false, Domain::nonneg});
    Value components = state[0], products = covariances_times(b, s, components);
    const int n = b.type(components).rows;
    const Tournament tournament(n);
    for (int round = 0; round < tournament.rounds(); ++round) {
      const ir::Index index = ir::make_index(tournament.partners(round), n);
      const auto partner = [&](Value v) { return b.gather_rows(v, index); };
      const auto half = [&](Value v) { return b.scale(v, 0.5); };
      const Value own = component_variances(b, s, components, products);
      const Value mixed = component_variances(b, s, partner(components), products);
      Value t = tangents(b, {own, partner(own), half(b.add(mixed, partner(mixed))), weight}, options_.inner);
      t = half(b.sub(t, partner(t)));  // opposite to the last bit, and 0 without a partner
      const Value cosine = b.div(b.constant(1), b.sqrt(b.add(b.constant(1), b.square(t))));
      const Value sine = b.mul(t, cosine);
      const auto turn = [&](Value v) { return b.add(b.mul(cosine, v), b.mul(sine, partner(v))); };
      components = turn(components), products = turn(products);
    }
    return {algorithms::polished(b, components)};
  }
  Readouts readout(StepContext& c, const State& state) const override {
    return algorithms::matrix_readout(c, state[0]);
  }

 private:
  FluryGautschi options_;
};

}  // namespace

FluryGautschi::operator AlgorithmPointer() const { return std::make_shared<FluryGautschiRule>(*this); }

algorithms::Named algorithms::flury_gautschi() { return {{"flury_gautschi", FluryGautschi{}}}; }

}  // namespace unfurl
