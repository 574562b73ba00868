// Samples in files of numpy, into and out of the program.
#include "e2e/cli_helpers.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/data_files.hpp"
#include "unfurl/simple_task.hpp"

using namespace cli_test;
using namespace unfurl;

namespace {

Model pair_model() {
  Model m("pairs");
  const auto y = m.observed("y", {2, 3});
  const auto x = m.discrete("x", {2, 3}, 2);
  m.factor("data", each(x), Field{m.param("g", 0.3) * y});
  return m;
}

Dataset samples(int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> y, bits;
  for (int i = 0; i < 6 * count; ++i) {
    bits.push_back(random.uniform() < 0.5 ? 1.F : 0.F);
    y.push_back(2 * bits.back() - 1 + static_cast<float>(random.normal()));
  }
  return Dataset().add("y", 1, 6, std::move(y)).add("bits", 1, 6, std::move(bits));
}

std::shared_ptr<const Task> pairs() {
  return SimpleTask{.name = "pairs",
                    .summary = "bits of pairs",
                    .model = pair_model,
                    .loss = loss::cross_entropy("x", "bits"),
                    .data = [](std::uint64_t seed) { return samples(60, seed); },
                    .algorithm = "mf",
                    .layers = 2};
}

std::map<std::string, NpzArray> shaped(std::map<std::string, NpzArray> arrays,
                                       const std::vector<std::size_t>& y) {
  arrays["y"].shape = y;
  return arrays;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("arrays: .npz and folders of .npy hold the same, and any extents of a sample are its numbers") {
    const Folder folder;
    const auto arrays = to_arrays(samples(5, 1));
    write_arrays(folder / "a.npz", arrays);
    write_arrays((folder / "a") + "/", arrays);
    CHECK(fs::exists(folder / "a/bits.npy"));
    for (const fs::path path : {folder / "a.npz", folder / "a"}) {
      const auto read = read_arrays(path);
      REQUIRE(read.size() == 2);
      for (const auto& [name, array] : arrays) {
        CHECK(read.at(name).shape == array.shape);
        CHECK(read.at(name).values == array.values);
      }
    }
    CHECK(read_arrays(folder / "a/y.npy").at("y").values == arrays.at("y").values);
    const auto observed = pair_model().observed();
    for (const auto& shape : {std::vector<std::size_t>{5, 6}, {5, 2, 3}, {5, 1, 2, 3}}) {
      const Dataset data = to_dataset(shaped(arrays, shape), observed, "here");
      CHECK(data["y"].values == samples(5, 1)["y"].values);
      CHECK(data["bits"].rows == 6);
    }
    CHECK_THROWS_WITH_AS((void)to_dataset(shaped(arrays, {6, 5}), observed, "here"),
                         doctest::Contains("give (samples, 6)"), DataError);
    auto uneven = arrays;
    uneven["bits"] = {{4, 6}, std::vector<double>(24, 0)};
    CHECK_THROWS_WITH_AS((void)to_dataset(uneven, observed, "here"), doctest::Contains("'y' 5"), DataError);
    uneven["bits"] = {{5, 1, 1, 6}, std::vector<double>(30, 0)};
    CHECK_THROWS_WITH_AS((void)to_dataset(uneven, observed, "here"), doctest::Contains("here:bits"),
                         DataError);
    fs::create_directories(folder / "empty");
    CHECK_THROWS_AS((void)read_arrays(folder / "empty"), DataError);
    CHECK_THROWS_AS(write_arrays((folder / "b") + "/", {{"../x", {{1}, {0}}}}), DataError);
  }

  TEST_CASE("cli: a number that is none is told by its file and array") {
    const Folder folder;
    auto arrays = to_arrays(samples(60, 1));
    arrays["y"].values[13] = std::nan("");
    write_arrays(folder / "x.npz", arrays);
    refuses(run({"train", "pairs", "--data", folder / "x.npz", "-o", folder / "run"}, pairs()),
            {"x.npz:y", "(sample 2, entry 1)"});
  }

  TEST_CASE("cli: a simple task trains on the samples of a file, as on the same samples that it makes") {
    const Folder folder;
    write_arrays(folder / "x.npz", shaped(to_arrays(samples(60, 1)), {60, 2, 3}));
    REQUIRE(run({"train", "pairs", "-o", folder / "own"}, pairs()).status == 0);
    const Outcome done = run({"train", "pairs", "--data", folder / "x.npz", "-o", folder / "file"}, pairs());
    REQUIRE_MESSAGE(done.status == 0, done.error);
    const auto of = [&](const char* name) {
      return load(fs::path(folder / name) / "checkpoint.unfurl").parameters;
    };
    for (std::size_t i = 0; i < of("own").size(); ++i) CHECK(of("own")[i].values == of("file")[i].values);
    write_arrays((folder / "in") + "/", {{"y", {{2, 2, 3}, std::vector<double>(12, 0.5)}}});
    const Outcome ran = run({"run", folder / "file", folder / "in", (folder / "results") + "/"}, pairs());
    REQUIRE_MESSAGE(ran.status == 0, ran.error);
    CHECK(read_npy(folder / "results/x.npy").shape == std::vector<std::size_t>{2, 6});
    write_arrays(folder / "y.npz", {{"y", to_arrays(samples(60, 1)).at("y")}});
    refuses(run({"train", "pairs", "--data", folder / "y.npz", "-o", folder / "x"}, pairs()), {"bits"});
    refuses(run({"train", "pairs", "--data", folder / "none.npz", "-o", folder / "x"}, pairs()),
            {"none.npz"});
  }
}
