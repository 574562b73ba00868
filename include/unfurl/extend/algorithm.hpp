/// For authors of algorithms: what an algorithm has to provide, and what it gets.
#pragma once

#include <map>
#include <optional>

#include "unfurl/algorithms.hpp"
#include "unfurl/extend/factor.hpp"

namespace unfurl {

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
  bool damping =
      false;  ///< a share of the old state in the new: a step moves by 1 minus this of what it would
  std::optional<Space> space{};  ///< absent: real or nonneg, as the type says
  bool computed = false;         ///< from the model: tied and not trained
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
