// From a model and a sample to tables of log-potentials.
#include "unfurl/exact.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "inference/exact/log_tables.hpp"

namespace unfurl {

using detail::cat;

namespace {

/// The tree, the tables, and what they point to.
struct Task {
  junction::ModelScopes scopes;
  junction::Tree tree;
  std::optional<junction::LogTables> tables;
  std::vector<junction::Potential> potentials;
};

Task prepare(const Model& model, const ParameterValues& values, const Dataset& data, int sample,
             const ExactOptions& options, const std::vector<junction::Scope>& wanted) {
  for (const auto& x : model.continuous())
    throw ModelError(cat("exact inference cannot serve real variable '", x.variable.name, "'"), x.where,
                     "it serves discrete variables; GaussianBeliefPropagation infers real ones");
  junction::check_sample(model, data, sample);
  Task task{junction::scopes_of(model), {}, {}, {}};
  std::vector<junction::Scope>& scopes = task.scopes.factors;
  const std::size_t variables = task.scopes.states.size(), factors = scopes.size();
  for (const junction::Scope& scope : wanted) {
    for (const int v : scope)
      if (v < 0 || v >= static_cast<int>(variables) || std::count(scope.begin(), scope.end(), v) != 1)
        throw ModelError(cat("a scope asks for variable ", v, ", twice or of ", variables), "",
                         "name different variables, counted from 0");
    scopes.push_back(scope);
  }
  task.tree =
      junction::eliminate(task.scopes.states, scopes, options.most_memory);  // before any table is made
  scopes.resize(factors);
  task.tables.emplace(model, values, data, sample);
  task.potentials = task.tables->potentials(model, task.scopes);
  return task;
}

/// As many as the options ask for.
int threads_of(const ExactOptions& options) {
  return options.threads > 0 ? options.threads : omp_get_max_threads();
}

/// The values that all layers of a network share.
ParameterValues tied_values(const Network& network) {
  const auto& model = network.unrolled().made_by.model;
  if (!model)
    throw ModelError("a conventional network has no model for exact inference", "",
                     "use one that was unrolled from a model");
  ParameterValues values;
  for (const auto& declared : model->params())
    for (const Parameter& p : network.parameters()) {
      const bool scale = p.scale_of == declared.name;
      if (p.base != declared.name && !scale) continue;
      if (scale || (values.count(declared.name) != 0 && values[declared.name] != p.values))
        throw ScheduleError(cat("the layers use different values of parameter '", declared.name, "'"),
                            declared.where, "exact inference needs a tied network");
      values[declared.name] = p.values;
    }
  return values;
}

}  // namespace

ExactResult exact(const Model& model, const ParameterValues& values, const Dataset& data, int sample,
                  const ExactOptions& options) {
  const Task task = prepare(model, values, data, sample, options, options.scopes);
  return junction::calibrate(task.tree, task.potentials, options.scopes, threads_of(options));
}

ExactResult exact(const Model& model, const Dataset& data, int sample, const ExactOptions& options) {
  return exact(model, ParameterValues{}, data, sample, options);
}

ExactResult exact(const Network& network, const Dataset& data, int sample, const ExactOptions& options) {
  const ParameterValues values = tied_values(network);
  return exact(*network.unrolled().made_by.model, values, data, sample, options);
}

MostProbable most_probable(const Model& model, const ParameterValues& values, const Dataset& data, int sample,
                           const ExactOptions& options) {
  const Task task = prepare(model, values, data, sample, options, {});
  MostProbable result = junction::maximize(task.tree, task.potentials, threads_of(options), true);
  if (std::isinf(result.log_value)) junction::refuse_contradiction();
  return result;
}

MostProbable most_probable(const Model& model, const Dataset& data, int sample, const ExactOptions& options) {
  return most_probable(model, ParameterValues{}, data, sample, options);
}

MostProbable most_probable(const Network& network, const Dataset& data, int sample,
                           const ExactOptions& options) {
  const ParameterValues values = tied_values(network);
  return most_probable(*network.unrolled().made_by.model, values, data, sample, options);
}

}  // namespace unfurl
