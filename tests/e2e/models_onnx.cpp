// Every model that ships, exported as ONNX.
#include "c_program.hpp"
#include "models/models.hpp"
#include "network/runner.hpp"
#include "onnx_program.hpp"
#include "property/laws.hpp"
#include "property/random_program.hpp"

TEST_SUITE_BEGIN("e2e");

namespace unfurl::test {

namespace {

/// Numbers that its data may be, where real ones take long to make.
Dataset random_data(const Network& network, int samples) {
  Random random(7);
  Dataset data;
  for (const Input& input : network.unrolled().signature.inputs) {
    std::vector<float> values(input.type.size() * at(samples));
    for (float& v : values)
      v = static_cast<float>(input.type.domain == Domain::real ? random.normal()
                             : input.type.domain == Domain::index
                                 ? std::floor(random.uniform() * std::max(1, input.type.states))
                                 : 0.1 + random.uniform());
    data.add(input.name, input.type.planes, input.type.rows, std::move(values));
  }
  return data;
}

Numbers first_samples(const Network& network, const Dataset& data, int count) {
  const ir::Graph& program = network.unrolled().graph;
  return samples(program, leaves_of(network, data), data.samples(), 0, count);
}

}  // namespace

TEST_CASE("every model exported as ONNX is valid and computes what the library does") {
  constexpr int batch = 3;
  for (const auto& task : all_models()) {
    CAPTURE(task->name());
    Settings settings = complete(*task, {});
    settings.layers = std::min(settings.layers, 3);
    const Network network = task->sketch_network(settings);
    const Signature& signature = network.unrolled().signature;
    const bool structured =
        task->name() == "common_pca" || task->name() == "mimo" || task->name() == "superimposed_csi";
    const Dataset data = structured ? task->prepare(settings)->validation() : random_data(network, batch);
    const Numbers leaves = first_samples(network, data, batch);
    Numbers parameters;
    for (const Parameter& p : network.parameters()) parameters[p.name] = leaves.at(p.name);
    const ir::Graph program = unfurl::program_of(network.unrolled(), {}, std::nullopt);
    const Numbers in_double = evaluate<double>(program, leaves, batch),
                  in_float = evaluate<float>(program, leaves, batch);
    for (const bool doubles : {true, false}) {
      const OnnxProgram exported(program, parameters, doubles, signature.inputs);
      if (!OnnxProgram::there_is_a_runtime()) continue;
      for (const auto& [name, values] : exported.run(leaves, batch))
        check_exported(task->name() + " " + name, doubles, values, in_double.at(name), in_float.at(name));
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
