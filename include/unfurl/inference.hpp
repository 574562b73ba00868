/// Approximate inference without training: an algorithm runs on one sample until its marginals stand still.
#pragma once

#include <vector>

#include "unfurl/algorithms.hpp"
#include "unfurl/data.hpp"
#include "unfurl/error.hpp"
#include "unfurl/model.hpp"

namespace unfurl {

struct InferenceOptions {
  int iterations = 1000;          ///< at most
  double tolerance = 1e-9;        ///< stop when no marginal and no message changes by more; 0: never
  int threads = 0;                ///< 0: all
  bool factor_marginals = false;  ///< give those, too
};

struct InferenceResult {
  /// Probability of every state, per variable: the variables of the first group in row-major order, then the next group's.
  std::vector<std::vector<double>> marginals;
  /// The most probable state of every variable: for MaxProduct the estimate of the most probable assignment.
  std::vector<int> states;
  /// The algorithm's estimate of log Z, or its bound, in nats: the network's read-out of this name. NaN when it has none;
  /// -inf where mean field ends in beliefs that give probability to impossible joint states, so that they mean little.
  double log_partition = 0;
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

/// Runs the algorithm on sample number `sample` (0-based) in double precision, at the initial values of the parameters.
/// Models without observed data need none. The step is the same program as a layer of an unrolled network, compiled once.
/// Throws ScheduleError for models that the algorithm cannot serve and for options without meaning, DataError for data
/// that do not fit, and NoPossibleState naming a variable that is left without one.
InferenceResult infer(const Model& model, const AlgorithmPointer& algorithm, const Dataset& data = {},
                      int sample = 0, const InferenceOptions& options = {});

}  // namespace unfurl
