// What cannot be exported, and why.
#include "e2e/cli_helpers.hpp"
#include "unfurl/algorithms.hpp"
#include "unfurl/export.hpp"
#include "unfurl/extend/backend.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/schedule.hpp"

using namespace cli_test;
using namespace unfurl;

namespace {

Network small() {
  Model m("small");
  const auto y = m.observed("y", {3});
  const auto x = m.discrete("x", {3}, 2);
  m.factor("data", each(x), Field{m.param("g", 0.3) * y});
  return unroll(m, MeanField{}, 2).compile();
}

ir::Type like_first(const std::vector<ir::Type>& t, const ir::Attributes&) { return t[0]; }
const ir::Operation lonely{.name = "lonely", .infer = like_first};
template <class T>
void copy(const cpu::Call<T>& c) {
  std::copy(c.in[0].data, c.in[0].data + c.out.size(), c.out.data);
}

}  // namespace

TEST_SUITE("error") {
  TEST_CASE("export refuses names that are none in C, batches, results and layers") {
    const auto refused = [](const ExportOptions& options, const std::string& why) {
      try {
        (void)to_c(small(), options);
        FAIL("not refused: ", why);
      } catch (const DataError& error) {
        CHECK_MESSAGE(holds(error.what(), why), error.what());
      }
    };
    for (const char* name : {"", "2d", "a-b", "int", "a b", "main", "_x"})
      refused({.name = name}, "is no name in C");
    refused({.batch = 0}, "a batch of 0");
    refused({.results = {"z"}}, "the network has no result 'z'");
    refused({.layer = 3}, "layer 3 of a network of 2");
    CHECK(holds(to_c(small()).header, "network_run"));
    CHECK_THROWS_AS((void)to_json(small(), {.results = {"z"}}), DataError);
  }

  TEST_CASE("export names an operation of others that has no expansion, and where it comes from") {
    static const bool once = (cpu::give_kernels(lonely, {copy<float>, copy<double>}), true);
    CHECK(once);
    Unrolled u;
    ir::Builder b(u.graph);
    b.origin = "factor 'mine' (mine.cpp:7)";
    u.graph.outputs = {{"z@1", b.emit(lonely, {b.input("y", {1, 3, true})})}};
    u.signature.layers = 1;
    u.signature.inputs = {{"y", {1, 3, true}}};
    u.signature.readouts = {"z"};
    try {
      (void)to_c(Network(std::move(u)));
      FAIL("not refused");
    } catch (const InternalError& error) {
      CHECK_MESSAGE(holds(error.what(), "target 'c' lacks operation 'lonely'"), error.what());
      CHECK(holds(error.what(), "mine.cpp:7"));
      CHECK(holds(error.what(), "an expansion to operations that"));
    }
  }

  TEST_CASE("what ONNX has no operators for is refused by name, and results and layers as in C") {
    ir::Graph g;
    ir::Builder b(g);
    b.origin = "factor 'smooth' (mine.cpp:7)";
    g.outputs = {{"z@1", b.total_variation(b.input("y", {1, 5, true}), b.constant(0.5))}};
    Unrolled u;
    u.graph = g;
    u.signature.layers = 1;
    u.signature.inputs = {{"y", {1, 5, true}}};
    u.signature.readouts = {"z"};
    try {
      (void)to_onnx(Network(std::move(u)));
      FAIL("not refused");
    } catch (const InternalError& error) {
      CHECK_MESSAGE(holds(error.what(), "target 'onnx' lacks operation 'total_variation'"), error.what());
      CHECK(holds(error.what(), "mine.cpp:7"));
    }
    CHECK_THROWS_AS((void)to_onnx(small(), {.results = {"nothing"}}), DataError);
    CHECK_THROWS_AS((void)to_onnx(small(), {.layer = 3}), DataError);
  }

  TEST_CASE("cli: export refuses kinds of files, names and places") {
    const Folder folder;
    const auto task = std::make_shared<ChainTask>();
    REQUIRE(run({"train", "chain", "--epochs", "0", "-o", folder / "run"}, task).status == 0);
    const auto refused = [&](std::vector<std::string> words, const std::vector<std::string>& why) {
      words.insert(words.begin(), {"export", folder / "run"});
      refuses(run(words, task), why);
    };
    refused({"-o", folder / "a.exe"}, {"not exported to '.exe'", "name a .c"});
    refused({"-o", folder / "a"}, {"no extension", "name a .c"});
    refused({"-o", folder / "1a.c"}, {"'1a' is no name in C"});
    refused({"-o", folder / "a.c", "--name", "for"}, {"'for' is no name in C"});
    refused({"-o", folder / "a.c", "--batch", "0"}, {"0"});
    refused({"-o", folder / "a.onnx", "--batch", "4"}, {"any number of samples", "leave out --batch"});
    refused({"-o", folder / "a.c", "--precision", "f16"}, {"f16", "f32"});
    refused({"-o", folder / "a.c", "--results", "nothing"}, {"no result 'nothing'"});
    refused({"-o", folder / "a.c", "--layer", "77"}, {"layer 77"});
    refused({"-o", "/proc/a.c"}, {"/proc/a.c"});
    CHECK_FALSE(fs::exists(folder / "a.c"));
    CHECK_FALSE(fs::exists(folder / "a.h"));
    refuses(run({"export", folder / "nothing", "-o", folder / "a.c"}, task), {"nothing"});
  }
}
