// Every model that ships, exported as C.
#include "c_program.hpp"
#include "e2e/model_data.hpp"
#include "models/models.hpp"
#include "network/runner.hpp"

TEST_SUITE_BEGIN("e2e");

namespace unfurl::test {

TEST_CASE("every model exported as C computes what the library does") {
  if (!CProgram::there_is_a_compiler()) return;
  const int batch = 3;
  for (const auto& task : all_models()) {
    CAPTURE(task->name());
    Settings settings = complete(*task, {});
    settings.layers = std::min(settings.layers, 3);
    const Network network = task->sketch_network(settings);
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
      CProgram c(program, parameters, batch, doubles, network.unrolled().signature.inputs);
      for (const auto& [name, exported] : c.run(leaves))
        check_exported(task->name() + " " + name, doubles, exported, in_double.at(name), in_float.at(name));
      CHECK(c.status == 0);
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
