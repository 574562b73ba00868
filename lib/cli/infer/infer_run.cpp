#include "cli/infer/infer_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "experiment/folders/run_folder.hpp"
#include "inference/program.hpp"
#include "passes/passes.hpp"
#include "unfurl/schedule.hpp"

namespace unfurl::app {

namespace {

/// Parameters that algorithms own are named "<prefix>.<what>"; models may not use the dot.
constexpr std::pair<const char*, const char*> prefixes[] = {{"bp.", "bp"},
                                                            {"mean_field.", "mf"},
                                                            {"trw.", "trw"},
                                                            {"fractional_bp.", "fractional"},
                                                            {"max_product.", "minsum"}};

struct Learned {
  std::filesystem::path file;
  std::string prefix, algorithm;
  std::vector<Parameter> parameters;  ///< of the algorithm alone
  int layers = 0;

  [[noreturn]] void fail(const std::string& what, const std::string& mend) const {
    throw DataError(what, file.string(), mend);
  }

  /// Arity at the end of "<prefix>weight.<type><arity>"; 0 for other names.
  int weight_arity(const std::string& base) const {
    const std::string start = prefix + "weight.";
    if (!base.starts_with(start) || base.ends_with(".scale")) return 0;
    const auto digits = base.find_last_not_of("0123456789") + 1;
    return digits == base.size() || digits == start.size() ? 0 : std::stoi(base.substr(digits));
  }

  /// The run's name for a parameter of the network on the file's model; empty when it has none.
  std::string counterpart(const std::string& base) const {
    std::string found;
    for (const Parameter& p : parameters) {
      if (p.base == base) return base;
      const int arity = weight_arity(p.base);
      if (arity == 0 || arity != weight_arity(base) || p.base == found) continue;
      if (!found.empty())
        fail(fmt::format("the run has several weights of messages from factors of {} variables: {}, {}",
                         arity, found, p.base),
             "use a run whose model has one type of factors of each arity");
      found = p.base;
    }
    return found;
  }

  /// The number that a layer uses, times its scale where the tying has one.
  double value(const std::string& base, int place) const {
    double result = std::numeric_limits<double>::quiet_NaN(), scale = 1;
    for (const Parameter& p : parameters) {
      const bool used = std::find(p.places.begin(), p.places.end(), place) != p.places.end();
      if (!used || (p.base != base && p.base != base + ".scale")) continue;
      if (p.values.size() != 1)
        fail(fmt::format("the run's parameter '{}' has {} numbers, for the edges of its own graph", p.name,
                         p.values.size()),
             "use a run with MessageWeights::shared, or one edge weight or power for all");
      (p.base == base ? result : scale) = p.values[0];
    }
    return result * scale;
  }
};

Learned read_run(const std::filesystem::path& path) {
  const StoredRun run = load_run(path);
  Learned learned{run.file, "", "", {}, run.declaration.settings.layers};
  if (learned.layers < 1) learned.fail("the run does not say how many layers it has", "train it again");
  for (const Parameter& p : run.checkpoint.parameters)
    for (const auto& [prefix, algorithm] : prefixes)
      if (p.base.starts_with(prefix)) {
        learned.prefix = prefix;
        learned.algorithm = algorithm;
        learned.parameters.push_back(p);
      }
  if (learned.parameters.empty())
    learned.fail("the run learned parameters of its own model only, none of its algorithm",
                 "use a run that trained damping or weights of messages");
  return learned;
}

/// The algorithm of the run, with the parameters that it has.
AlgorithmPointer algorithm_of(const Learned& learned, InferAlgorithm typed, const ConditionedModel& model) {
  typed.name = learned.algorithm;
  bool weights = false;
  const auto has = [&](const char* what) {
    return std::any_of(learned.parameters.begin(), learned.parameters.end(),
                       [&](const Parameter& p) { return p.base == learned.prefix + what; });
  };
  for (const Parameter& p : learned.parameters)
    weights = weights || p.base.starts_with(learned.prefix + "weight.");
  if (has("damping")) typed.damping = 0.5;  // present; its values follow
  if (has("edge_weight")) typed.edge_weight = 1;
  if (has("power")) typed.power = 1;
  if (has("scale")) typed.scale = 1;
  if (has("offset")) typed.offset = 0;
  return make_algorithm(typed, model, weights ? MessageWeights::shared : MessageWeights::none);
}

/// Results after a layer, in double precision: `names` of those that the network has.
inference::Arrays results_of(const Network& network, const std::vector<std::string>& names, int layer) {
  const Unrolled& u = network.unrolled();
  ir::Graph graph = u.graph;
  graph.outputs.clear();
  for (const std::string& known : u.signature.results())
    if (std::find(names.begin(), names.end(), known) != names.end())
      graph.outputs.emplace_back(known, u.graph.output(Signature::output(known, layer)));
  const Dataset none;
  return inference::Program(ir::optimize(graph), u.parameters.all(), none, network.threads()).run({});
}

std::vector<std::vector<double>> marginals_of(const Network& network, int layer) {
  const Model& model = *network.unrolled().made_by.model;
  std::vector<std::string> names;
  for (const auto& d : model.discretes())
    for (const char* form : {"", ".logit"}) names.push_back(d.variable.name + form);
  return inference::marginals_of(model, results_of(network, names, layer));
}

}  // namespace

InferenceResult infer_with_run(const std::filesystem::path& run, const InferAlgorithm& typed,
                               const ConditionedModel& model) {
  const Learned learned = read_run(run);
  Schedule schedule = unroll(model.model, algorithm_of(learned, typed, model), learned.layers);
  std::vector<std::string> own;
  for (const auto& [name, tying] : schedule.table())
    if (name.starts_with(learned.prefix)) own.push_back(name);
  for (const std::string& name : own) schedule.untie(name);
  Network network = schedule.compile();
  network.threads(typed.threads.value_or(0));
  for (Parameter& p : network.parameters()) {
    if (!p.base.starts_with(learned.prefix)) continue;
    const std::string from = learned.counterpart(p.base);
    if (from.empty())
      learned.fail(fmt::format("the run has no '{}', which this model needs", p.base),
                   "use a run whose model has factors of as many variables");
    const double value = learned.value(from, p.places.at(0));
    if (!std::isfinite(value))
      learned.fail(fmt::format("the run has no '{}' for layer {}", from, p.places[0] + 1), "train it again");
    p.values.assign(p.values.size(), value);
  }
  InferenceResult result;
  result.iterations = learned.layers;
  try {
    result.marginals = marginals_of(network, learned.layers);
  } catch (const NoPossibleState&) {  // the variables of the run's own model are none of the file's
    throw NumericalError("the layers of the run leave a variable without a possible state", run.string(),
                         "evidence and hard constraints contradict each other");
  }
  const auto more = results_of(network, {"log_partition"}, learned.layers);
  result.log_partition =
      more.empty() ? std::numeric_limits<double>::quiet_NaN() : more.at("log_partition").at(0);
  if (learned.layers > 1)
    result.largest_change =
        inference::largest_difference(marginals_of(network, learned.layers - 1), result.marginals);
  return result;
}

}  // namespace unfurl::app
