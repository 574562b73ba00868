// Runs a program on numbers kept by name, for tests.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "backend/cpu/executor.hpp"
#include "unfurl/at.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl::test {

/// Arrays by the name of the leaf or output, in the order [plane][row][sample].
using Numbers = std::map<std::string, std::vector<double>>;

/// A planned program with its numbers; change entries of `leaves` between runs.
template <class T>
class Evaluation {
 public:
  Evaluation(const ir::Graph& graph, Numbers numbers, int batch, int threads = 1)
      : leaves(std::move(numbers)), batch_(batch), executor_(exec::make_plan(graph), threads) {}

  Numbers leaves;
  exec::Executor<T>& executor() { return executor_; }

  /// All outputs of the program.
  Numbers run() {
    const exec::Plan& plan = executor_.plan();
    Numbers results;
    for (const auto& [name, v] : plan.graph.outputs) results[name].resize(entries(plan.graph.type(v)));
    for (ir::Value v : plan.external) {
      const std::string& name = plan.graph[v].name();
      const std::vector<double>& from = leaves.at(name);
      parameters_[name].assign(from.begin(), from.end());
      executor_.bind(name, parameters_[name].data());
    }
    exec::Exchange<T> exchange;
    exchange.load = [&](const std::string& name, int first, int lanes, T* to) {
      const std::vector<double>& from = leaves.at(name);
      for (std::size_t i = 0; i * width() < from.size(); ++i)
        for (int l = 0; l < lanes; ++l) *to++ = static_cast<T>(from[i * width() + at(first + l)]);
    };
    exchange.store = [&](const std::string& name, int first, int lanes, const T* from) {
      std::vector<double>& to = results.at(name);
      for (std::size_t i = 0; i * width() < to.size(); ++i)
        for (int l = 0; l < lanes; ++l) to[i * width() + at(first + l)] = *from++;
    };
    executor_.run(batch_, exchange);
    for (const auto& [name, v] : plan.graph.outputs)
      if (!plan.graph.type(v).lanes)
        std::copy_n(executor_.result(name), plan.graph.type(v).size(), results.at(name).begin());
    return results;
  }

 private:
  std::size_t width() const { return static_cast<std::size_t>(batch_); }
  std::size_t entries(const ir::Type& t) const { return t.size() * (t.lanes ? width() : 1); }

  int batch_;
  exec::Executor<T> executor_;
  std::map<std::string, std::vector<T>> parameters_;
};

template <class T = double>
Numbers evaluate(const ir::Graph& graph, const Numbers& leaves, int batch, int threads = 1) {
  return Evaluation<T>(graph, leaves, batch, threads).run();
}

/// Uniform numbers between two bounds; the same on every platform.
inline std::vector<double> uniform(std::mt19937& random, std::size_t count, double low, double high) {
  std::vector<double> numbers(count);
  for (double& x : numbers) x = low + (high - low) * static_cast<double>(random()) / 4294967295.0;
  return numbers;
}

/// Largest absolute entry.
inline double largest(const std::vector<double>& v) {
  double most = 0;
  for (double x : v) most = std::max(most, std::abs(x));
  return most;
}

/// Largest difference, relative to the largest entry of b (to 1 where all are smaller); infinite where the arrays
/// do not match. Equal infinities do not differ.
inline double difference(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double most = 0, scale = 1;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) return std::numeric_limits<double>::infinity();
    most = std::max(most, std::abs(a[i] - b[i]));
  }
  for (double x : b)
    if (std::isfinite(x)) scale = std::max(scale, std::abs(x));
  return most / scale;
}

/// The parameters that a program reads, with their names.
struct ProgramParameters {
  std::vector<std::string> names;
  std::vector<ir::Value> values;
};
inline ProgramParameters parameters_of(const ir::Graph& graph) {
  ProgramParameters found;
  for (int i = 0; i < graph.size(); ++i)
    if (graph[ir::Value{i}].is_parameter()) {
      found.names.push_back(graph[ir::Value{i}].name());
      found.values.push_back(ir::Value{i});
    }
  return found;
}

}  // namespace unfurl::test
