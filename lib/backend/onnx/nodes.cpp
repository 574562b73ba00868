#include "backend/onnx/nodes.hpp"

#include <limits>

#include "unfurl/error.hpp"

namespace unfurl::onnx {

namespace {

// Numbers of fields and types in onnx.proto.
enum TensorType { type_float = 1, type_int64 = 7, type_double = 11 };
constexpr int ir_version = 8, operator_set = 17;

Message named_attribute(const Attribute& attribute) {
  Message m;
  m.text(1, attribute.first);
  if (const auto* number = std::get_if<std::int64_t>(&attribute.second)) {
    m.whole(3, *number);
    m.whole(20, 2);
  } else {
    for (const std::int64_t i : std::get<Integers>(attribute.second)) m.whole(8, i);
    m.whole(20, 7);
  }
  return m;
}

Message value_info(const std::string& name, const ir::Type& type, int element, bool samples) {
  Message shape;
  const auto extent = [&](std::int64_t n) {
    Message dimension;
    dimension.whole(1, n);
    shape.message(1, dimension);
  };
  Message batch;
  if (samples)
    batch.text(2, "batch");
  else
    batch.whole(1, 1);
  shape.message(1, batch);
  if (type.planes != 1) extent(type.planes);
  extent(type.rows);
  Message tensor, of_type, info;
  tensor.whole(1, element);
  tensor.message(2, shape);
  of_type.message(1, tensor);
  info.text(1, name);
  info.message(2, of_type);
  return info;
}

Integers outer_shape(const ir::Type& type) {
  return type.planes == 1 ? Integers{0, type.rows} : Integers{0, type.planes, type.rows};
}

}  // namespace

double Nodes::largest() const {
  return doubles_ ? std::numeric_limits<double>::max()
                  : static_cast<double>(std::numeric_limits<float>::max());
}

Name Nodes::fresh() { return "v" + std::to_string(count_++); }

Name Nodes::add(const std::string& operation, const std::vector<Name>& operands,
                const std::vector<Attribute>& attributes, int results) {
  Message node;
  std::string key = operation;
  for (const Name& operand : operands) node.text(1, operand), key += " " + operand;
  for (const Attribute& attribute : attributes) key += " " + named_attribute(attribute).bytes();
  const auto [place, is_new] = known_.emplace(key, "");
  if (!is_new) return place->second;
  Name name = place->second = fresh();
  for (int i = 0; i < results; ++i) node.text(2, i == 0 ? name : detail::cat(name, ".", i));
  node.text(3, "n" + name);
  node.text(4, operation);
  for (const Attribute& attribute : attributes) node.message(5, named_attribute(attribute));
  graph_.message(1, node);
  return name;
}

void Nodes::tensor(const Name& name, int type, const Integers& shape, const std::string& bytes) {
  Message m;
  for (const std::int64_t n : shape) m.whole(1, n);
  m.whole(2, type);
  m.text(8, name);
  m.text(9, bytes);
  constants_.message(5, m);
}

Name Nodes::number(double value) { return numbers({value}, {1, 1, 1}); }

Name Nodes::numbers(const std::vector<double>& values, const Integers& shape) {
  std::string bytes, key = "numbers";
  for (const double v : values) {
    if (doubles_)
      put_little_endian(bytes, std::bit_cast<std::uint64_t>(v));
    else
      put_little_endian(bytes, std::bit_cast<std::uint32_t>(static_cast<float>(v)));
  }
  for (const std::int64_t n : shape) key += detail::cat(" ", n);
  const auto [place, is_new] = known_.emplace(key + ":" + bytes, "");
  if (is_new) tensor(place->second = fresh(), doubles_ ? type_double : type_float, shape, bytes);
  return place->second;
}

Name Nodes::integers(const Integers& values) {
  std::string bytes;
  for (const std::int64_t v : values) put_little_endian(bytes, static_cast<std::uint64_t>(v));
  const auto [place, is_new] = known_.emplace("integers:" + bytes, "");
  if (is_new) tensor(place->second = fresh(), type_int64, {static_cast<std::int64_t>(values.size())}, bytes);
  return place->second;
}

Name Nodes::input(const std::string& name, const ir::Type& type) {
  inputs_.message(11, value_info(name, type, doubles_ ? type_double : type_float, true));
  if (first_input_.empty()) first_input_ = name;
  return type.planes == 1 ? reshape(name, {0, type.planes, type.rows}) : name;
}

void Nodes::output(const std::string& name, const ir::Type& type, const Name& value) {
  const bool samples = type.lanes || !first_input_.empty();
  outputs_.message(12, value_info(name, type, doubles_ ? type_double : type_float, samples));
  const Name all = samples ? for_all_samples(value, type) : value;
  Message node;
  node.text(1, all);
  if (type.planes == 1) node.text(1, integers(outer_shape(type)));
  node.text(2, name);
  node.text(3, "n" + fresh());
  node.text(4, type.planes == 1 ? "Reshape" : "Identity");
  graph_.message(1, node);
}

Name Nodes::for_all_samples(const Name& value, const ir::Type& type) {
  if (type.lanes || first_input_.empty()) return value;
  const Name batch = add("Shape", {first_input_}, {{"start", 0}, {"end", 1}});
  return add("Expand", {value, add("Concat", {batch, integers({type.planes, type.rows})}, {{"axis", 0}})});
}

std::string Nodes::model(const std::string& name, const std::string& producer) const {
  Message graph, set, model;
  graph.text(2, name);
  set.text(1, "");
  set.whole(2, operator_set);
  model.whole(1, ir_version);
  model.text(2, producer);
  // The fields of one message may come in parts.
  const std::string parts =
      graph_.bytes() + graph.bytes() + constants_.bytes() + inputs_.bytes() + outputs_.bytes();
  model.text(7, parts);
  model.message(8, set);
  for (const auto& [key, text] : about_) {
    Message entry;
    entry.text(1, key);
    entry.text(2, text);
    model.message(14, entry);
  }
  return model.bytes();
}

}  // namespace unfurl::onnx
