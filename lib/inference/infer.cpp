// One compiled step, run in a loop.
#include "unfurl/inference.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "exec/check_data.hpp"
#include "exec/executor.hpp"
#include "exec/feed.hpp"
#include "passes/passes.hpp"
#include "unfurl/factor_graph.hpp"
#include "unroll/unroll.hpp"

namespace unfurl {

using detail::cat;

namespace {

using Arrays = std::map<std::string, std::vector<double>>;

/// The one sample, checked; empty when the model observes nothing.
Dataset take_sample(const Model& model, const Dataset& data, int sample) {
  if (model.observed().empty()) return {};
  if (sample < 0 || (sample >= data.samples() && data.samples() > 0))
    throw DataError(cat("there is no sample ", sample, " among ", data.samples()), "",
                    "samples count from 0");
  Dataset one = data.samples() > 0 ? data.slice(sample, 1) : Dataset{};
  check_data(one, model.observed(), sample);
  return one;
}

/// A program planned once; it reads a sample and the state, and writes the state and the read-outs.
class Program {
 public:
  Program(const ir::Graph& graph, const std::vector<Parameter>& parameters, const Dataset& sample,
          int threads)
      : executor_(exec::make_plan(graph), threads), sample_(sample) {
    executor_.require_finite_results = false;
    for (const Parameter& p : parameters) executor_.bind(p.name, p.values.data());
    for (const auto& [name, v] : graph.outputs) results_[name].resize(graph.type(v).size());
    exchange_.load = [this](const std::string& input, int, int lanes, double* to) {
      if (const auto found = state_->find(input); found != state_->end())
        std::copy(found->second.begin(), found->second.end(), to);
      else
        exec::load_tile(sample_[input], nullptr, 0, lanes, to);
    };
    exchange_.store = [this](const std::string& output, int, int, const double* from) {
      auto& to = results_.at(output);
      std::copy_n(from, to.size(), to.begin());
    };
  }

  /// The new state and the read-outs.
  const Arrays& run(const Arrays& state) {
    state_ = &state;
    executor_.run(1, exchange_);
    return results_;
  }

 private:
  exec::Executor<double> executor_;
  exec::Exchange<double> exchange_;
  const Dataset& sample_;
  const Arrays* state_ = nullptr;
  Arrays results_;
};

/// Probabilities of all states of all variables. Throws NoPossibleState where there are none.
std::vector<std::vector<double>> marginals_of(const Model& model, const Arrays& arrays) {
  std::vector<std::vector<double>> rows;
  for (const auto& declared : model.discretes()) {
    const Discrete& x = declared.variable;
    const auto n = static_cast<std::size_t>(x.size());
    const std::vector<double>& values = arrays.at(x.name);
    for (std::size_t i = 0; i < n; ++i) {
      auto& p = rows.emplace_back();
      if (x.states == 2)
        p = {1 - values[i], values[i]};
      else
        for (int s = 0; s < x.states; ++s) p.push_back(values[static_cast<std::size_t>(s) * n + i]);
      if (std::any_of(p.begin(), p.end(), [](double v) { return std::isnan(v); }))
        throw NoPossibleState(static_cast<int>(rows.size()) - 1,
                              FactorGraph(model).variable_name(static_cast<int>(rows.size()) - 1),
                              declared.where);
    }
  }
  return rows;
}

/// Probabilities of all joint states of all factors.
std::vector<std::vector<double>> factor_marginals_of(const Model& model, const Arrays& arrays) {
  std::vector<std::vector<double>> rows;
  for (const auto& f : model.factors()) {
    const auto n = static_cast<std::size_t>(f.edges.count());
    const auto found = arrays.find(f.name + ".marginal");
    for (std::size_t i = 0; i < n; ++i) {
      auto& p = rows.emplace_back();
      for (std::size_t s = i; found != arrays.end() && s < found->second.size(); s += n)
        p.push_back(found->second[s]);
    }
  }
  return rows;
}

double largest_difference(const std::vector<std::vector<double>>& a,
                          const std::vector<std::vector<double>>& b) {
  double most = 0;
  for (std::size_t v = 0; v < a.size(); ++v)
    for (std::size_t s = 0; s < a[v].size(); ++s) most = std::max(most, std::abs(a[v][s] - b[v][s]));
  return most;
}

/// The largest change of a carried value, of which infinities are certainties: of x / (1 + |x|).
double largest_change_of_state(const Arrays& a, const Arrays& b, std::size_t carried) {
  const auto bounded = [](double x) { return std::isinf(x) ? std::copysign(1.0, x) : x / (1 + std::abs(x)); };
  double most = 0;
  for (std::size_t n = 0; n < carried; ++n) {
    const auto &x = a.at(cat("state.", n)), &y = b.at(cat("state.", n));
    for (std::size_t i = 0; i < x.size(); ++i) most = std::max(most, std::abs(bounded(x[i]) - bounded(y[i])));
  }
  return most;
}

/// Log Z, and if wanted the marginals of factors.
ir::Graph on_request(ir::Graph all, bool factor_marginals) {
  std::erase_if(all.outputs, [&](const auto& named) {
    return named.first != "log_partition" && !(factor_marginals && named.first.ends_with(".marginal"));
  });
  return ir::optimize(all);
}

}  // namespace

NoPossibleState::NoPossibleState(int number, const std::string& name, std::string where)
    : NumericalError(cat("variable ", name, " is left without a possible state"), std::move(where),
                     "evidence and hard constraints contradict each other"),
      variable(number) {}

InferenceResult infer(const Model& model, const AlgorithmPointer& algorithm, const Dataset& data, int sample,
                      const InferenceOptions& options) {
  if (!algorithm) throw ScheduleError("no algorithm is given", "", "infer(model, SumProduct{})");
  if (options.iterations < 1 || !(options.tolerance >= 0))
    throw ScheduleError(
        cat("inference of ", options.iterations, " iterations to a tolerance of ", options.tolerance), "",
        "at least one iteration, and a tolerance of at least 0");
  if (model.discretes().empty())
    throw ScheduleError(cat("model '", model.name(), "' has no discrete variables to infer"), "",
                        "declare some with m.discrete(...), or unroll the algorithm for latents");
  algorithm->check(model);
  const Dataset one = take_sample(model, data, sample);
  const StepPrograms programs = step_programs(model, *algorithm);
  Arrays arrays = Program(programs.initial, programs.parameters, one, options.threads).run({});
  Program step(programs.step, programs.parameters, one, options.threads);

  InferenceResult result;
  result.marginals = marginals_of(model, arrays);
  Arrays before;
  while (result.iterations < options.iterations && !result.converged) {
    before = arrays;
    arrays = step.run(before);
    ++result.iterations;
    auto marginals = marginals_of(model, arrays);
    result.largest_change = largest_difference(result.marginals, marginals);
    result.converged = options.tolerance > 0 && result.largest_change <= options.tolerance &&
                       largest_change_of_state(before, arrays, programs.state.size()) <= options.tolerance;
    result.marginals = std::move(marginals);
  }
  for (const auto& p : result.marginals)
    result.states.push_back(static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin()));
  result.log_partition = std::numeric_limits<double>::quiet_NaN();
  const ir::Graph wanted = on_request(programs.on_request, options.factor_marginals);
  if (wanted.outputs.empty()) return result;
  const Arrays more = Program(wanted, programs.parameters, one, options.threads).run(before);
  if (const auto found = more.find("log_partition"); found != more.end())
    result.log_partition = found->second.at(0);
  if (options.factor_marginals) result.factor_marginals = factor_marginals_of(model, more);
  return result;
}

}  // namespace unfurl
