#include "models/convolutional.hpp"

#include <cmath>

#include "unfurl/at.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl {

namespace {

/// Moves the windows over the images, [channels, pixels].
ir::Value filtered(ir::Builder& b, ir::Value filter, ir::Value image, const Convolutional& o,
                   const Windows& w) {
  ir::Convolution c{o.height, o.width, w.height, w.width, 1, 1, w.padding_down, w.padding_right};
  if (w.border != Border::zero) {
    image = ir::pad_image(b, image, c, w.border);
    c = {o.height + 2 * w.padding_down, o.width + 2 * w.padding_right, w.height, w.width};
  }
  return ir::convolution(b, filter, image, c);
}

}  // namespace

Network convolutional(const Convolutional& o) {
  Unrolled u;
  u.signature.layers = 1;
  u.made_by.algorithm = "convolutional network";
  u.signature.inputs.push_back({o.input, o.input_type, Where::here()});
  u.signature.readouts = {o.output};
  ir::Builder program(u.graph);
  Random random(o.seed);
  const auto parameter = [&](const std::string& name, ir::Type type, double deviation) {
    Parameter p{name, name, 0, type, true, {}, {0}};
    for (std::size_t i = 0; i < type.size(); ++i) p.values.push_back(deviation * random.normal());
    u.parameters.push_back(std::move(p));
    return program.param(name, type);
  };
  const ir::Value seen = program.input(o.input, o.input_type);
  ir::Value value = seen;
  for (std::size_t layer = 0; layer < o.windows.size(); ++layer) {
    const std::string name = "conv" + std::to_string(layer);
    const int in = program.type(value).planes, out = o.channels[layer];
    const int taps = o.windows[layer].height * o.windows[layer].width;
    const ir::Value bias = parameter(name + ".bias", {out, 1}, 0);
    const ir::Value filter = parameter(name, {out, in * taps}, std::sqrt(2.0 / (in * taps)));
    const std::vector<double> drawn = u.parameters.all().back().values;  // tap by tap
    for (int i = 0; i < out * in; ++i)
      for (int tap = 0; tap < taps; ++tap)
        u.parameters.all().back().values[at(i) * at(taps) + at(tap)] = drawn[at(tap) * at(out * in) + at(i)];
    value = program.add(filtered(program, filter, value, o, o.windows[layer]), bias);
    if (layer + 1 < o.windows.size()) value = program.relu(value);
  }
  if (o.residual) value = program.add(seen, value);
  u.graph.outputs = {{Signature::output(o.output, 1), value}};
  if (o.any_length)
    u.made_by.with_structure = [o](const Structure& length) {
      Convolutional other = o;
      other.input_type.rows = other.width = length.at(0);
      return convolutional(other).unrolled();
    };
  return Network(std::move(u));
}

}  // namespace unfurl
