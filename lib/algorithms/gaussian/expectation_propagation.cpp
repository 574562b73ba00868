#include <cmath>

#include "algorithms/all.hpp"
#include "algorithms/discrete.hpp"
#include "algorithms/gaussian/linear_gaussian.hpp"
#include "unfurl/extend/batch_matrices.hpp"
#include "unfurl/extend/convolution.hpp"
#include "unfurl/linear_gaussian.hpp"

namespace unfurl {

namespace {

using detail::cat;
using ir::Value;

constexpr const char* algorithm_name = "ExpectationPropagation";

// What single precision can tell from zero, of numbers that start near one: without the first, elimination of a matrix whose
// precisions are far smaller than what is observed meets pivots that rounding has made negative.
constexpr double least_share_of_prior = 1e-5, least_rest = 1e-6;

/// State: precisions and potentials of all latents' entries, one after the
/// other, then every latent's mean, variance, logit.
class ExpectationPropagationRule final : public Algorithm {
 public:
  explicit ExpectationPropagationRule(ExpectationPropagation options) : options_(options) {}
  std::string name() const override { return algorithm_name; }

  void check(const Model& model) const override {
    (void)algorithms::observations(model, algorithm_name);
    algorithms::check_damping(options_.damping, algorithm_name);
    if (!(options_.least_variance > 0 && std::isfinite(options_.least_variance)))
      throw ScheduleError(cat(algorithm_name, " least_variance is ", options_.least_variance), "",
                          "a positive number");
  }

  std::vector<OwnedParameter> parameters(const Model&) const override {
    std::vector<OwnedParameter> owned{{"ep.variance", {1, 1, false, nonneg}, {1}}};
    if (options_.damping > 0) owned.push_back({"ep.damping", {1, 1, false}, {options_.damping}, true});
    return owned;
  }

  State initial(StepContext& c) const override {
    ir::Builder& b = c.builder();
    State moments;
    std::vector<Value> precision, potential;
    algorithms::clear_latents(c);
    for (const int prior : algorithms::observations(c.model(), algorithm_name).prior) {
      const FactorGroup g = c.group(prior);
      const Moments m = algorithms::prior_of(g).before(b, g);
      const ir::Type all{1, g.declaration->spec.args.back().type().rows, b.type(m.variance).lanes};
      precision.push_back(b.broadcast(b.div(b.constant(1), m.variance), all));
      potential.push_back(b.broadcast(b.mul(precision.back(), m.mean), all));
      moments.insert(moments.end(), {m.mean, m.variance, m.logit});
    }
    State state{averaged(c, algorithms::join_rows(b, precision)), algorithms::join_rows(b, potential)};
    state.insert(state.end(), moments.begin(), moments.end());
    return state;
  }

  State step(StepContext& c, const State& state) const override {
    ir::Builder& b = c.builder();
    const algorithms::Observations parts = algorithms::observations(c.model(), algorithm_name);
    const auto& latents = c.model().latents();
    const Joint joint = observed(c, parts);
    const int n = joint.entries;
    const Value precision = state[0], potential = state[1];

    const Value covariance = ir::inverse(b, b.add(joint.precision, diagonal_matrix(b, precision)));
    const Value variance = averaged(c, diagonal(b, covariance, n));
    const Value mean =
        vector_of(b, ir::batch_matmul(b, covariance, column_of(b, b.add(joint.potential, potential))));
    // What is left without the prior: 1 - variance * precision is not negative,
    // but for rounding.
    const Value rest = b.maximum(b.sub(b.constant(1), b.mul(variance, precision)), least_rest);
    const Value cavity = b.mul(b.div(variance, rest), b.maximum(c.parameter("ep.variance"), least_rest));
    const Value seen = b.div(b.sub(mean, b.mul(variance, potential)), rest);

    State moments;
    std::vector<Value> means, variances;
    int first = 0;
    for (std::size_t g = 0; g < latents.size(); ++g) {
      const FactorGroup prior = c.group(parts.prior[g]);
      const int rows = latents[g].type.rows;
      Moments m = algorithms::prior_of(prior).given(b, prior, b.slice_rows(seen, first, rows),
                                                    b.slice_rows(cavity, first, rows));
      m.variance = b.maximum(m.variance, options_.least_variance);
      moments.insert(moments.end(), {m.mean, m.variance, m.logit});
      means.push_back(b.broadcast(m.mean, {1, rows, true}));
      variances.push_back(b.broadcast(m.variance, {1, rows, true}));
      first += rows;
    }
    const Value p = algorithms::join_rows(b, means), s = averaged(c, algorithms::join_rows(b, variances));
    const Value wanted = b.sub(b.div(b.constant(1), s), b.div(b.constant(1), cavity));
    const Value least = b.scale(averaged(c, diagonal(b, joint.precision, n)), least_share_of_prior);
    const Value kept = b.greater(b.sub(wanted, least), 0), left = b.one_minus(kept);
    const Value new_potential = b.sub(b.div(p, s), b.div(seen, cavity));
    Value next_precision = b.add(b.where(wanted, kept), b.mul(precision, left));
    Value next_potential = b.add(b.where(new_potential, kept), b.mul(potential, left));
    if (options_.damping > 0) {
      // Outside of 0 .. 1, where training may take it, precisions would not stay positive.
      const Value one = b.constant(1);
      const Value damping = b.sub(one, b.relu(b.sub(one, b.relu(c.parameter("ep.damping")))));
      next_precision = algorithms::damp(b, damping, precision, next_precision);
      next_potential = algorithms::damp(b, damping, potential, next_potential);
    }
    State next{next_precision, next_potential};
    next.insert(next.end(), moments.begin(), moments.end());
    return next;
  }

