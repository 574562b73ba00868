// One compiled step, run in a loop.
#include "unfurl/inference.hpp"

#include <omp.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "inference/program.hpp"
#include "network/sample.hpp"
#include "passes/passes.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unroll/unroll.hpp"

namespace unfurl {

using detail::cat;

namespace {

using inference::Arrays;
using inference::Program;

std::string name_of_marginal(const Model::FactorDeclaration& f) { return f.name + ".marginal"; }

/// Probabilities of all joint states of all factors.
std::vector<std::vector<double>> factor_marginals_of(const Model& model, const Arrays& arrays) {
  std::vector<std::vector<double>> rows;
  for (const auto& f : model.factors()) {
    const auto n = static_cast<std::size_t>(f.edges.count());
    const auto found = arrays.find(name_of_marginal(f));
    for (std::size_t i = 0; i < n; ++i) {
      auto& p = rows.emplace_back();
      for (std::size_t s = i; found != arrays.end() && s < found->second.size(); s += n)
        p.push_back(found->second[s]);
    }
  }
  return rows;
}

/// The largest change of a carried value, of which infinities are certainties: of x / (1 + |x|).
double largest_change_of_state(const Arrays& a, const Arrays& b,
                               const std::vector<LayerPrograms::Carried>& state,
                               [[maybe_unused]] int threads) {
  const auto bounded = [](double x) { return std::isinf(x) ? std::copysign(1.0, x) : x / (1 + std::abs(x)); };
  double most = 0;
  for (const LayerPrograms::Carried& carried : state) {
    const auto &x = a.at(carried.name), &y = b.at(carried.name);
    const auto size = static_cast<std::ptrdiff_t>(x.size());
#pragma omp parallel for schedule(static) num_threads(threads) \
    reduction(max                                              \
              : most) if (threads > 1 && size > 16384)
    for (std::ptrdiff_t i = 0; i < size; ++i)
      most = std::max(
          most, std::abs(bounded(x[static_cast<std::size_t>(i)]) - bounded(y[static_cast<std::size_t>(i)])));
  }
  return most;
}

/// Throws NoPossibleState where the zeros of factors, passed on from variable to variable, leave one without a state. Beliefs
/// that ended in impossible states may have missed that; messages, which maximise and so add and compare only, do not.
void require_possible(const Model& model, const Dataset& data, int sample, InferenceOptions options) {
  options.factor_marginals = false;
  options.decode = false;
  for (const auto& f : model.factors())
    if (!has(f.spec.type->serves(), Serves::messages)) return;
  (void)infer(model, MaxProduct{}, data, sample, options);
}

/// Damped steps move by a share of what an undamped one would; the tolerance is for that.
double undamped_share(const std::vector<OwnedParameter>& parameters) {
  double share = 1;
  for (const OwnedParameter& p : parameters)
    if (p.damping)
      for (const double damping : p.initial) share = std::min(share, 1 - damping);
  return share;
}

/// Log Z, and if wanted the marginals of factors.
ir::Graph on_request(const Model& model, const ir::Graph& all, bool factor_marginals) {
  std::set<std::string> wanted{"log_partition"};
  for (const auto& f : model.factors())
    if (factor_marginals) wanted.insert(name_of_marginal(f));
  ir::Graph chosen = all;
  std::erase_if(chosen.outputs, [&](const auto& named) { return !wanted.contains(named.first); });
  return ir::optimize(chosen);
}

}  // namespace

NoPossibleState::NoPossibleState(int number, const std::string& name, std::string where)
    : NumericalError(
          cat("variable ", name, " is left without a possible state"), std::move(where),
          "evidence and hard constraints contradict each other; where there are none, messages have "
          "grown beyond all numbers: take a scale, power or weight nearer to 1"),
      variable(number) {}

InferenceResult infer(const Model& model, const AlgorithmPointer& algorithm, const Dataset& data, int sample,
                      const InferenceOptions& options) {
  if (!algorithm) throw ScheduleError("no algorithm is given", "", "infer(model, SumProduct{})");
  if (options.iterations < 1 || (options.tolerance && !(*options.tolerance > 0)))
    throw ScheduleError(cat("inference of ", options.iterations, " iterations",
                            options.tolerance ? cat(" to a tolerance of ", *options.tolerance) : ""),
                        "",
                        "at least one iteration, and a tolerance above 0; without one (std::nullopt) all "
                        "iterations are made");
  if (model.discretes().empty())
    throw ScheduleError(cat("model '", model.name(), "' has no discrete variables to infer"), "",
                        "declare some with m.discrete(...), or unroll the algorithm for latents");
  algorithm->check(model);
  const Dataset one = take_sample(model, data, sample);
  const StepPrograms programs = step_programs(model, *algorithm);
  const int threads = options.threads > 0 ? options.threads : omp_get_max_threads();
  Arrays arrays = Program(programs.initial, programs.parameters, one, threads).run({}), before;
  Program step(programs.step, programs.parameters, one, threads);

  InferenceResult result;
  result.marginals = inference::marginals_of(model, arrays);
  const double tolerance = options.tolerance.value_or(0) * undamped_share(algorithm->parameters(model));
  while (result.iterations < options.iterations && !result.converged) {
    std::swap(before, arrays);
    step.run(before, arrays);
    ++result.iterations;
    result.largest_change = inference::largest_change_of_marginals(model, before, arrays, threads);
    if (std::isnan(result.largest_change)) break;
    result.converged = options.tolerance && result.largest_change <= tolerance &&
                       largest_change_of_state(before, arrays, programs.state, threads) <= tolerance;
  }
  result.marginals = inference::marginals_of(model, arrays);  // says which variable has none
  if (options.decode) {
    Decoded decoded = decode(model, result.marginals, data, sample);
    result.states = std::move(decoded.states);
    result.log_value = decoded.log_value;
    result.optimal = decoded.optimal;
  }
  const ir::Graph wanted = on_request(model, programs.on_request, options.factor_marginals);
  if (wanted.outputs.empty()) return result;
  const Arrays more = Program(wanted, programs.parameters, one, threads).run(before);
  if (const auto found = more.find("log_partition"); found != more.end())
    result.log_partition = found->second.at(0);
  if (result.log_partition == -std::numeric_limits<double>::infinity())
    require_possible(model, data, sample, options);
  if (options.factor_marginals) result.factor_marginals = factor_marginals_of(model, more);
  return result;
}

}  // namespace unfurl
