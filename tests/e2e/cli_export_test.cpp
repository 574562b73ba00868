// Trained networks as C and JSON, as a user of the command line would take them.
#include <nlohmann/json.hpp>

#include "c_program.hpp"
#include "e2e/cli_helpers.hpp"
#include "property/laws.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/export.hpp"

using namespace cli_test;
using namespace unfurl;
using unfurl::test::CProgram;

namespace {

bool there_is(const std::string& program) {
  return std::system(("command -v " + program + " > /dev/null 2>&1").c_str()) == 0;
}

/// What a command prints, which must succeed.
std::string printed(const std::string& command, const std::string& folder) {
  const std::string out = folder + "/printed", err = folder + "/said";
  const int status = std::system(("( " + command + " ) > " + out + " 2> " + err).c_str());
  REQUIRE_MESSAGE(status == 0, command, "\n", contents(err));
  return contents(out);
}

std::vector<double> numbers(const std::string& text) {
  std::istringstream in(text);
  std::vector<double> all;
  for (double x = 0; in >> x;) all.push_back(x);
  return all;
}

std::string text_of(const std::vector<float>& values) {
  std::string text;
  for (const float v : values) text += unfurl::detail::cat(std::hexfloat, v) + " ";
  return text;
}

/// Frames of which each begins where the one before came to.
Network frame_by_frame() {
  Random random(5);
  Model m("frames");
  const auto v = m.observed("V", {6}, nonneg);
  const auto h = m.latent("H", {3}, nonneg);
  const auto W = m.param("W", matrix(18, 3), test::exact_floats(random, 54, 0.1, 1), nonneg);
  m.factor("fit", KL{context(v, 1, 1), W * h});
  m.start(h, m.param("U", matrix(3, 3), 0.2, nonneg) * previous(h) +
                 m.param("level", vector(3), 1.0, nonneg) * mean(v));
  return unroll(m, MultiplicativeUpdate{}, 4).untie("W").compile();
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("cli: export writes C that any C99 compiler takes and that computes the trained network") {
    if (!CProgram::there_is_a_compiler()) return;
    const Folder folder;
    const auto task = std::make_shared<ChainTask>();
    REQUIRE(run({"train", "chain", "--epochs", "1", "-o", folder / "run"}, task).status == 0);
    const auto done = run({"export", folder / "run", "-o", folder / "chain.c", "--batch", "2"}, task);
    REQUIRE_MESSAGE(done.status == 0, done.error);
    CHECK(holds(done.out, "bytes of constants"));
    const std::string header = contents(folder / "chain.h");
    CHECK(holds(header, "int chain_run(struct chain *state, const float y[chain_batch * 5], float x"));
    CHECK(holds(header, "y  [chain_batch][5], data"));

    const Dataset data = chains(6, 5);
    Settings settings = complete(*task, {});
    Network network = task->prepare(settings)->network(settings);
    assign(load(folder / "run/checkpoint.unfurl"), network);
    const Dataset expected = network.run(data);
    std::ofstream(folder / "in") << text_of(data["y"].values);
    const auto check = [&](const std::string& compile, const std::string& execute) {
      printed(compile + CProgram::flags() + " -O2 -Dchain_MAIN " + (folder / "chain.c") + " -o " +
                  (folder / "chain") + " -lm",
              folder / ".");
      const std::vector<double> results =
          numbers(printed(execute + (folder / "chain") + " < " + (folder / "in"), folder / "."));
      // Results of one call follow each other, sample by sample.
      const std::vector<std::string>& names = network.unrolled().signature.readouts;
      REQUIRE(results.size() == std::size_t{6} * 5 * names.size());
      std::size_t next = 0;
      for (std::size_t call = 0; call < 3; ++call)
        for (std::size_t sample = 2 * call; sample < 2 * call + 2; ++sample)
          for (const std::string& name : names)
            for (std::size_t i = 0; i < 5; ++i)
              CHECK(results[next++] == doctest::Approx(expected[name].values[sample * 5 + i]).epsilon(1e-4));
    };
    for (const std::string compiler : {"gcc", "clang"})
      if (there_is(compiler))
        check(compiler, "");
      else
        MESSAGE(compiler, " is not here");
    if (there_is("arm-linux-gnueabihf-gcc") && there_is("qemu-arm"))
      check("arm-linux-gnueabihf-gcc", "qemu-arm -L /usr/arm-linux-gnueabihf ");
    else
      MESSAGE("no compiler and emulator of arm-linux-gnueabihf");
    if (there_is("arm-none-eabi-gcc"))
      printed("arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16" +
                  CProgram::flags() + " -Os -c " + (folder / "chain.c") + " -o " + (folder / "chain.o"),
              folder / ".");
    else
      MESSAGE("no compiler of arm-none-eabi");
  }

  TEST_CASE("what samples hand on goes in and out of an exported network") {
    if (!CProgram::there_is_a_compiler()) return;
    const Folder folder;
    const Network network = frame_by_frame();
    const CSource source = to_c(network, {.name = "frames", .results = {"H"}});
    CHECK(holds(source.header, "H_previous  [frames_batch][3], 'H' of the sample before; at first 0"));
    std::ofstream(folder / "frames.h") << source.header;
    std::ofstream(folder / "frames.c") << source.code;
    printed(CProgram::compiler() + CProgram::flags() + " -Dframes_MAIN " + (folder / "frames.c") + " -o " +
                (folder / "frames") + " -lm",
            folder / ".");
    Random random(3);
    std::vector<float> state(3, 0), data;
    std::string in;
    std::vector<double> expected;
    for (int frame = 0; frame < 4; ++frame) {
      const std::vector<float> v = test::as_floats(test::exact_floats(random, 18, 0.1, 1));
      in += text_of(v);
      Dataset sample;
      sample.add("V", 1, 18, v).add("H.previous", 1, 3, state);
      state = network.run(sample, {"H"})["H"].values;
      expected.insert(expected.end(), state.begin(), state.end());
    }
    std::ofstream(folder / "in") << in;
    const std::vector<double> results =
        numbers(printed((folder / "frames") + " < " + (folder / "in"), folder / "."));
    CHECK(test::difference(results, expected) < 1e-5);
  }

  TEST_CASE(
      "memory of an exported network does not depend on its layers, and equal parameters are stored once") {
    const auto coder = [](int layers, bool untied) {
      Model m("coder");
      const auto b = m.observed("b", {20});
      const auto x = m.latent("x", {40});
      Random random(3);
      m.factor("fit",
               SquaredError{b, m.param("A", matrix(20, 40), test::exact_floats(random, 800, -1, 1)) * x});
      m.factor("sparse", L1{0.1, x});
      Schedule s = unroll(m, ProximalGradient{.form = ProximalGradient::Form::lista}, layers);
      if (untied) s.untie(all);
      return to_c(s.compile());
    };
    CHECK(coder(20, true).memory == coder(4, true).memory);
    CHECK(coder(20, false).constants == coder(4, false).constants);
    CHECK(coder(20, true).constants == coder(20, false).constants);  // before training copies are equal
  }

  TEST_CASE("cli: export refuses options that its file has nothing of") {
    const Folder folder;
    REQUIRE(run({"train", "chain", "--epochs", "0", "-o", folder / "run"}).status == 0);
    const auto refused = [&](const std::string& file, const std::string& option, const std::string& value) {
      CAPTURE(file);
      refuses(run({"export", folder / "run", "-o", folder / file, option, value}), {option, "leave"});
      CHECK_FALSE(fs::exists(folder / file));
    };
    refused("w.safetensors", "--layer", "2");
    refused("w.safetensors", "--results", "x");
    refused("w.safetensors", "--precision", "f64");
    refused("w.safetensors", "--batch", "4");
    refused("w.safetensors", "--name", "w");
    refused("n.json", "--batch", "4");
    refused("n.json", "--precision", "f32");
    refused("n.onnx", "--batch", "4");
    CHECK(run({"export", folder / "run", "-o", folder / "n.json", "--layer", "2"}).status == 0);
  }

  TEST_CASE("cli: export writes JSON with shapes, the program and parameters") {
    const Folder folder;
    const auto task = std::make_shared<ChainTask>();
    REQUIRE(run({"train", "chain", "--epochs", "1", "-o", folder / "run"}, task).status == 0);
    REQUIRE(run({"export", folder / "run", "-o", folder / "chain.json", "--results", "x"}, task).status == 0);
    const auto json = nlohmann::json::parse(contents(folder / "chain.json"));
    CHECK(json["format"] == "unfurl network 1");
    CHECK(json["name"] == "chain");
    CHECK(json["inputs"][0]["name"] == "y");
    CHECK(json["inputs"][0]["shape"] == nlohmann::json({1, 5}));
    REQUIRE(json["results"].size() == 1);
    CHECK(json["results"][0]["name"] == "x");
    Settings settings = complete(*task, {});
    Network network = task->prepare(settings)->network(settings);
    assign(load(folder / "run/checkpoint.unfurl"), network);
    std::size_t named = 0;
    for (const auto& p : json["parameters"]) {
      CHECK(p["values"].get<std::vector<double>>() == network.parameter(p["name"]).values);
      ++named;
    }
    CHECK(named > 0);
    std::size_t next = 0;
    for (const auto& v : json["program"]) {
      CHECK(v["value"] == next++);
      for (const auto& operand : v["operands"]) CHECK(operand < v["value"]);
    }
    CHECK(json["results"][0]["value"] < next);
  }
}
