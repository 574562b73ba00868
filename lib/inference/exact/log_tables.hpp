// The log-potentials of a model given a sample, as tables.
#pragma once

#include <vector>

#include "inference/exact/junction_tree.hpp"

namespace unfurl::junction {

/// The factors of a model of discrete variables, which are numbered as marginals are.
struct ModelScopes {
  std::vector<int> states;     ///< per variable
  std::vector<Scope> factors;  ///< of every declaration, one after the other
};
ModelScopes scopes_of(const Model& model);

/// Throws DataError for a sample that is not there or does not fit; models without observed data need none.
void check_sample(const Model& model, const Dataset& data, int sample);

/// Tables of all factors: [joint states, factors or 1] for every declaration.
class LogTables {
 public:
  /// At the given values of the parameters, the others at their initial ones, for one sample; models without observed data
  /// need none. Throws ModelError and ScheduleError for factors that have no table, ScheduleError and DataError for values
  /// and data that do not fit, and NumericalError for entries that are NaN or +inf.
  LogTables(const Model& model, const ParameterValues& values, const Dataset& data, int sample);
  /// In the order of the scopes, whose memory and that of the tables they point to.
  std::vector<Potential> potentials(const Model& model, const ModelScopes& scopes) const;

 private:
  std::vector<std::vector<double>> tables_;
};

}  // namespace unfurl::junction
