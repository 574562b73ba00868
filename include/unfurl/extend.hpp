/// For authors of factors and algorithms: what each has to provide, and what it gets.
#pragma once

#include <map>
#include <optional>

#include "unfurl/algorithms.hpp"
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

/// A factor type: one file in lib/factors. Override what it supports; the rest refuses with a clear error.
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

  /// Smooth part of the objective per sample, [1, 1, lanes], for factors over latents. Absent: none.
  virtual ir::Value energy(ir::Builder& b, const FactorGroup& group) const;
  /// argmin_x step * penalty(x) + |x - z|^2 / 2, for penalties over one latent. Absent: the factor is smooth.
  virtual ir::Value proximal(ir::Builder& b, const FactorGroup& group, ir::Value z, ir::Value step,
                             Domain domain) const;
};

/// Variables and edges as arrays. All messages into a variable group are one array, edges ordered factor group, slot,
/// factor, so that what a factor group reads and writes for a slot is one contiguous run of rows.
struct Layout {
  struct Variables {
    VariableGroup variable;
    int planes =
        1;  ///< 1 for binary variables, else the number of states; 2 for real ones: precision and potential
    int edges = 0;
    ir::Index edge_variable;  ///< edge -> variable
  };
  struct Slot {
    int variables = 0;  ///< index of the variable group
    int first_edge = 0;
  };
  struct Factors {
    int declaration = 0;      ///< index among the model's factors
    std::vector<Slot> slots;  ///< empty for factors of one variable: those are evidence, not messages
  };
  std::vector<Variables> variables;
  std::vector<Factors> joint;   ///< factors of two and more variables
  std::vector<int> unary;       ///< declarations of factors of one variable
  std::vector<int> continuous;  ///< declarations of factors over latents

  std::vector<Variables> real_variables;  ///< the same for groups of real variables and factors over them
  std::vector<Factors> real_joint;
  std::vector<int> real_unary;
};
Layout make_layout(const Model& model);

/// What an algorithm works with in one layer.
class StepContext {
 public:
  virtual ~StepContext() = default;
  virtual const Model& model() const = 0;
  virtual const Layout& layout() const = 0;
  virtual ir::Builder& builder() = 0;
  virtual int layer() const = 0;  ///< 0-based; the number of layers in the read-out
  virtual int layers() const = 0;
  /// A formula with this layer's parameters and the given latents.
  virtual ir::Value evaluate(const Expr& e) = 0;
  /// This layer's copy of a parameter of the algorithm.
  virtual ir::Value parameter(const std::string& name) = 0;
  /// The value that formulas see for a latent from now on.
  virtual void set_latent(int latent, ir::Value value) = 0;
  /// Where the model says that inference of a latent starts, else `otherwise` everywhere; in the latent's shape.
  ir::Value start(int latent, double otherwise);
  /// A factor declaration with its arguments evaluated.
  FactorGroup group(int declaration);
  /// Sum of the evidence on a variable group, [planes, variables]; log-ratios for binary variables.
  ir::Value unary(int variables);
};

/// A parameter owned by an algorithm.
struct OwnedParameter {
  std::string name;
  ir::Type type;
  std::vector<double> initial;
  std::optional<Space> space{};  ///< absent: real or nonneg, as the type says
};

/// Values carried from one layer to the next.
using State = std::vector<ir::Value>;
/// Named results: marginals "x" and their log-domain form "x.logit", latents, and the model's read-outs; on request
/// also "log_partition", "<factor>.marginal" and "<factor>.log_potential".
using Readouts = std::map<std::string, ir::Value>;

/// An inference algorithm: one file in lib/algorithms.
class Algorithm {
 public:
  virtual ~Algorithm() = default;
  virtual std::string name() const = 0;
  /// Throws ScheduleError when the model holds what this algorithm cannot serve.
  virtual void check(const Model& model) const = 0;
  virtual std::vector<OwnedParameter> parameters(const Model& model) const;
  virtual State initial(StepContext& c) const = 0;
  virtual State step(StepContext& c, const State& state) const = 0;
  /// Marginals and latents from a state.
  virtual Readouts readout(StepContext& c, const State& state) const = 0;
  /// Results that cost as much as a step, for the model of the layer that made the state (its copies of the parameters,
  /// not those of the read-out). They are computed where they are asked for by name. Absent: none.
  virtual Readouts on_request(StepContext& c, const State& state) const;
};

}  // namespace unfurl
