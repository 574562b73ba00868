// Every model that ships, exported as ONNX.
#include "c_program.hpp"
#include "e2e/model_data.hpp"
#include "models/models.hpp"
#include "network/runner.hpp"
#include "onnx_program.hpp"

TEST_SUITE_BEGIN("e2e");

namespace unfurl::test {

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
