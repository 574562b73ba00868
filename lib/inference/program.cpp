#include "inference/program.hpp"

#include <algorithm>
#include <cmath>

#include "backend/cpu/feed.hpp"
#include "unfurl/factor_graph.hpp"
#include "unfurl/inference.hpp"

namespace unfurl::inference {

Program::Program(const ir::Graph& graph, const std::vector<Parameter>& parameters, const Dataset& sample,
                 int threads)
    : executor_(exec::make_plan(graph), threads), sample_(sample) {
  executor_.require_finite_results = false;
  executor_.flush_denormals = false;
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

const Arrays& Program::run(const Arrays& state) {
  state_ = &state;
  executor_.run(1, exchange_);
  return results_;
}

namespace {

/// exp(-|x|) is at most 1, and as exact on one side as on the other.
double sigmoid(double x) {
  const double small = std::exp(-std::abs(x));
  return (x < 0 ? small : 1) / (1 + small);
}

}  // namespace

std::vector<std::vector<double>> marginals_of(const Model& model, const Arrays& arrays) {
  std::vector<std::vector<double>> rows;
  for (const auto& declared : model.discretes()) {
    const Discrete& x = declared.variable;
    const auto n = static_cast<std::size_t>(x.size());
    const std::vector<double>& values = arrays.at(x.name);
    const auto logit = arrays.find(x.name + ".logit");
    for (std::size_t i = 0; i < n; ++i) {
      auto& p = rows.emplace_back();
      if (x.states > 2)
        for (int s = 0; s < x.states; ++s) p.push_back(values[static_cast<std::size_t>(s) * n + i]);
      else if (logit != arrays.end())
        p = {sigmoid(-logit->second[i]), sigmoid(logit->second[i])};
      else
        p = {1 - values[i], values[i]};
      if (std::any_of(p.begin(), p.end(), [](double v) { return std::isnan(v); }))
        throw NoPossibleState(static_cast<int>(rows.size()) - 1,
                              FactorGraph(model).variable_name(static_cast<int>(rows.size()) - 1),
                              declared.where);
    }
  }
  return rows;
}

std::vector<int> likeliest_states(const std::vector<std::vector<double>>& marginals) {
  std::vector<int> states;
  for (const auto& p : marginals)
    states.push_back(static_cast<int>(std::max_element(p.begin(), p.end()) - p.begin()));
  return states;
}

double largest_difference(const std::vector<std::vector<double>>& a,
                          const std::vector<std::vector<double>>& b) {
  double most = 0;
  for (std::size_t v = 0; v < a.size(); ++v)
    for (std::size_t s = 0; s < a[v].size(); ++s) most = std::max(most, std::abs(a[v][s] - b[v][s]));
  return most;
}

}  // namespace unfurl::inference
