#include "backend/reference/interpreter.hpp"

#include "backend/reference/definitions.hpp"
#include "backend/targets.hpp"
#include "program/attributes.hpp"
#include "unfurl/error.hpp"

namespace unfurl::reference {

namespace {

using detail::cat;
using ir::Value;

std::vector<double> leaf(const ir::Node& node, const Arrays& leaves, std::size_t size) {
  if (node.is_constant()) {
    std::vector<double> numbers(size);
    for (std::size_t i = 0; i < size; ++i) numbers[i] = node.attributes.as<ir::Constant>().entry(i);
    return numbers;
  }
  const auto found = leaves.find(node.name());
  if (found == leaves.end() || found->second.size() != size)
    throw InternalError(cat("'", node.name(), "' of ", size, " numbers is given ",
                            found == leaves.end() ? "none" : cat(found->second.size())));
  return found->second;
}

}  // namespace

Definition find_definition(const ir::Operation& op) {
  for (const Definitions* table :
       {&elementwise_definitions(), &array_definitions(), &message_definitions(), &convolution_definitions(),
        &fourier_definitions(), &penalty_definitions(), &inverse_definitions(), &batch_matrix_definitions()})
    if (const auto found = table->find(&op); found != table->end()) return found->second;
  return nullptr;
}

Arrays run(const ir::Graph& program, const Arrays& leaves, int batch) {
  const ir::Graph lowered = ir::lower(program, targets::reference());
  std::vector<std::vector<double>> values;
  for (int i = 0; i < lowered.size(); ++i) {
    const ir::Node& node = lowered[Value{i}];
    const int lanes = node.type.lanes ? batch : 1;
    const std::size_t size = node.type.size() * static_cast<std::size_t>(lanes);
    if (node.op->arity == 0) {
      values.push_back(leaf(node, leaves, size));
      continue;
    }
    Operands operands{{}, node.attributes};
    for (Value a : node.args)
      operands.all.push_back({lowered.type(a), lowered.type(a).lanes ? batch : 1,
                              values[static_cast<std::size_t>(a.id)].data()});
    const Definition entry = find_definition(*node.op);
    std::vector<double> result;
    result.reserve(size);
    for (int p = 0; p < node.type.planes; ++p)
      for (int r = 0; r < node.type.rows; ++r)
        for (int l = 0; l < lanes; ++l) result.push_back(entry(operands, p, r, l));
    values.push_back(std::move(result));
  }
  Arrays results;
  for (const auto& [name, v] : lowered.outputs) results[name] = values[static_cast<std::size_t>(v.id)];
  return results;
}

}  // namespace unfurl::reference
