// Nodes and the text form of programs.
#include <algorithm>
#include <cmath>

#include "unfurl/ir.hpp"

namespace unfurl::ir {

using detail::cat;

IndexTable::IndexTable(std::vector<int> t, int n) : target(std::move(t)), count(n) {
  offsets.assign(static_cast<std::size_t>(count) + 1, 0);
  for (int v : target) {
    if (v < 0 || v >= count) throw InternalError(cat("index ", v, " outside 0..", count - 1));
    ++offsets[static_cast<std::size_t>(v) + 1];
  }
  for (std::size_t i = 1; i < offsets.size(); ++i) offsets[i] += offsets[i - 1];
  members.resize(target.size());
  auto next = offsets;
  for (std::size_t i = 0; i < target.size(); ++i)
    members[static_cast<std::size_t>(next[static_cast<std::size_t>(target[i])]++)] = static_cast<int>(i);
}

Index make_index(std::vector<int> target, int count) {
  return std::make_shared<const IndexTable>(std::move(target), count);
}

bool Attributes::operator==(const Attributes& o) const {
  const bool same_index = index == o.index || (index && o.index && *index == *o.index);
  const bool same_data = data == o.data || (data && o.data && *data == *o.data);
  return same_index && same_data && number == o.number && transpose == o.transpose && axis == o.axis &&
         begin == o.begin && shape == o.shape && name == o.name;
}

namespace {

/// Refuses a definition that would fail only when it is planned or run.
void check_definition(const OpDef& op) {
  std::string missing;
  const auto need = [&](bool there, const char* what) {
    if (!there) missing += cat(missing.empty() ? "" : ", ", what);
  };
  need(!op.name.empty(), "name");
  need(op.infer != nullptr, "infer");
  need(op.arity == 0 || op.f32 != nullptr, "f32");
  need(op.arity == 0 || op.f64 != nullptr, "f64");
  if (!missing.empty())
    throw InternalError(cat("operation '", op.name, "' is registered without ", missing), "",
                        "set them in its OpDef: the result type, and a kernel in either precision");
}

}  // namespace

const OpDef& find_op(std::string_view name) {
  static const auto table = [] {
    std::map<std::string_view, const OpDef*> t;
    for (const OpDef* op : all_ops()) {
      check_definition(*op);
      if (!t.emplace(op->name, op).second)
        throw InternalError(cat("operation '", op->name, "' is registered twice"));
    }
    return t;
  }();
  const auto found = table.find(name);
  if (found == table.end()) throw InternalError(cat("there is no operation '", name, "'"));
  return *found->second;
}

Value Graph::add(const OpDef& op, std::vector<Value> args, Attributes attributes, int layer,
                 std::string origin) {
  check_definition(op);
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

std::string Graph::text() const {
  std::string s;
  for (int i = 0; i < size(); ++i) {
    const Node& n = (*this)[Value{i}];
    s += cat("%", i, ":", to_string(n.type), " = ", n.op->name);
    for (Value a : n.args) s += cat(" %", a.id);
    const Attributes& at = n.attributes;
    if (!at.name.empty()) s += cat(" \"", at.name, "\"");
    if (at.number != 0) s += cat(" ", at.number);
    if (at.transpose) s += " transposed";
    if (n.op->name == "matmul" || n.op->name == "outer")
      s += at.axis == Axis::planes ? " over planes" : " over rows";
    if (at.begin != 0) s += cat(" from ", at.begin);
    if (at.index) s += cat(" index(", at.index->target.size(), " to ", at.index->count, ")");
    if (n.layer >= 0) s += cat("  # layer ", n.layer);
    s += "\n";
  }
  for (const auto& [name, v] : outputs) s += cat("return ", name, " = %", v.id, "\n");
  return s;
}

}  // namespace unfurl::ir
