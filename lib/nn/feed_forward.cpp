// Conventional networks in the same program representation, so that comparisons share everything but the structure.
#include <algorithm>
#include <cmath>

#include "passes/passes.hpp"
#include "unfurl/network.hpp"

namespace unfurl {

using detail::cat;
using ir::Value;

Network feed_forward(const FeedForward& o) {
  if (o.input.empty() || o.output.empty() || o.input_type.planes < 1 || o.input_type.rows < 1 ||
      o.outputs < 1 || std::any_of(o.hidden.begin(), o.hidden.end(), [](int n) { return n < 1; }))
    throw ScheduleError(
        "a feed-forward network without a name of its input or output, or with a layer of no units", "",
        "set input, input_type and output; every layer has at least one unit");
  Unrolled u;
  u.signature.layers = 1;
  u.made_by.algorithm = "feed-forward";
  ir::Graph graph;
  ir::Builder b(graph);
  Random random(o.seed);
  const bool shared = o.input_type.planes > 1;  // a network applied at every row
  const ir::Axis axis = shared ? ir::Axis::planes : ir::Axis::rows;
  int width = shared ? o.input_type.planes : o.input_type.rows;
  const auto extent = [&](int n) { return shared ? ir::Type{n, 1, false} : ir::Type{1, n, false}; };

  u.signature.inputs.push_back({o.input, o.input_type, {}});
  Value x = b.input(o.input, o.input_type);
  if (o.log_input) x = b.log(b.add(x, b.constant(1e-3)));
  if (!o.mean.empty()) {
    if (static_cast<int>(o.mean.size()) != width || o.deviation.size() != o.mean.size())
      throw DataError(cat("mean and deviation of ", o.mean.size(), " features for a network of ", width), "",
                      "give one mean and one deviation for every feature");
    if (std::any_of(o.deviation.begin(), o.deviation.end(), [](double d) { return !(d > 0); }))
      throw DataError("a feature of a feed-forward network has no positive deviation", "",
                      "leave out features that never change, or give them the deviation 1");
    x = b.div(b.sub(x, b.constant(o.mean, extent(width))),
              b.constant(o.deviation, extent(width).with(Domain::nonneg)));
  }
  std::vector<int> sizes = o.hidden;
  sizes.push_back(o.outputs);
  for (std::size_t layer = 0; layer < sizes.size(); ++layer) {
    const int n = sizes[layer];
    b.layer = static_cast<int>(layer);
    const auto parameter = [&](const char* kind, ir::Type type, double deviation) {
      Parameter p{cat(kind, layer), cat(kind, layer), 0, type, true, {}, {static_cast<int>(layer)}};
      for (std::size_t i = 0; i < type.size(); ++i)
        p.values.push_back(deviation == 0 ? 0 : deviation * random.normal());
      u.parameters.push_back(p);
      return b.param(p.name, type);
    };
    const Value w = parameter("weight", {n, width, false}, std::sqrt(2.0 / width));  // [He15]
    x = b.add(b.matmul(w, x, false, axis), parameter("bias", extent(n), 0));
    if (layer + 1 < sizes.size()) x = b.relu(x);
    width = n;
  }
  const auto give = [&](const std::string& name, Value v) {
    graph.outputs.emplace_back(Signature::output(name, 1), v);
    u.signature.readouts.push_back(name);
  };
  if (o.activation == FeedForward::Activation::sigmoid) {
    give(o.output + ".logit", x);
    u.signature.log_beliefs.push_back(u.signature.readouts.back());
    x = b.sigmoid(x);
  }
  if (o.mask_of) {
    const bool same = *o.mask_of == o.input;
    const ir::Type t = same ? o.input_type : ir::Type{1, o.mask_first + o.outputs, true, Domain::nonneg};
    if (o.mask_first < 0 || o.mask_first + o.outputs > t.rows)
      throw DataError(cat("a mask for rows ", o.mask_first, " to ", o.mask_first + o.outputs - 1, " of '",
                          *o.mask_of, "', which has ", t.rows),
                      "", "rows count from 0");
    if (!same) u.signature.inputs.push_back({*o.mask_of, t, {}});
    const Value masked = b.input(*o.mask_of, t);
    x = b.mul(x, o.outputs == t.rows ? masked : b.slice_rows(masked, o.mask_first, o.outputs));
  }
  give(o.output, x);
  u.graph = ir::optimize(graph);
  return Network(std::move(u));
}

}  // namespace unfurl
