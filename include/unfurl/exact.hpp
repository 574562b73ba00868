/// Exact inference on discrete models of small treewidth, to judge what approximate inference loses:
///   p(x) = exp( sum_a theta_a(x_a) ) / Z,   marginals p(x_i) and log Z for one sample.
/// Computed on the junction tree of the cheaper of two elimination orders, min-fill and as declared ([Koller09],
/// chapters 9 and 10), in the log domain, where impossible states (log-potential -inf) stay exact. The same passes with
/// maxima in place of sums give a most probable joint state. Time and memory grow with states^(treewidth + 1), and for tables
/// of one size in proportion to the variables and factors, whatever their degrees.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "unfurl/data.hpp"
#include "unfurl/model.hpp"
#include "unfurl/network.hpp"

namespace unfurl {

struct ExactOptions {
  double most_memory = 1e9;  ///< bytes that the messages and the largest table of the junction tree may take
  /// Sets of variables whose joint distributions are wanted, numbered as the marginals; each joins a clique.
  std::vector<std::vector<int>> scopes{};
  int threads = 0;  ///< that share the work on large tables; 0: all. The bits do not depend on it
};

struct ExactResult {
  /// Probability of every state, per variable: the variables of the first group in row-major order, then the next group's.
  std::vector<std::vector<double>> marginals;
  /// Probability of every joint state of every scope asked for, the last variable fastest.
  std::vector<std::vector<double>> joints;
  double log_partition = 0;  ///< log Z, in nats
  int treewidth = 0;         ///< of the elimination order: variables in the largest clique, less one
  double bytes = 0;          ///< what the messages and the largest table took
};

struct MostProbable {
  std::vector<int> states;  ///< argmax_x p(x), numbered as the marginals
  /// max over the other variables of the sum of log-potentials, per variable and state; its maximum is `log_value`.
  std::vector<std::vector<double>> log_max_marginals;
  double log_value = 0;  ///< sum of the log-potentials at `states`: log p(x) + log Z
  int treewidth = 0;
  double bytes = 0;
};

/// Values of declared parameters by name, [planes, rows] row-major.
using ParameterValues = std::map<std::string, std::vector<double>>;

/// Marginals and log Z given sample number `sample` (0-based), at the parameters' initial values. Models without observed
/// data need none. Throws ModelError for factors that are no log-potentials of discrete variables and for scopes of
/// variables that are not there, DataError for data that do not fit and for models whose tables would exceed
/// `most_memory` (naming the treewidth and the memory), and NumericalError when no joint state is possible or a
/// log-potential is NaN or +inf.
ExactResult exact(const Model& model, const Dataset& data, int sample, const ExactOptions& options = {});

/// The same with the given values; parameters that are not named keep their initial ones. Throws ScheduleError for
/// unknown names and DataError for values of another size.
ExactResult exact(const Model& model, const ParameterValues& values, const Dataset& data, int sample,
                  const ExactOptions& options = {});

/// The same for the model and the current parameters of a network. Throws ScheduleError when its layers use different
/// values of a parameter: such a network belongs to no single model.
ExactResult exact(const Network& network, const Dataset& data, int sample, const ExactOptions& options = {});

/// A most probable joint state, with the same arguments and errors; scopes are not looked at.
MostProbable most_probable(const Model& model, const Dataset& data, int sample,
                           const ExactOptions& options = {});
MostProbable most_probable(const Model& model, const ParameterValues& values, const Dataset& data, int sample,
                           const ExactOptions& options = {});
MostProbable most_probable(const Network& network, const Dataset& data, int sample,
                           const ExactOptions& options = {});

}  // namespace unfurl
