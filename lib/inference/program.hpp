// Compiled programs outside of networks: one sample, double precision, results by name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "backend/cpu/executor.hpp"
#include "unfurl/data.hpp"
#include "unfurl/model.hpp"
#include "unfurl/schedule.hpp"

namespace unfurl::inference {

using Arrays = std::map<std::string, std::vector<double>>;

/// A program planned once, for parameters that keep their values; it reads a sample and the state, and writes the state and the read-outs, -inf and NaN among
/// them.
class Program {
 public:
  Program(const ir::Graph& graph, const std::vector<Parameter>& parameters, const Dataset& sample,
          int threads);
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Writes the new state and the read-outs to `results`, another than `state`.
  void run(const Arrays& state, Arrays& results);
  Arrays run(const Arrays& state);

 private:
  exec::Executor<double> executor_;
  exec::Exchange<double> exchange_;
  const Dataset& sample_;
  const Arrays* state_ = nullptr;
  Arrays* results_ = nullptr;
};

/// Probabilities of all states of all variables, from read-outs "x" and "x.logit": those of binary variables from log-ratios,
/// which hold both sides. Throws NoPossibleState where there are none.
std::vector<std::vector<double>> marginals_of(const Model& model, const Arrays& arrays);

/// The largest difference of two marginals, as marginals_of() gives them. NaN where one of `after` is.
double largest_change_of_marginals(const Model& model, const Arrays& before, const Arrays& after,
                                   int threads);

/// The likeliest state of every variable.
std::vector<int> likeliest_states(const std::vector<std::vector<double>>& marginals);

/// The largest difference of two entries at one place.
double largest_difference(const std::vector<std::vector<double>>& a,
                          const std::vector<std::vector<double>>& b);

}  // namespace unfurl::inference
