#include "inference/program.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "backend/cpu/feed.hpp"
#include "core/chunks.hpp"
#include "unfurl/factor_graph.hpp"
#include "unfurl/inference.hpp"

namespace unfurl::inference {

Program::Program(const ir::Graph& graph, const std::vector<Parameter>& parameters, const Dataset& sample,
                 int threads)
    : executor_(exec::make_plan(graph), threads), sample_(sample) {
  executor_.require_finite_results = false;
  executor_.flush_denormals = false;
  executor_.keep_prelude = true;
  for (const Parameter& p : parameters) executor_.bind(p.name, p.values.data());
  const auto copy = [threads = executor_.threads()](const double* from, std::size_t n, double* to) {
    for_chunks(n, threads, [=](std::ptrdiff_t begin, std::ptrdiff_t end) {
      std::copy(from + begin, from + end, to + begin);
    });
  };
  exchange_.load = [this, copy](const std::string& input, int, int lanes, double* to) {
    if (const auto found = state_->find(input); found != state_->end())
      copy(found->second.data(), found->second.size(), to);
    else
      exec::load_tile(sample_[input], nullptr, 0, lanes, to);
  };
  exchange_.store = [this, copy](const std::string& output, int, int, const double* from) {
    auto& to = results_->at(output);
    copy(from, to.size(), to.data());
  };
}

void Program::run(const Arrays& state, Arrays& results) {
  const ir::Graph& graph = executor_.plan().graph;
  std::erase_if(results, [&](const auto& named) {
    return std::none_of(graph.outputs.begin(), graph.outputs.end(),
                        [&](const auto& output) { return output.first == named.first; });
  });
  for (const auto& [name, v] : graph.outputs) results[name].resize(graph.type(v).size());
  state_ = &state;
  results_ = &results;
  executor_.run(1, exchange_);
}

Arrays Program::run(const Arrays& state) {
  Arrays results;
  run(state, results);
  return results;
}

namespace {

/// The probabilities of a group of variables, in flat order. Those of binary variables come in pairs.
class Probabilities {
 public:
  Probabilities(const Discrete& x, const Arrays& arrays) : binary_(x.states <= 2) {
    const auto logit = binary_ ? arrays.find(x.name + ".logit") : arrays.end();
    logits_ = logit != arrays.end();
    values_ = logits_ ? &logit->second : &arrays.at(x.name);
  }
  bool binary() const { return binary_; }
  std::size_t size() const { return values_->size(); }
  double entry(std::size_t i) const { return (*values_)[i]; }
  std::array<double, 2> pair(std::size_t i) const {
    const double v = entry(i);
    if (!logits_) return {1 - v, v};
    const double small = std::exp(-std::abs(v));  // at most 1: as exact on one side as on the other
    const double likely = 1 / (1 + small), unlikely = small / (1 + small);
    return v < 0 ? std::array{likely, unlikely} : std::array{unlikely, likely};
  }
  /// How far an entry, or the pair of one, is from another's. NaN where it is.
  double change(const Probabilities& before, std::size_t i) const {
    if (!binary_) return std::abs(entry(i) - before.entry(i));
    const auto now = pair(i), then = before.pair(i);
    const double no = std::abs(now[0] - then[0]), yes = std::abs(now[1] - then[1]);
    return no > yes ? no : yes;
  }

 private:
  bool binary_, logits_ = false;
  const std::vector<double>* values_ = nullptr;
};

}  // namespace

std::vector<std::vector<double>> marginals_of(const Model& model, const Arrays& arrays) {
  std::vector<std::vector<double>> rows;
  for (const auto& declared : model.discretes()) {
    const Discrete& x = declared.variable;
    const auto n = static_cast<std::size_t>(x.size());
    const Probabilities all(x, arrays);
    for (std::size_t i = 0; i < n; ++i) {
      auto& p = rows.emplace_back();
      if (all.binary()) {
        const auto pair = all.pair(i);
        p.assign(pair.begin(), pair.end());
      } else {
        for (int s = 0; s < x.states; ++s) p.push_back(all.entry(static_cast<std::size_t>(s) * n + i));
      }
      if (std::any_of(p.begin(), p.end(), [](double v) { return std::isnan(v); }))
        throw NoPossibleState(static_cast<int>(rows.size()) - 1,
                              FactorGraph(model).variable_name(static_cast<int>(rows.size()) - 1),
                              declared.where);
      // Beside log-beliefs above 1e16, the logarithm of how many states share the largest is lost.
      const double sum = std::accumulate(p.begin(), p.end(), 0.0);
      if (std::abs(sum - 1) > 1e-9)
        for (double& v : p) v /= sum;
    }
  }
  return rows;
}

double largest_change_of_marginals(const Model& model, const Arrays& before, const Arrays& after,
                                   [[maybe_unused]] int threads) {
  double most = 0;
  bool unknown = false;
  for (const auto& declared : model.discretes()) {
    const Probabilities from(declared.variable, before), to(declared.variable, after);
    const auto n = static_cast<std::ptrdiff_t>(to.size());
#pragma omp parallel for schedule(static) num_threads(threads) reduction(max     \
                                                                         : most) \
    reduction(||                                                                 \
              : unknown) if (threads > 1 && n > 16384)
    for (std::ptrdiff_t i = 0; i < n; ++i) {
      const double change = to.change(from, static_cast<std::size_t>(i));
      unknown = unknown || std::isnan(change);
      most = std::max(most, change);
    }
  }
  return unknown ? std::numeric_limits<double>::quiet_NaN() : most;
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
