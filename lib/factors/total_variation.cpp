// Total variation [Rudin92]: absolute differences of neighbours in an image.
#include <cmath>

#include "factors/factors.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Builder;
using ir::Value;

/// Arguments: weight and x; the numbers are the steps of the proximal map, height and width.
class TotalVariationType final : public FactorType {
 public:
  std::string name() const override { return "TotalVariation"; }
  Serves serves() const override { return Serves::energy | Serves::proximal; }
  void check(const Model::FactorDeclaration& f) const override {
    factors::check_penalised(f);
    const Expr& x = f.spec.args[1];
    if (f.spec.numbers.size() != 3 || x.type().planes != 1 || x.type().rows < 2)
      throw ModelError(cat("factor '", f.name, "' of type TotalVariation of '", x.node().text, "' of shape ",
                           to_string(x.type()), ", which has no neighbours in a height and width"),
                       f.where, "declare it with {height, width}, or use reshape(x, {h, w})");
    if (f.spec.args[0].type().size() != 1 || f.spec.numbers[0] < 1)
      throw ModelError(cat("factor '", f.name, "' of type TotalVariation has ", f.spec.numbers[0],
                           " iterations and a weight '", f.spec.args[0].node().text, "' of shape ",
                           to_string(f.spec.args[0].type())),
                       f.where, "one weight for all, and at least one iteration");
  }
  std::string objection(const Model::FactorDeclaration& f,
                        const std::vector<std::vector<double>>& values) const override {
    return factors::negative_weights(f, values);
  }
  Value energy(Builder& b, const FactorGroup& g) const override {
    return b.sum_to(b.mul(g.args[0], b.abs(Neighbours(*g.declaration).differ(b, g.args[1]))), {1, 1, true});
  }
  /// x = P(z - D^T p) for the p, |p| <= step * weight, with the least |P(z - D^T p)|^2 less its distance to what is
  /// projected; P is the projection to the domain, and |D|^2 <= 8.
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value step, Domain domain) const override {
    const Neighbours neighbours(*g.declaration);
    const Value most = b.mul(step, g.args[0]);
    const auto primal = [&](Value dual) {
      const Value x = dual ? b.sub(z, neighbours.adjoint(b, dual)) : z;
      return domain == Domain::nonneg ? b.relu(x) : x;
    };
    Value dual, before;  // absent: zero
    double t = 1;
    for (int k = 0; k < static_cast<int>(g.declaration->spec.numbers[0]); ++k) {
      const double next = (1 + std::sqrt(1 + 4 * t * t)) / 2;
      Value moved = b.scale(neighbours.differ(b, primal(dual)), 1.0 / 8);
      if (dual) moved = b.add(dual, moved);
      const Value clipped = b.sub(moved, b.soft_threshold(moved, most));
      dual = before ? b.add(clipped, b.scale(b.sub(clipped, before), (t - 1) / next)) : clipped;
      before = clipped;
      t = next;
    }
    return primal(before);
  }

 private:
  /// Pairs of neighbours, right ones, then lower.
  struct Neighbours {
    ir::Index from, to;
    explicit Neighbours(const Model::FactorDeclaration& f) {
      const int height = static_cast<int>(f.spec.numbers[1]), width = static_cast<int>(f.spec.numbers[2]);
      std::vector<int> first, second;
      const auto pair = [&](int i, int j) { first.push_back(i), second.push_back(j); };
      for (int r = 0; r < height; ++r)
        for (int c = 0; c + 1 < width; ++c) pair(r * width + c, r * width + c + 1);
      for (int r = 0; r + 1 < height; ++r)
        for (int c = 0; c < width; ++c) pair(r * width + c, (r + 1) * width + c);
      from = ir::make_index(std::move(first), height * width);
      to = ir::make_index(std::move(second), height * width);
    }
    Value differ(Builder& b, Value x) const { return b.sub(b.gather_rows(x, to), b.gather_rows(x, from)); }
    Value adjoint(Builder& b, Value p) const {
      return b.sub(b.segment_sum_rows(p, to), b.segment_sum_rows(p, from));
    }
  };
};

const TotalVariationType type;

}  // namespace

TotalVariation::operator FactorSpec() const {
  std::vector<double> numbers = {static_cast<double>(iterations)};
  if (x)
    for (const int extent : x.node().dims) numbers.push_back(extent);
  return {&type, {weight, x}, numbers};
}

}  // namespace unfurl
