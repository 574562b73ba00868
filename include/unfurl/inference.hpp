/// Approximate inference without training: an algorithm runs on one sample until its marginals stand still.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "unfurl/algorithms.hpp"
#include "unfurl/data.hpp"
#include "unfurl/error.hpp"
#include "unfurl/model.hpp"

namespace unfurl {

struct InferenceOptions {
  int iterations = 1000;  ///< at most
  /// Stop when nothing changes by more, undamped; absent: after all iterations only.
  std::optional<double> tolerance = 1e-9;
  bool factor_marginals = false;  ///< give those, too
  bool decode = true;             ///< find a joint state, as `decode` does; otherwise `states` is empty
  int threads = 0;  ///< that share the work on large models; 0: all. The bits do not depend on it
};

struct InferenceResult {
  /// Probability of every state, per variable: the variables of the first group in row-major order, then the next group's.
  std::vector<std::vector<double>> marginals;
  /// A joint state of high probability, as `decode` finds it from the marginals: most probable on trees, elsewhere the
  /// algorithm's estimate, made better. The most probable state of every variable by itself is the largest entry of its
  /// marginal; together these may be far from the most probable joint state, or impossible.
  std::vector<int> states;
  /// Sum of the log-potentials at `states`; -inf when they are impossible together. Absent where nothing was decoded, and as in
  /// Decoded.
  std::optional<double> log_value{};
  bool optimal = false;  ///< no joint state has a larger value: the model is a tree
  /// The algorithm's estimate of log Z, or its bound, in nats: the network's read-out of this name; absent when it has none.
  /// -inf where mean field ends in beliefs that give probability to impossible joint states, so that they mean little.
  std::optional<double> log_partition{};
  /// On request, the probability of every joint state of every factor, numbered as in FactorGraph, the last variable
  /// fastest; empty for factors that have no table.
  std::vector<std::vector<double>> factor_marginals;
  int iterations = 0;         ///< that were run
  double largest_change = 0;  ///< of a marginal in the last iteration
  bool converged = false;     ///< within the tolerance
};

/// Messages or beliefs that give every state of a variable probability zero: evidence and hard constraints contradict
/// each other, as far as the algorithm can see.
class NoPossibleState : public NumericalError {
 public:
  NoPossibleState(int number, const std::string& name, std::string where);
  int variable;  ///< numbered as in InferenceResult::marginals
};

struct Decoded {
  std::vector<int> states;  ///< numbered as the marginals
  /// Sum of the log-potentials at `states`: -inf when no possible joint state was found. Absent for models with a factor
  /// that has no table, or with more than 2^27 entries of tables, where the states are those of the largest beliefs.
  std::optional<double> log_value{};
  /// No joint state has a larger value, since the model is a tree. If it is -inf, no joint state is possible.
  bool optimal = false;
};

/// A joint state of high probability from marginals or max-marginals, at the initial values of the parameters. Variables are
/// decided one after the other, each given those before it, so that ties are broken jointly and states that a factor rules
/// out are avoided; when that is worse than the largest beliefs, these are taken. Then as many variables at a time as form
/// a tree when the others are held take their best joint state, until none of 200 such steps helps: the value only rises, and
/// where the model is a tree one step makes it the largest there is, whatever the beliefs and ties. Elsewhere the result
/// cannot be improved by the trees that were tried, as fixed points of max-product cannot by any [Weiss01].
/// Throws DataError for beliefs or data that do not fit, and NumericalError for log-potentials that are NaN or +inf.
Decoded decode(const Model& model, const std::vector<std::vector<double>>& beliefs, const Dataset& data = {},
               int sample = 0);

/// Runs the algorithm on sample number `sample` (0-based) in double precision, at the initial values of the parameters.
/// Models without observed data need none. The step is the same program as a layer of an unrolled network, compiled once.
/// Throws ScheduleError for models that the algorithm cannot serve and for options without meaning, DataError for data
/// that do not fit, and NoPossibleState naming a variable that is left without one.
InferenceResult infer(const Model& model, const AlgorithmPointer& algorithm, const Dataset& data = {},
                      int sample = 0, const InferenceOptions& options = {});

}  // namespace unfurl
