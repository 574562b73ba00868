// What is exported as C computes what the library does.
#include <algorithm>
#include <map>

#include "backend/c/texts/text.hpp"
#include "c_program.hpp"
#include "grad/op_examples.hpp"
#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "property/laws.hpp"
#include "property/random_program.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

/// Several programs as one, so that a single file is compiled; leaves and outputs get a prefix. What one program gives for several
/// draws of its leaves, the same `name`, is judged together: rounding may be lucky once.
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

  /// Exports, compiles, runs and compares, in both precisions.
  void check(int batch) const {
    Numbers as_floats = numbers;
    for (auto& [name, values] : as_floats)
      for (double& v : values) v = static_cast<double>(static_cast<float>(v));
    const Numbers in_double = results<double>(as_floats, batch), in_float = results<float>(as_floats, batch);
    for (const bool doubles : {true, false}) {
      Numbers parameters;
      for (int i = 0; i < graph.size(); ++i)
        if (const ir::Node& node = graph[ir::Value{i}]; node.is_parameter())
          parameters[node.name()] = as_floats.at(node.name());
      CProgram c(graph, parameters, batch, doubles);
      const Numbers exported = c.run(as_floats);
      REQUIRE(c.status <= 0);
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

/// What adds up samples, what only gradients need, and what is written as its expansion; others have no text in C.
const std::vector<const ir::Operation*> without_text = {&ir::ops::outer,
                                                        &ir::ops::product_sum,
                                                        &ir::ops::normalize_planes_pull,
                                                        &ir::ops::convolution_kernel,
                                                        &ir::ops::table_sums,
                                                        &ir::ops::normalized_table_message,
                                                        &ir::ops::normalized_table_pull,
                                                        &ir::ops::normalized_table_sums,
                                                        &ir::ops::parity_pull,
                                                        &ir::ops::shrink_singular_values_slope};

}  // namespace

TEST_CASE("every operation that results of samples can need has a text in C") {
  for (const ir::Operation* op : ir::all_operations()) {
    if (op->arity == 0) continue;
    const bool excepted = std::find(without_text.begin(), without_text.end(), op) != without_text.end();
    CHECK_MESSAGE((c::find_writer(*op) != nullptr) != excepted, op->name);
  }
}

TEST_CASE("every operation exported as C computes what the library does, however its operands broadcast") {
  if (!CProgram::there_is_a_compiler()) return;
  for (const int batch : {1, 3}) {
    Together all;
    int count = 0;
    for (const OpExample& example : op_examples()) {
      ExampleProgram program = declare(example);
      const ir::Node& node = program.graph[program.result];
      if (!node.type.lanes ||
          std::find(without_text.begin(), without_text.end(), node.op) != without_text.end())
        continue;
      program.graph.outputs = {{"y", program.result}};
      std::mt19937 random(static_cast<unsigned>(++count));
      all.add(program.graph, draw(example, batch, random),
              to_string(example) + " " + std::to_string(count) + " ");
    }
    CHECK(count > 300);
    all.check(batch);
  }
}

TEST_CASE("random programs exported as C compute what the library does") {
  if (!CProgram::there_is_a_compiler()) return;
  for (const int batch : {1, 5}) {
    Together all;
    for (unsigned seed = 1; seed <= 30; ++seed) {
      ir::Graph program = random_program(seed, 60);
      std::erase_if(program.outputs, [](const auto& output) { return output.first.rfind("value", 0) != 0; });
      program = ir::remove_dead(program);
      for (unsigned draw = 0; draw < 3; ++draw) {
        const std::string name = "p" + std::to_string(seed) + " ";
        all.add(program, random_numbers(program, batch, seed + 1000 * draw),
                name + std::to_string(draw) + " ", name);
      }
    }
    all.check(batch);
  }
}

TEST_CASE("networks of every model and algorithm exported as C compute what the library does") {
  if (!CProgram::there_is_a_compiler()) return;
  Together all;
  int count = 0;
  for (const Case& c : all_cases()) {
    const Network network = unroll(c.model, c.algorithm, 3).untie(unfurl::all).compile();
    Dataset data = c.data;
    const int samples = data.samples();
    const ir::Graph program = program_of(network);
    if (samples < 2) continue;
    const Numbers leaves = samples == 2 ? leaves_of(network, data)
                                        : test::samples(program, leaves_of(network, data), samples, 0, 2);
    all.add(program, leaves, c.name + " " + std::to_string(++count) + " ");
  }
  CHECK(count > 20);
  all.check(2);
}

}  // namespace unfurl::test

TEST_SUITE_END();
