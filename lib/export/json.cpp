// Networks in JSON.
#include <nlohmann/json.hpp>
#include <set>

#include "export/results.hpp"
#include "network/check_data.hpp"
#include "network/runner.hpp"
#include "unfurl/extend/operation.hpp"

namespace unfurl {

namespace {

using Json = nlohmann::ordered_json;

std::string domain_text(const ir::Type& type) {
  if (type.domain != Domain::index) return type.domain == Domain::nonneg ? "nonneg" : "real";
  return type.states > 0 ? detail::cat("states 0 .. ", type.states - 1) : "whole numbers";
}

Json shaped(const std::string& name, const ir::Type& type) {
  return {{"name", name}, {"shape", {type.planes, type.rows}}, {"domain", domain_text(type)}};
}

/// One value of the program; attributes as Graph::text() writes them, constants and tables too.
Json value(const ir::Graph& program, ir::Value v) {
  const ir::Node& node = program[v];
  std::vector<int> operands;
  for (const ir::Value a : node.args) operands.push_back(a.id);
  Json json = {{"value", v.id},
               {"operation", node.op->name},
               {"operands", operands},
               {"attributes", node.attributes.text()},
               {"shape", {node.type.planes, node.type.rows}},
               {"per_sample", node.type.lanes}};
  if (node.layer >= 0) json["layer"] = node.layer + 1;
  if (!node.origin.empty()) json["origin"] = node.origin;
  return json;
}

/// A line for every value, array and parameter.
std::string lines(const Json& json) {
  std::string text = "{";
  for (const auto& [key, item] : json.items()) {
    text += (text.size() == 1 ? "\n" : ",\n") + Json(key).dump() + ": ";
    if (!item.is_array()) {
      text += item.dump();
      continue;
    }
    text += "[";
    for (std::size_t i = 0; i < item.size(); ++i) text += (i == 0 ? "\n " : ",\n ") + item[i].dump();
    text += "]";
  }
  return text + "\n}\n";
}

}  // namespace

std::string to_json(const Network& network, const ExportOptions& options) {
  const Unrolled& u = network.unrolled();
  const ir::Graph program = program_of(u, exported_results(u, options), options.layer);
  check_parameters(u.graph, u.parameters);
  std::set<std::string> read;
  Json values = Json::array(), inputs = Json::array(), results = Json::array(), states = Json::array();
  for (int i = 0; i < program.size(); ++i) {
    values.push_back(value(program, ir::Value{i}));
    if (program[ir::Value{i}].is_parameter() || program[ir::Value{i}].is_input())
      read.insert(program[ir::Value{i}].name());
  }
  for (const Input& input : u.signature.inputs)
    if (read.count(input.name) != 0) {
      inputs.push_back(shaped(input.name, input.type));
      if (input.gaps) inputs.back()["gaps"] = true;
    }
  for (const auto& [name, v] : program.outputs) {
    results.push_back(shaped(name, program.type(v)));
    results.back()["value"] = v.id;
  }
  for (const CarriedState& s : u.signature.states)
    states.push_back({{"input", s.input}, {"result", s.result}});
  Json parameters = Json::array();
  for (const Parameter& p : u.parameters) {
    if (read.count(p.name) == 0) continue;
    check_values(p);
    parameters.push_back(shaped(p.name, p.type));
    parameters.back()["values"] = p.values;
  }
  const Json json = {{"format", "unfurl network 1"},
                     {"name", options.name},
                     {"algorithm", u.made_by.algorithm},
                     {"layers", network.layers()},
                     {"inputs", inputs},
                     {"results", results},
                     {"states", states},
                     {"parameters", parameters},
                     {"program", values}};
  return lines(json);
}

}  // namespace unfurl
