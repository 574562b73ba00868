#include "models/convolutional.hpp"

#include <cmath>

namespace unfurl {

Network convolutional(const Convolutional& o) {
  Unrolled u;
  u.layers = 1;
  u.algorithm = "convolutional network";
  u.inputs.push_back({o.input, o.input_type, Where::here()});
  u.readouts = {o.output + ".logit"};
  ir::Builder program(u.graph);
  Random random(o.seed);
  const auto parameter = [&](const std::string& name, ir::Type type, double deviation) {
    Parameter p{name, name, 0, type, true, {}, {0}};
    for (std::size_t i = 0; i < type.size(); ++i) p.values.push_back(deviation * random.normal());
    u.parameters.push_back(std::move(p));
    return program.param(name, type);
  };
  ir::Value value = program.input(o.input, o.input_type);
  for (std::size_t layer = 0; layer < o.taps.size(); ++layer) {
    const std::string name = "conv" + std::to_string(layer);
    const int in = program.type(value).planes, out = o.channels[layer];
    const auto inputs = static_cast<double>(in) * static_cast<double>(o.taps[layer].size());
    ir::Value sum = parameter(name + ".bias", {out, 1}, 0);
    for (std::size_t tap = 0; tap < o.taps[layer].size(); ++tap) {
      const ir::Value filter = parameter(name + "." + std::to_string(tap), {out, in}, std::sqrt(2 / inputs));
      sum = program.add(program.matmul(filter, o.taps[layer][tap](program, value), false, ir::Axis::planes),
                        sum);
    }
    value = layer + 1 < o.taps.size() ? program.relu(sum) : sum;
  }
  u.graph.outputs = {{o.output + ".logit@1", value}};
  if (o.any_length)
    u.with_structure = [o](const Structure& length) {
      Convolutional other = o;
      other.input_type.rows = length.at(0);
      return convolutional(other).unrolled();
    };
  return Network(std::move(u));
}

}  // namespace unfurl
