#include "algorithms/messages/message_weights.hpp"

#include <charconv>

#include "algorithms/discrete.hpp"

namespace unfurl::algorithms {

using detail::cat;
using ir::Value;

std::vector<Value> over_edges(StepContext& c,
                              const std::function<Value(const Model::FactorDeclaration&)>& number) {
  std::vector<std::vector<Value>> parts(c.layout().variables.size());
  for (const auto& factors : c.layout().joint) {
    const auto& f = c.model().factors()[static_cast<std::size_t>(factors.declaration)];
    for (const auto& slot : factors.slots)
      parts[static_cast<std::size_t>(slot.variables)].push_back(
          fill_rows(c.builder(), number(f), f.edges.count()));
  }
  std::vector<Value> result;
  for (auto& p : parts) result.push_back(p.empty() ? Value{} : join_rows(c.builder(), p));
  return result;
}

namespace {

/// The parameter behind c of a declaration's factors.
Value multiplicity_parameter(const MessagePassing& o, StepContext& c, const Model::FactorDeclaration& f) {
  return c.parameter(o.per_factor ? cat(o.multiplicity, ".", f.name) : o.multiplicity);
}

}  // namespace

Value power_of(const MessagePassing& o, StepContext& c, const Model::FactorDeclaration& f) {
  const Value p = multiplicity_parameter(o, c, f);
  return o.inverted ? p : c.builder().div(c.builder().constant(1), p);
}

std::vector<Value> multiplicities(const MessagePassing& o, StepContext& c) {
  if (o.multiplicity.empty()) return std::vector<Value>(c.layout().variables.size());
  return over_edges(c, [&](const auto& f) {
    const Value p = multiplicity_parameter(o, c, f);
    return o.inverted ? c.builder().div(c.builder().constant(1), p) : p;
  });
}

Value coldness(const MessagePassing& o, StepContext& c) {
  if (!o.temperature) return {};
  return c.builder().div(c.builder().constant(1), c.parameter(o.prefix + ".temperature"));
}

Value unary_of(StepContext& c, std::size_t v, Value coldness) {
  const Value theta = c.unary(static_cast<int>(v));
  return coldness ? c.builder().multiply_no_nan(theta, coldness) : theta;
}

std::string weight_of_edges(const MessagePassing& o, const Layout::Variables& v) {
  return cat(o.prefix, ".weight.", v.variable.name);
}
std::string weight_of_type(const MessagePassing& o, const Model::FactorDeclaration& f) {
  return cat(o.prefix, ".weight.", f.spec.type->name(), f.edges.arity());
}
bool weighs_messages(const std::string& prefix, const std::string& name) {
  return name == prefix + ".weight" || name.starts_with(prefix + ".weight.") ||
         name.starts_with(prefix + ".belief_weight.");
}
std::optional<int> arity_of_weight(const std::string& prefix, const std::string& name) {
  const std::string start = cat(prefix, ".weight.");
  if (!name.starts_with(start)) return std::nullopt;
  const auto digits = name.find_last_not_of("0123456789") + 1;
  if (digits == name.size() || digits <= start.size()) return std::nullopt;
  int arity = 0;
  const auto read = std::from_chars(name.data() + digits, name.data() + name.size(), arity);
  if (read.ec != std::errc()) return std::nullopt;  // more digits than any arity has
  return arity;
}
std::string weight_of_belief(const MessagePassing& o, const Layout::Variables& v) {
  return cat(o.prefix, ".belief_weight.", v.variable.name);
}

EdgePairs::EdgePairs(const ir::IndexTable& edge_variable) {
  for (int e = 0; e < static_cast<int>(edge_variable.target.size()); ++e) {
    const auto v = static_cast<std::size_t>(edge_variable.target[static_cast<std::size_t>(e)]);
    for (int m = edge_variable.offsets[v]; m < edge_variable.offsets[v + 1]; ++m)
      if (const int other = edge_variable.members[static_cast<std::size_t>(m)]; other != e) {
        sent.push_back(e);
        received.push_back(other);
      }
  }
}

}  // namespace unfurl::algorithms
