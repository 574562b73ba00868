// Several programs as one, so that a single file is exported, and what it gives is judged.
#pragma once

#include <map>

#include "c_program.hpp"
#include "passes/passes.hpp"
#include "program/attributes.hpp"

namespace unfurl::test {

/// Leaves and outputs get a prefix. What one program gives for several draws of its leaves, the same `name`, is judged together:
/// rounding may be lucky once.
class Together {
 public:
  void add(const ir::Graph& program, const Numbers& leaves, const std::string& prefix,
           const std::string& program_name = "") {
    std::vector<ir::Value> renamed;
    for (int i = 0; i < program.size(); ++i) {
      const ir::Node& node = program[ir::Value{i}];
      ir::Attributes attributes = node.attributes;
      if (node.is_input() || node.is_parameter()) {
        attributes = ir::Leaf{prefix + node.name(), node.type};
        numbers[prefix + node.name()] = leaves.at(node.name());
      }
      std::vector<ir::Value> args;
      for (const ir::Value a : node.args) args.push_back(renamed[static_cast<std::size_t>(a.id)]);
      renamed.push_back(graph.add(*node.op, std::move(args), std::move(attributes)));
    }
    for (const auto& [name, v] : program.outputs) {
      graph.outputs.emplace_back(prefix + name, renamed[static_cast<std::size_t>(v.id)]);
      judged_as_[prefix + name] = (program_name.empty() ? prefix : program_name) + name;
    }
  }
  ir::Graph graph;
  Numbers numbers;

  /// In both precisions: `run(parameters, leaves, doubles)` is what the exported program gives.
  template <class Run>
  void check(int batch, Run run) const {
    Numbers as_floats = numbers;
    for (auto& [name, values] : as_floats)
      for (double& v : values) v = static_cast<double>(static_cast<float>(v));
    const Numbers in_double = results<double>(as_floats, batch), in_float = results<float>(as_floats, batch);
    for (const bool doubles : {true, false}) {
      Numbers parameters;
      for (int i = 0; i < graph.size(); ++i)
        if (const ir::Node& node = graph[ir::Value{i}]; node.is_parameter())
          parameters[node.name()] = as_floats.at(node.name());
      const Numbers exported = run(parameters, as_floats, doubles);
      Numbers all_exported, all_double, all_float;
      const auto append = [](std::vector<double>& to, const std::vector<double>& values) {
        to.insert(to.end(), values.begin(), values.end());
      };
      for (const auto& [name, values] : exported) {
        const std::string& as = judged_as_.at(name);
        append(all_exported[as], values);
        append(all_double[as], in_double.at(name)), append(all_float[as], in_float.at(name));
      }
      for (const auto& [name, values] : all_exported)
        check_exported(name, doubles, values, all_double.at(name), all_float.at(name));
    }
  }

 private:
  template <class T>
  Numbers results(const Numbers& leaves, int batch) const {
    Evaluation<T> evaluation(ir::optimize(graph), leaves, batch);
    evaluation.executor().require_finite_results = false;
    return evaluation.run();
  }
  std::map<std::string, std::string> judged_as_;
};

}  // namespace unfurl::test
