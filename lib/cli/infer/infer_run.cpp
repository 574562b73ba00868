#include "cli/infer/infer_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "algorithms/messages/message_weights.hpp"
#include "experiment/folders/run_folder.hpp"
#include "inference/program.hpp"
#include "passes/passes.hpp"
#include "unfurl/schedule.hpp"

namespace unfurl::app {

namespace {

struct Learned {
  std::filesystem::path file;
  const algorithms::NamedAlgorithm* algorithm = nullptr;
  std::vector<Parameter> parameters;  ///< of the algorithm alone
  int layers = 0;

  [[noreturn]] void fail(const std::string& what, const std::string& mend) const {
    throw DataError(what, file.string(), mend);
  }

  /// The arity of the factors whose messages this weighs; absent for other parameters.
  std::optional<int> weight_arity(const std::string& base) const {
    return algorithms::arity_of_weight(algorithm->prefix, base);
  }

  /// The run's name for a parameter of the network on the file's model; empty when it has none.
  std::string counterpart(const std::string& base) const {
    std::string found;
    for (const Parameter& p : parameters) {
      if (p.base == base) return base;
      const std::optional<int> arity = weight_arity(p.base);
      if (!arity || arity != weight_arity(base) || p.base == found) continue;
      if (!found.empty())
        fail(fmt::format("the run has several weights of messages from factors of {} variables: {}, {}",
                         *arity, found, p.base),
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
      if (!used || (p.base != base && p.scale_of != base)) continue;
      if (p.values.size() != 1)
        fail(fmt::format("the run's parameter '{}' has {} numbers, for the edges of its own graph", p.name,
                         p.values.size()),
             "use a run with MessageWeights::shared, or one edge weight or power for all");
      (p.scale_of ? scale : result) = p.values[0];
    }
    return result * scale;
  }
};

/// The algorithm that owns the parameter, which is named "<prefix>.<what>"; null: none, since models may not use the dot.
const algorithms::NamedAlgorithm* owner_of(const Parameter& p) {
  for (const algorithms::NamedAlgorithm& named : algorithms::all())
    if (named.with && p.base.starts_with(named.prefix + ".")) return &named;
  return nullptr;
}

Learned read_run(const std::filesystem::path& path) {
  const StoredRun run = load_run(path);
  Learned learned{run.file, nullptr, {}, run.declaration.settings.layers};
  if (learned.layers < 1) learned.fail("the run does not say how many layers it has", "train it again");
  for (const Parameter& p : run.checkpoint.parameters)
    if (const algorithms::NamedAlgorithm* owner = owner_of(p)) {
      learned.algorithm = owner;
      learned.parameters.push_back(p);
    }
  if (learned.parameters.empty())
    learned.fail("the run learned parameters of its own model only, none of its algorithm",
                 "use a run that trained damping or weights of messages");
  return learned;
}

/// The algorithm of the run, with the parameters that it has.
AlgorithmPointer algorithm_of(const Learned& learned, InferAlgorithm typed, const ConditionedModel& model) {
  typed.name = learned.algorithm->name;
  bool weights = false;
  const auto has = [&](const char* what) {
    const std::string name = fmt::format("{}.{}", learned.algorithm->prefix, what);
    return std::any_of(learned.parameters.begin(), learned.parameters.end(),
                       [&](const Parameter& p) { return p.base == name; });
  };
  for (const Parameter& p : learned.parameters)
    weights = weights || algorithms::weighs_messages(learned.algorithm->prefix, p.base);
  if (has("damping")) typed.choices.damping = 0.5;  // present; its values follow
  if (has("edge_weight")) typed.choices.edge_weight = 1;
  if (has("power")) typed.choices.power = 1;
  if (has("scale")) typed.choices.scale = 1;
  if (has("offset")) typed.choices.offset = 0;
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
  const AlgorithmPointer algorithm = algorithm_of(learned, typed, model);
  Schedule schedule = unroll(model.model, algorithm, learned.layers);
  std::set<std::string> own;
  for (const OwnedParameter& p : algorithm->parameters(model.model)) {
    own.insert(p.name);
    schedule.untie(p.name);
  }
  Network network = schedule.compile();
  network.threads(typed.threads.value_or(0));
  for (Parameter& p : network.parameters()) {
    if (!own.contains(p.base)) continue;
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
  if (!more.empty()) result.log_partition = more.at("log_partition").at(0);
  if (learned.layers > 1)
    result.largest_change =
        inference::largest_difference(marginals_of(network, learned.layers - 1), result.marginals);
  return result;
}

}  // namespace unfurl::app
