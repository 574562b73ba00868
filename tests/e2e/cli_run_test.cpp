// A trained network on arrays in files of numpy.
#include "e2e/cli_helpers.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/npz.hpp"

using namespace cli_test;
using namespace unfurl;

namespace {

NpzArray array_of(const Samples& s, std::vector<std::size_t> shape) {
  return {std::move(shape), {s.values.begin(), s.values.end()}};
}

void write(const std::string& path, const std::map<std::string, NpzArray>& arrays) {
  std::ofstream(path, std::ios::binary) << to_npz(arrays);
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("cli: run writes what the trained network gives for arrays in a file") {
    const Folder folder;
    const auto task = std::make_shared<ChainTask>();
    REQUIRE(run({"train", "chain", "--epochs", "1", "-o", folder / "run"}, task).status == 0);
    const Dataset data = chains(7, 5);
    write(folder / "in.npz", {{"y", array_of(data["y"], {7, 5})}, {"other", {{1}, {0}}}});

    const auto done = run({"run", folder / "run", folder / "in.npz", folder / "out.npz"}, task);
    REQUIRE(done.status == 0);
    CHECK(holds(done.error, "does not take 'other'"));
    Settings settings = complete(*task, {});
    Network network = task->prepare(settings)->network(settings);
    assign(load(folder / "run/checkpoint.unfurl"), network);
    const Dataset expected = network.run(data);
    const auto found = read_npz(folder / "out.npz");
    CHECK(found.size() == expected.arrays().size());
    for (const auto& named : expected.arrays()) {
      const auto& [name, samples] = named;
      INFO(named.first);
      REQUIRE(found.count(name) == 1);
      CHECK(found.at(name).shape == std::vector<std::size_t>{7, 5});
      CHECK(std::vector<float>(found.at(name).values.begin(), found.at(name).values.end()) == samples.values);
    }
    const std::string bytes = contents(folder / "out.npz");
    REQUIRE(run({"run", folder / "run", folder / "in.npz", folder / "out.npz"}, task).status == 0);
    CHECK(contents(folder / "out.npz") == bytes);

    REQUIRE(
        run({"run", folder / "run", folder / "in.npz", folder / "x.npz", "--results", "x", "--layer", "2"},
            task)
            .status == 0);
    const auto second = read_npz(folder / "x.npz");
    REQUIRE(second.size() == 1);
    const std::vector<float>& x = network.run(data, {"x"}, 2)["x"].values;
    CHECK(std::vector<float>(second.at("x").values.begin(), second.at("x").values.end()) == x);
  }

  TEST_CASE("cli: run refuses arrays that are no samples of the network") {
    const Folder folder;
    const auto task = std::make_shared<ChainTask>();
    REQUIRE(run({"train", "chain", "--epochs", "0", "-o", folder / "run"}, task).status == 0);
    const auto refused = [&](const std::map<std::string, NpzArray>& arrays, const std::string& word,
                             const std::vector<std::string>& more = {}) {
      write(folder / "in.npz", arrays);
      std::vector<std::string> command{"run", folder / "run", folder / "in.npz", folder / "out.npz"};
      command.insert(command.end(), more.begin(), more.end());
      const auto done = run(command, task);
      CAPTURE(done.error);
      CHECK(done.status == 2);
      CHECK(holds(done.error, word));
      CHECK_FALSE(fs::exists(folder / "out.npz"));
    };
    const NpzArray good{{2, 5}, std::vector<double>(10, 0.5)};
    refused({{"z", good}}, "the network takes 'y', and the file has 'z'");
    refused({}, "no arrays");
    refused({{"y", {{2, 4}, std::vector<double>(8, 0)}}}, "give (samples, 5)");
    refused({{"y", {{}, {1}}}}, "a sample 5 numbers");
    for (const double bad : {std::nan(""), HUGE_VAL}) {
      refused({{"y", {{2, 5}, {0, 0, 0, 0, 0, 0, 0, bad, 0, 0}}}}, "(sample 1, entry 2)");
      refused({{"y", {{1, 5}, {0, 0, bad, 0, 0}}}}, "in.npz:y\n");  // not the line of the model
    }
    refused({{"y", good}}, "nothing", {"--results", "nothing"});
    refused({{"y", good}}, "layer", {"--layer", "77"});
    CHECK(run({"run", folder / "run", folder / "in.npz", folder / "in.npz"}, task).status == 2);
  }
}
