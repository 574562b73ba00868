#include "backend/onnx/program.hpp"

#include <algorithm>
#include <set>

#include "backend/onnx/writers/writers.hpp"
#include "backend/targets.hpp"
#include "passes/passes.hpp"
#include "program/attributes.hpp"
#include "unfurl/error.hpp"

namespace unfurl::onnx {

namespace {

using ir::Graph;
using ir::Node;
using ir::Value;

/// Values of the program as they are in the model.
class Translation {
 public:
  Translation(const Graph& program, Nodes& nodes) : graph_(program), nodes_(nodes) {}

  void run(const std::vector<Input>& inputs) {
    const auto count = static_cast<std::size_t>(graph_.size());
    names_.resize(count);
    numbers_.resize(count);
    for (const Input& input : inputs)  // in the signature's order
      for (int i = 0; i < graph_.size(); ++i) {
        const Node& node = graph_[Value{i}];
        if (!node.is_input() || node.name() != input.name) continue;
        if (known_.count(input.name) == 0) known_[input.name] = nodes_.input(input.name, node.type);
        names_[static_cast<std::size_t>(i)] = known_[input.name];
      }
    for (int i = 0; i < graph_.size(); ++i)
      if (!graph_[Value{i}].is_input()) translate(Value{i});
    for (const auto& [name, v] : graph_.outputs) nodes_.output(name, graph_.type(v), name_of(v));
  }

 private:
  const std::vector<double>* numbers_of(Value v) {
    if (!graph_[v].is_constant()) return nullptr;
    const auto& constant = graph_[v].attributes.as<ir::Constant>();
    ir::Numbers& numbers = numbers_[c::at(v)];
    if (!numbers)
      numbers = constant.data
                    ? constant.data
                    : std::make_shared<const std::vector<double>>(graph_.type(v).size(), constant.value);
    return numbers.get();
  }

  Name name_of(Value v) {
    Name& name = names_[c::at(v)];
    if (name.empty() && graph_[v].is_constant())
      name = nodes_.numbers(*numbers_of(v), {1, graph_.type(v).planes, graph_.type(v).rows});
    detail::check(!name.empty(), "values of a program are written before they are read");
    return name;
  }

  void translate(Value v) {
    const Node& node = graph_[v];
    if (node.is_constant()) return;  // when it is read: matrices of products lie otherwise
    const Writer writer = find_writer(*node.op);
    detail::check(writer != nullptr, "a lowered program has operations of its target");
    Site site{nodes_, node.attributes, node.type, {}, {}, {}};
    for (std::size_t i = 0; i < node.args.size(); ++i) {
      const Value a = node.args[i];
      site.constants.push_back(numbers_of(a));
      site.types.push_back(graph_.type(a));
      site.in.push_back(i == 0 && reads_numbers(node) && site.constants[0] ? Name() : name_of(a));
    }
    names_[c::at(v)] = writer(site);
  }

  /// Operations that arrange the numbers of their first operand by themselves.
  static bool reads_numbers(const Node& node) {
    return matrix_writers().count(node.op) + convolution_writers().count(node.op) != 0
               ? !node.op->name.starts_with("batch") && node.op->name != "inverse"
               : node.op->name.starts_with("table_");
  }

  const Graph& graph_;
  Nodes& nodes_;
  std::vector<Name> names_;
  std::vector<ir::Numbers> numbers_;
  std::map<std::string, Name> known_;
};

}  // namespace

Writer find_writer(const ir::Operation& op) {
  for (const Writers* all :
       {&elementwise_writers(), &row_writers(), &plane_writers(), &message_writers(), &parity_writers(),
        &matrix_writers(), &convolution_writers(), &selection_writers()})
    if (const auto found = all->find(&op); found != all->end()) return found->second;
  return nullptr;
}

std::string write(const Graph& program, const c::Arrays& parameters, const std::vector<Input>& inputs,
                  const std::vector<CarriedState>& states, const Options& options) {
  const Graph lowered = ir::lower(c::fold(ir::remove_dead(program), parameters), targets::onnx());
  Nodes nodes(options.doubles);
  if (!options.about.empty()) nodes.about("about", options.about);
  for (const CarriedState& state : states) nodes.about("state " + state.input, state.result);
  Translation(c::fold(lowered, {}), nodes).run(inputs);
  return nodes.model(options.name, "unfurl");
}

}  // namespace unfurl::onnx
