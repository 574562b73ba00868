/// For authors of factors: what a factor type has to provide, and what it gets.
#pragma once

#include "unfurl/extend/builder.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/model.hpp"

namespace unfurl {

/// How messages put the joint states of a factor together: summing probabilities, or keeping the most probable one.
enum class Semiring { sum, max };

/// Factors of one declaration that are updated together, all or some, with their arguments in the current layer.
struct FactorGroup {
  const Model::FactorDeclaration* declaration = nullptr;
  std::vector<ir::Value> args;  ///< rows are the factors of the group, or one for all
  int count = 0;                ///< factors in the group
  ir::Value power{};            ///< log-potentials are multiplied by it, [1, factors or 1]; absent: 1
  Semiring semiring = Semiring::sum;

  /// Those of the group's factors alone.
  FactorGroup choose(ir::Builder& b, const std::vector<int>& factors) const;
  /// Log-potentials times the group's power; -inf stays -inf.
  ir::Value raise(ir::Builder& b, ir::Value log_potential) const;
};

/// What a factor says to a variable in mean field. In the limit of zeros that tend to 0, a state is as bad as it is often
/// impossible, and only between equally bad ones do finite log-potentials count: so the two are kept apart.
struct Expected {
  ir::Value finite;  ///< expected finite log-potentials, one plane a state; log-ratios for binary variables
  ir::Value impossible{};  ///< probability of what the factor forbids, one plane for every state; absent: 0
};

/// A quadratic log-potential of one or two real variables, rows are the factors of a group (or one for all):
///   sum_k ( potential_k x_k - precision_k x_k^2 / 2 ) - coupling x_0 x_1.
struct Quadratic {
  std::vector<ir::Value> precision, potential;  ///< per slot, [1, factors or 1]
  ir::Value coupling{};                         ///< factors of two variables
};

/// What a factor type can say. Algorithms ask for it, and refuse by name the factors that lack what they need.
enum class Serves : unsigned {
  nothing = 0,
  log_table = 1 << 0,
  messages = 1 << 1,
  log_partition = 1 << 2,
  marginal = 1 << 3,
  expectation = 1 << 4,
  mean_field = 1 << 5,
  table = (1 << 6) - 1,  ///< all of these, which FactorType derives from log_table()
  quadratic = 1 << 6,
  gaussian_messages = 1 << 7,
  energy = 1 << 8,
  proximal = 1 << 9,        ///< and then the energy may have kinks
  least_squares = 1 << 10,  ///< the energy is |first argument - last argument|^2 / 2
  weighted_l1 = 1 << 11,    ///< the energy is the sum of first argument * |last argument|
  separable = 1 << 12,      ///< proximal map and posterior mean of an entry depend on that entry alone
  posterior_mean = 1 << 13
};
constexpr Serves operator|(Serves a, Serves b) {
  return static_cast<Serves>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
/// What is in `a` and not in `b`.
constexpr Serves operator-(Serves a, Serves b) {
  return static_cast<Serves>(static_cast<unsigned>(a) & ~static_cast<unsigned>(b));
}
/// Whether `all` holds everything in `needed`.
constexpr bool has(Serves all, Serves needed) { return (needed - all) == Serves::nothing; }

/// A factor type: one file in lib/factors. Override what it serves; the rest refuses with a clear error.
///
/// Messages of variables with S states are [S, factors]; of binary variables one plane: the log-ratio log p(1)/p(0). A
/// factor that leaves a variable no state sends -inf for all of its states, or the log-ratio NaN. Beliefs are the
/// probabilities of all states, [S, factors], of binary variables too: neither is a difference from 1.
class FactorType {
 public:
  virtual ~FactorType() = default;
  virtual std::string name() const = 0;
  /// Throws ModelError when the declaration cannot be served.
  virtual void check(const Model::FactorDeclaration& factor) const = 0;
  /// Which of the functions below it has.
  virtual Serves serves() const = 0;

  /// Log-potentials [joint states, factors or 1]; the general updates below use it. Absent: no table.
  virtual ir::Value log_table(ir::Builder& b, const FactorGroup& group) const;
  /// Messages to every slot, from the messages of the other slots, up to a constant per message: the logarithm of the sum
  /// (or maximum) over the states of the others of the powered potential times their messages.
  virtual std::vector<ir::Value> messages(ir::Builder& b, const FactorGroup& group,
                                          const std::vector<ir::Value>& incoming) const;
  /// Logarithm of the sum (or maximum) over all joint states of the powered potential times the messages of all slots,
  /// [1, factors]. A log-ratio stands for the two numbers of which the larger is 0.
  virtual ir::Value log_partition(ir::Builder& b, const FactorGroup& group,
                                  const std::vector<ir::Value>& incoming) const;
  /// Probabilities of all joint states under the powered potential times the messages of all slots, [joint states,
  /// factors]; where messages maximise, the normalised max-marginals.
  virtual ir::Value marginal(ir::Builder& b, const FactorGroup& group,
                             const std::vector<ir::Value>& incoming) const;
  /// Expected log-potential, [1, factors], of independent variables with the given beliefs about all slots: -inf where
  /// they give probability to what is impossible. Power and semiring are not looked at.
  virtual ir::Value expectation(ir::Builder& b, const FactorGroup& group,
                                const std::vector<ir::Value>& beliefs) const;
  /// What it says to every slot, from the beliefs of the other slots.
  virtual std::vector<Expected> mean_field(ir::Builder& b, const FactorGroup& group,
                                           const std::vector<ir::Value>& beliefs) const;

  /// Whether it joins real variables, and not discrete ones.
  virtual bool joins_real() const { return false; }
  /// The log-potential of factors over real variables.
  virtual Quadratic quadratic(ir::Builder& b, const FactorGroup& group) const;
  /// Messages of a factor of two real variables, [precision and potential, factors] to both, from what all others say to
  /// them. The general ones follow quadratic(): p_k - c^2 / (p_j + P_j) and h_k - c (h_j + H_j) / (p_j + P_j). Override them
  /// where these are differences of large numbers.
  virtual std::vector<ir::Value> gaussian_messages(ir::Builder& b, const FactorGroup& group,
                                                   const std::vector<ir::Value>& incoming) const;

  // Factors over latents: the last argument is what is fitted or penalised, and the only one that may depend on latents.

  /// What the factor adds to the objective, per sample, [1, 1, lanes].
  virtual ir::Value energy(ir::Builder& b, const FactorGroup& group) const;
  /// Whether both halves of the energy's gradient are there wherever it is steep, or only the one that pulls the argument
  /// down: what multiplicative updates divide.
  virtual bool splits() const { return true; }
  /// An upper bound of the second derivative of a smooth energy in every direction of the last argument, for step sizes;
  /// 1 for half the squared error. 0: none is known.
  virtual double curvature(const Model::FactorDeclaration& factor) const;
  /// What makes these values of the arguments no factor, such as "a negative weight, 'mu'"; empty: nothing does. They are
  /// the values before training, and empty where an argument depends on data or latents.
  virtual std::string objection(const Model::FactorDeclaration& factor,
                                const std::vector<std::vector<double>>& values) const;
  /// argmin_x step * penalty(x) + |x - z|^2 / 2 over the domain, for x in the place of the last argument.
  virtual ir::Value proximal(ir::Builder& b, const FactorGroup& group, ir::Value z, ir::Value step,
                             Domain domain) const;
  /// The group of every entry of the last argument, where those of a group are zero together, as parts of complex numbers
  /// are; absent: each entry stands alone.
  virtual ir::Index groups(const Model::FactorDeclaration& factor) const;
  /// The mean of x, of which the factor is the prior, given z = x + noise with this variance: the estimate of least mean
  /// squared error.
  virtual ir::Value posterior_mean(ir::Builder& b, const FactorGroup& group, ir::Value z,
                                   ir::Value variance) const;
};

/// Whether algorithms on discrete variables give "<factor>.log_potential" and "<factor>.marginal" on request: the type has
/// a table, and it is small.
bool gives_table(const Model::FactorDeclaration& factor);

}  // namespace unfurl
