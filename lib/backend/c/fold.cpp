// Computing what is the same for all samples.
#include <algorithm>
#include <cmath>

#include "backend/c/program.hpp"
#include "backend/cpu/executor.hpp"
#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/error.hpp"

namespace unfurl::c {

namespace {

using ir::Graph;
using ir::Node;
using ir::Value;

/// Values without samples that others with samples, or nobody but the caller, read.
std::vector<char> border_of(const Graph& g) {
  std::vector<char> wanted(static_cast<std::size_t>(g.size()), 0);
  const auto want = [&](Value v) {
    if (!g.type(v).lanes) wanted[at(v)] = 1;
  };
  for (int i = 0; i < g.size(); ++i) {
    const Node& node = g[Value{i}];
    if (node.type.lanes)
      for (Value a : node.args) want(a);
    else if (std::any_of(node.args.begin(), node.args.end(), [&](Value a) { return g.type(a).lanes; }))
      throw InternalError(detail::cat("operation '", node.op->name, "' adds up samples"), node.origin,
                          "export results that every sample has by itself");
  }
  for (const auto& [name, v] : g.outputs) want(v);
  return wanted;
}

/// Their numbers, by value.
std::map<int, ir::Numbers> evaluate(const Graph& g, const std::vector<char>& wanted,
                                    const Arrays& parameters) {
  std::map<int, ir::Numbers> numbers;
  Graph border = g;
  border.outputs.clear();
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i] != 0) border.outputs.emplace_back(std::to_string(i), Value{static_cast<int>(i)});
  if (border.outputs.empty()) return numbers;
  exec::Executor<double> executor(exec::make_plan(ir::remove_dead(border)), 1);
  executor.require_finite_results = false;
  executor.flush_denormals = false;
  for (const auto& [name, values] : parameters) executor.bind(name, values.data());
  executor.run(0, {});
  for (const auto& [name, v] : border.outputs) {
    const double* from = executor.result(name);
    const Node& node = g[v];
    std::vector<double> values(from, from + node.type.size());
    if (std::any_of(values.begin(), values.end(), [](double x) { return std::isnan(x); }))
      throw NumericalError(detail::cat("operation '", node.op->name, "' gives NaN, whatever the data"),
                           node.origin, "check the values of the parameters");
    numbers[v.id] = std::make_shared<const std::vector<double>>(std::move(values));
  }
  return numbers;
}

}  // namespace

Graph fold(const Graph& program, const Arrays& parameters) {
  const std::vector<char> wanted = border_of(program);
  const std::map<int, ir::Numbers> numbers = evaluate(program, wanted, parameters);
  Graph to;
  std::vector<Value> renamed(wanted.size());
  for (int i = 0; i < program.size(); ++i) {
    const Node& node = program[Value{i}];
    const auto k = static_cast<std::size_t>(i);
    if (wanted[k] != 0) {
      ir::Constant constant{.shape = node.type, .data = numbers.at(i)};
      renamed[k] = to.add(ir::ops::constant, {}, std::move(constant), node.layer, node.origin);
    } else if (node.type.lanes) {
      std::vector<Value> args;
      for (Value a : node.args) args.push_back(renamed[at(a)]);
      renamed[k] = to.add(*node.op, std::move(args), node.attributes, node.layer, node.origin);
    }
  }
  for (const auto& [name, v] : program.outputs) to.outputs.emplace_back(name, renamed[at(v)]);
  return ir::remove_dead(to);
}

}  // namespace unfurl::c
