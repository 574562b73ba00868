// Total variation [Rudin92] of sequences and images.
#include <cmath>

#include "core/floors.hpp"
#include "factors/penalties/penalty.hpp"
#include "model/expr.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Builder;
using ir::Value;

const std::vector<int>& extents_of(const Model::FactorDeclaration& f) {
  return f.spec.args.back().node().dims;
}
bool is_image(const Model::FactorDeclaration& f) { return extents_of(f).size() == 2; }

/// Differences of pixels to the right and downwards, 0 at the borders, and their adjoint.
class Neighbours {
 public:
  Neighbours(int height, int width) {
    std::vector<int> right, down;
    for (int r = 0; r < height; ++r)
      for (int c = 0; c < width; ++c) {
        const int here = r * width + c;
        right.push_back(c + 1 < width ? here + 1 : here);
        down.push_back(r + 1 < height ? here + width : here);
      }
    next_ = {ir::make_index(std::move(right), height * width),
             ir::make_index(std::move(down), height * width)};
  }
  std::vector<Value> differences(Builder& b, Value x) const {
    std::vector<Value> d;
    for (const ir::Index& next : next_) d.push_back(b.sub(b.gather_rows(x, next), x));
    return d;
  }
  Value adjoint(Builder& b, const std::vector<Value>& u) const {
    Value sum;
    for (std::size_t i = 0; i < u.size(); ++i) {
      const Value back = b.sub(b.segment_sum_rows(u[i], next_[i]), u[i]);
      sum = sum ? b.add(sum, back) : back;
    }
    return sum;
  }

 private:
  std::vector<ir::Index> next_;
};

Value length(Builder& b, const std::vector<Value>& d) {
  return b.sqrt(b.add(b.add(b.square(d[0]), b.square(d[1])), b.constant(floors::smallest)));
}

/// Arguments: weight and x; the numbers are that of iterations, and whether it is isotropic.
class TotalVariationType final : public factors::PenaltyType {
 public:
  std::string name() const override { return "TotalVariation"; }
  Serves serves() const override { return Serves::energy | Serves::proximal; }
  void check(const Model::FactorDeclaration& f) const override {
    PenaltyType::check(f);
    const Expr &weight = f.spec.args[0], &x = f.spec.args[1];
    const ir::Type t = x.type();
    const std::size_t extents = extents_of(f).size();
    if (t.planes != 1 || extents > 2 || weight.type().size() != 1)
      throw ModelError(
          cat("factor '", f.name, "' of type TotalVariation is given '", x.node().text, "' of shape ",
              to_string(t), " and the weight '", weight.node().text, "' of shape ", to_string(weight.type())),
          f.where, "an array of {n} or {height, width}, and one weight");
    if (f.spec.numbers[0] < 1)
      throw ModelError(cat("factor '", f.name, "' of type TotalVariation has ", f.spec.numbers[0],
                           " iterations of its proximal map"),
                       f.where, "at least one");
  }
  Value energy(Builder& b, const FactorGroup& g) const override {
    const Value x = g.args[1];
    const int n = b.type(x).rows;
    Value each;
    if (is_image(*g.declaration)) {
      const auto& extents = extents_of(*g.declaration);
      const auto d = Neighbours(extents[0], extents[1]).differences(b, x);
      each = isotropic(g) ? length(b, d) : b.add(b.abs(d[0]), b.abs(d[1]));
    } else if (n == 1) {
      return b.zeros({1, 1, true});
    } else {
      each = b.abs(b.sub(b.slice_rows(x, 1, n - 1), b.slice_rows(x, 0, n - 1)));
    }
    return b.sum_to(b.mul(g.args[0], each), {1, 1, true});
  }
  Value proximal(Builder& b, const FactorGroup& g, Value z, Value step, Domain domain) const override {
    const Value weight = b.mul(step, g.args[0]);
    const bool positive = domain == Domain::nonneg;
    if (is_image(*g.declaration)) return dual(b, g, z, weight, positive);
    const Value x = b.total_variation(z, weight);
    return positive ? b.relu(x) : x;
  }

 private:
  static bool isotropic(const FactorGroup& g) { return g.declaration->spec.numbers[1] != 0; }

  /// Each pixel's point of the disc |u| <= weight, or of the square of entries |u_i| <= weight.
  static std::vector<Value> bounded(Builder& b, const std::vector<Value>& u, Value weight, bool disc) {
    if (!disc) {
      std::vector<Value> all;
      for (const Value v : u) all.push_back(b.sub(v, b.soft_threshold(v, weight)));
      return all;
    }
    const Value size = length(b, u);
    const Value shorter = b.div(weight, b.add(weight, b.relu(b.sub(size, weight))));
    return {b.mul(u[0], shorter), b.mul(u[1], shorter)};
  }

  /// The minimum is z - D^T u, for u the bounded point with the shortest such [Beck09b].
  static Value dual(Builder& b, const FactorGroup& g, Value z, Value weight, bool positive) {
    const auto& extents = extents_of(*g.declaration);
    const Neighbours neighbours(extents[0], extents[1]);
    const auto primal = [&](const std::vector<Value>& u) {
      const Value x = b.sub(z, neighbours.adjoint(b, u));
      return positive ? b.relu(x) : x;
    };
    std::vector<Value> u = {b.zeros(b.type(z)), b.zeros(b.type(z))}, at = u;
    double momentum = 1;
    for (int k = 0; k < static_cast<int>(g.declaration->spec.numbers[0]); ++k) {
      const std::vector<Value> d =
          neighbours.differences(b, k == 0 ? (positive ? b.relu(z) : z) : primal(at));
      std::vector<Value> next;
      for (std::size_t i = 0; i < 2; ++i) next.push_back(b.add(at[i], b.scale(d[i], 0.125)));
      next = bounded(b, next, weight, isotropic(g));
      const double after = (1 + std::sqrt(1 + 4 * momentum * momentum)) / 2;
      for (std::size_t i = 0; i < 2; ++i) {
        at[i] = b.add(next[i], b.scale(b.sub(next[i], u[i]), (momentum - 1) / after));
      }
      u = std::move(next);
      momentum = after;
    }
    return primal(u);
  }
};

const TotalVariationType total_variation_type;

}  // namespace

TotalVariation::operator FactorSpec() const {
  return {&total_variation_type, {weight, x}, {static_cast<double>(iterations), isotropic ? 1.0 : 0.0}};
}

}  // namespace unfurl
