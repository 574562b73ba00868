// What is in a run is enough: the program needs neither the model nor its data.
#include "e2e/cli_helpers.hpp"
#include "models/models.hpp"
#include "property/laws.hpp"
#include "store/checkpoint_bytes.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/export.hpp"
#include "unfurl/npz.hpp"
#include "unfurl/safetensors.hpp"

using namespace cli_test;
using namespace unfurl;

namespace {

/// The same run as an older program would have written it.
void forget_program(const std::string& run) {
  Checkpoint old = load(run + "/checkpoint.unfurl");
  CHECK_FALSE(old.network.empty());
  old.network.clear();
  save(run + "/checkpoint.unfurl", old);
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("cli: a run is shown, run and exported by a program that does not have its model") {
    const Folder folder;
    const auto task = std::make_shared<ChainTask>();
    const std::string with = folder / "run";
    REQUIRE(run({"train", "chain", "--epochs", "1", "--layers", "2", "-o", with}, task).status == 0);
    const Dataset data = chains(3, 5);
    std::ofstream(folder / "in.npz", std::ios::binary)
        << to_npz({{"y", {{3, 5}, {data["y"].values.begin(), data["y"].values.end()}}}});
    const auto results = [&](const std::shared_ptr<const Task>& known) {
      std::vector<std::string> all;
      const Outcome shown = run({"info", with}, known);
      CHECK_MESSAGE(shown.status == 0, shown.error);
      CHECK(holds(shown.out, "takes 'y', 1 x 5"));
      all.push_back(shown.out.substr(shown.out.find("2 layers of")));
      const Outcome done = run({"run", with, folder / "in.npz", folder / "out.npz"}, known);
      REQUIRE_MESSAGE(done.status == 0, done.error);
      all.push_back(contents(folder / "out.npz"));
      for (const std::string& file : {folder / "net.c", folder / "net.onnx", folder / "net.json"}) {
        const Outcome written = run({"export", with, "-o", file}, known);
        REQUIRE_MESSAGE(written.status == 0, written.error);
        all.push_back(contents(file));
      }
      return all;
    };
    const auto here = results(task), elsewhere = results(lista());
    CHECK(here == elsewhere);
    CHECK(holds(run({"info", with}, lista()).out, "a model that this program does not have"));

    forget_program(with);
    CHECK(results(task) == here);
    CHECK(holds(run({"info", with}, task).out, "no program: an older unfurl wrote it"));
    refuses(run({"info", with}, lista()), {"chain", with});
  }

  TEST_CASE("cli: checkpoints without a declaration are shown, and run") {
    const Folder folder;
    Model m("two");
    const auto y = m.observed("y", {2});
    const auto x = m.discrete("x", {2}, 2);
    m.factor("data", each(x), Field{m.param("g", 1.5) * y});
    const Network network = unroll(m, MeanField{}, 2).compile();
    save(folder / "two.unfurl", network);
    const Outcome shown = run({"info", folder / "two.unfurl"}, lista());
    CHECK_MESSAGE(shown.status == 0, shown.error);
    CHECK(holds(shown.out, "two.unfurl after 0 epochs\n"));
    CHECK(holds(shown.out, "takes 'y', 1 x 2"));
    std::ofstream(folder / "in.npz", std::ios::binary) << to_npz({{"y", {{1, 2}, {0.5, -2}}}});
    REQUIRE(run({"run", folder / "two.unfurl", folder / "in.npz", folder / "out.npz"}, lista()).status == 0);
    const Dataset expected = network.run(Dataset().add("y", 1, 2, {0.5F, -2}));
    const auto found = read_npz(folder / "out.npz").at("x").values;
    CHECK(std::vector<float>(found.begin(), found.end()) == expected["x"].values);
    refuses(run({"eval", folder / "two.unfurl"}, lista()), {"does not say which model"});
  }

  TEST_CASE("cli: weights go out as safetensors, and come back as a run") {
    const Folder folder;
    const auto task = std::make_shared<ChainTask>();
    REQUIRE(run({"train", "chain", "--epochs", "1", "-o", folder / "run"}, task).status == 0);
    const std::string file = folder / "w.safetensors";
    REQUIRE(run({"export", folder / "run", "-o", file}, task).status == 0);
    const Checkpoint trained = load(folder / "run/checkpoint.unfurl");
    CHECK(contents(file) == to_safetensors(network_of(trained)));

    auto weights = read_safetensors(fs::path(file));
    Network changed = network_of(trained);
    for (Parameter& p : changed.parameters())
      for (double& v : p.values) v += 0.125;
    std::ofstream(file, std::ios::binary) << to_safetensors(changed);
    const Outcome done = run({"import", folder / "run", file, "-o", folder / "new"}, task);
    REQUIRE_MESSAGE(done.status == 0, done.error);
    const Checkpoint imported = load(folder / "new/checkpoint.unfurl");
    CHECK(imported.network == trained.network);
    CHECK(imported.declaration == trained.declaration);
    CHECK(imported.training.epoch == 0);
    CHECK(imported.training.arrays.empty());
    for (std::size_t i = 0; i < imported.parameters.size(); ++i)
      for (std::size_t k = 0; k < imported.parameters[i].values.size(); ++k)
        CHECK(imported.parameters[i].values[k] == trained.parameters[i].values[k] + 0.125);
    CHECK(run({"eval", folder / "new"}, task).status == 0);
    CHECK(run({"train", "chain", "--from", folder / "new", "--epochs", "1", "-o", folder / "on"}, task)
              .status == 0);

    refuses(run({"import", folder / "run", file, "-o", folder / "new"}, task), {"holds a run already"});
    std::ofstream(file, std::ios::binary) << "nothing";
    refuses(run({"import", folder / "run", file, "-o", folder / "other"}, task),
            {"ends after 7 bytes", file});
    CHECK_FALSE(fs::exists(folder / "other"));
    REQUIRE(run({"train", "chain", "--tying", "tied", "--epochs", "0", "-o", folder / "tied"}, task).status ==
            0);
    REQUIRE(run({"export", folder / "tied", "-o", file}, task).status == 0);
    refuses(run({"import", folder / "run", file, "-o", folder / "other"}, task), {"there is no array"});
  }

  TEST_CASE("every model's network comes back from its checkpoint without the model") {
    for (const auto& task : all_models()) {
      CAPTURE(task->name());
      Settings settings = complete(*task, {});
      settings.layers = std::min(settings.layers, 3);
      const Network network = task->sketch_network(settings);
      const Folder folder;
      save(folder / "net", network);
      const Network loaded = load_network(folder / "net");
      CHECK(to_json(loaded) == to_json(network));
      CHECK(loaded.text() == network.text());
      MESSAGE(task->name(), ": ", fs::file_size(folder / "net"), " bytes, of parameters alone ",
              encode({"", network.parameters(), {}}).size());
    }
  }
}
