// Nodes of programs.
#include "program/attributes.hpp"
#include "program/operations.hpp"
#include "unfurl/error.hpp"
#include "unfurl/extend/program.hpp"

namespace unfurl::ir {

using detail::cat;

bool Node::is_input() const { return op == &ops::input; }
bool Node::is_parameter() const { return op == &ops::param; }
bool Node::is_constant() const { return op == &ops::constant; }
const std::string& Node::name() const& { return attributes.as<Leaf>().name; }

namespace {

/// Refuses a definition that would fail only later.
void check_definition(const Operation& op) {
  if (op.name.empty() || !op.infer)
    throw InternalError(cat("operation '", op.name, "' is defined without ",
                            op.name.empty() ? (op.infer ? "name" : "name, infer") : "infer"),
                        "",
                        "set them in its Operation: what it is called in texts, and the type of its result");
  if (op.parts == Parts::result_of_operand && !op.first_row)
    throw InternalError(cat("operation '", op.name, "' is defined without first_row"), "",
                        "say in its Operation which rows of the operand the result is");
}

}  // namespace

Value Graph::add(const Operation& op, std::vector<Value> args, Attributes attributes, int layer,
                 std::string origin) {
  check_definition(op);
  if (attributes.empty()) attributes = op.attributes;
  if (!attributes.same_struct(op.attributes))
    throw InternalError(cat("operation '", op.name, "' is given the attributes of another one"), origin);
  std::vector<Type> types;
  types.reserve(args.size());
  for (Value v : args) {
    if (v.id < 0 || v.id >= size())
      throw InternalError(cat("operation '", op.name, "' uses an absent value"), origin);
    types.push_back(type(v));
  }
  if (op.arity >= 0 && static_cast<int>(args.size()) != op.arity)
    throw InternalError(cat("operation '", op.name, "' takes ", op.arity, " operands, not ", args.size()),
                        origin);
  Node node;
  try {
    node.type = op.infer(types, attributes);
  } catch (const InternalError& error) {  // name the operation, and the declaration instead of a line of ours
    throw InternalError(cat("operation '", op.name, "': ", error.what_happened()),
                        origin.empty() ? error.where() : origin);
  }
  node.op = &op;
  node.args = std::move(args);
  node.attributes = std::move(attributes);
  node.layer = layer;
  node.origin = std::move(origin);
  nodes_.push_back(std::move(node));
  return {size() - 1};
}

Value Graph::output(std::string_view name) const {
  for (const auto& [n, v] : outputs)
    if (n == name) return v;
  throw InternalError(cat("the program has no output '", name, "'"));
}

}  // namespace unfurl::ir