  Readouts readout(StepContext& c, const State& state) const override {
    Readouts results;
    for (std::size_t g = 0; g < c.model().latents().size(); ++g)
      algorithms::put_moments(c.builder(), results, c.model().latents()[g],
                              {state[2 + 3 * g], state[3 + 3 * g], state[4 + 3 * g]});
    return results;
  }

 private:
  /// What the observations say: A^T A / variance [entries, entries], and A^T y
  /// / variance.
  struct Joint {
    Value precision, potential;
    int entries = 0;
  };

  static Joint observed(StepContext& c, const algorithms::Observations& parts) {
    ir::Builder& b = c.builder();
    const auto& latents = c.model().latents();
    Joint joint;
    for (const auto& latent : latents) joint.entries += latent.type.rows;
    const auto unit = [&](std::size_t latent, int entry) {
      for (std::size_t g = 0; g < latents.size(); ++g) {
        std::vector<double> x(static_cast<std::size_t>(latents[g].type.rows), 0);
        if (g == latent) x[static_cast<std::size_t>(entry)] = 1;
        c.set_latent(static_cast<int>(g), b.constant(std::move(x), {1, latents[g].type.rows, false}));
      }
    };
    for (const int factor : parts.factors) {
      unit(latents.size(), 0);  // none
      const FactorGroup f = c.group(factor);
      const ir::Type image = b.type(f.args[2]);
      const int rows = static_cast<int>(image.size());
      const auto flat = [&](Value v) {
        return ir::reshape(b, b.broadcast(v, {image.planes, image.rows, b.type(v).lanes}), 1, rows);
      };
      std::vector<Value> columns;
      for (std::size_t g = 0; g < latents.size(); ++g)
        for (int i = 0; i < latents[g].type.rows; ++i) {
          unit(g, i);
          columns.push_back(flat(b.sub(c.group(factor).args[2], f.args[2])));
        }
      const Value transposed = ir::reshape(b, algorithms::join_rows(b, columns), joint.entries, rows);
      const Value residual = column_of(b, flat(b.sub(f.args[1], f.args[2])));
      const auto add = [&](Value& sum, Value v) {
        v = b.div(v, f.args[0]);
        sum = sum ? b.add(sum, v) : v;
      };
      add(joint.precision, ir::batch_matmul(b, transposed, transposed, {false, true}));
      add(joint.potential, vector_of(b, ir::batch_matmul(b, transposed, residual)));
    }
    return joint;
  }

  /// Where that is asked, the mean over every latent's entries in their place.
  Value averaged(StepContext& c, Value v) const {
    if (!options_.averaged) return v;
    ir::Builder& b = c.builder();
    std::vector<Value> means;
    int first = 0;
    for (const auto& latent : c.model().latents()) {
      const int rows = latent.type.rows;
      const bool lanes = b.type(v).lanes;
      const Value sum = b.sum_to(b.slice_rows(v, first, rows), {1, 1, lanes});
      means.push_back(b.broadcast(b.scale(sum, 1.0 / rows), {1, rows, lanes}));
      first += rows;
    }
    return algorithms::join_rows(b, means);
  }

  // A vector is rows of one plane; as a column, planes of one row.
  static Value column_of(ir::Builder& b, Value v) { return ir::reshape(b, v, b.type(v).rows, 1); }
  static Value vector_of(ir::Builder& b, Value v) { return ir::reshape(b, v, 1, b.type(v).planes); }

  static Value diagonal(ir::Builder& b, Value matrix, int n) {
    std::vector<int> entries;
    for (int i = 0; i < n; ++i) entries.push_back(i * n + i);
    return b.gather_rows(ir::reshape(b, matrix, 1, n * n), ir::make_index(std::move(entries), n * n));
  }
  static Value diagonal_matrix(ir::Builder& b, Value v) {
    const int n = b.type(v).rows;
    std::vector<double> identity(static_cast<std::size_t>(n) * static_cast<std::size_t>(n), 0);
    for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
      identity[i * static_cast<std::size_t>(n) + i] = 1;
    return b.mul(b.constant(std::move(identity), {n, n, false}), v);
  }

  ExpectationPropagation options_;
};

}  // namespace

ExpectationPropagation::operator AlgorithmPointer() const {
  return std::make_shared<ExpectationPropagationRule>(*this);
}

algorithms::Named algorithms::expectation_propagation() {
  return {{"ep", ExpectationPropagation{.damping = 0.2}},
          {"vamp", ExpectationPropagation{.damping = 0.2, .averaged = true}}};
}

}  // namespace unfurl
