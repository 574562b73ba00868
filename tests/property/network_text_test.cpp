// A checkpoint is a network: it runs without the model, to the same bits.
#include "store/network_text.hpp"

#include <doctest/doctest.h>

#include <filesystem>

#include "passes/passes.hpp"
#include "program/compact_text.hpp"
#include "property/laws.hpp"
#include "property/random_program.hpp"
#include "store/checkpoint_bytes.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/export.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

Network through_bytes(const Network& network) {
  return network_of(decode(encode({"", network.parameters(), {}, network_text(network)}), "bytes"));
}

void check_same(const Network& found, const Network& expected, const Dataset& data) {
  CHECK(network_text(found) == network_text(expected));
  CHECK(found.text() == expected.text());
  for (int layer = 1; layer <= expected.layers(); ++layer) {
    const Dataset a = found.run(data, {}, layer), b = expected.run(data, {}, layer);
    REQUIRE(a.arrays().size() == b.arrays().size());
    for (const auto& [name, samples] : b.arrays()) CHECK_MESSAGE(a[name].values == samples.values, name);
  }
}

Model looking_back() {
  Model m("frames");
  const auto y = m.observed("y", {4}, nonneg);
  const auto h = m.latent("h", {3}, nonneg);
  const auto W = m.param("W", matrix(4, 3), {1, 0.1, 0.2, 0.2, 1, 0.3, 0.1, 0.2, 1, 0.5, 0.5, 0.5}, nonneg);
  m.factor("fit", BetaDivergence{1, y, W * h});
  m.start(h, m.param("U", matrix(3, 3), 0.2, nonneg) * previous(h) + m.param("s", vector(3), 0.5, nonneg));
  return m;
}

}  // namespace

TEST_CASE("networks of every model and algorithm come back from a checkpoint to the same bits") {
  int count = 0;
  for (const Case& c : all_cases()) {
    CAPTURE(c.name);
    const Network network = unroll(c.model, c.algorithm, 2).untie(unfurl::all).compile();
    check_same(through_bytes(network), network, c.data);
    ++count;
  }
  CHECK(count > 20);
}

TEST_CASE("programs whose tables stand there once are read as they were, and are shorter") {
  std::size_t plain = 0, compact = 0;
  for (unsigned seed = 0; seed < 60; ++seed) {
    const ir::Graph program = random_program(seed, 40);
    const std::string text = ir::compact_text(program);
    CHECK(ir::program_from_text(text).text() == program.text());
    CHECK(ir::compact_text(ir::program_from_text(text)) == text);
  }
  for (const Case& c : all_cases()) {
    const ir::Graph& program = unroll(c.model, c.algorithm, 4).compile().unrolled().graph;
    const std::string text = ir::compact_text(program);
    CHECK(ir::program_from_text(text).text() == program.text());
    plain += program.text().size();
    compact += text.size();
  }
  MESSAGE(compact, " bytes of texts that would be ", plain);
  CHECK(compact < plain);
}

TEST_CASE("a training goes on from its checkpoint without the model, as with it") {
  const auto file = std::filesystem::temp_directory_path() / "unfurl_network_text_test";
  const Case c = all_cases().front();
  Network network = unroll(c.model, c.algorithm, 2).untie(unfurl::all).compile();
  const std::string result = network.unrolled().signature.readouts.front();
  const Samples wanted = network.run(c.data)[result];
  Dataset data = c.data;
  std::vector<float> target(wanted.values.size(), 0.25F);
  data.add("target", wanted.planes, wanted.rows, std::move(target));
  Trainer trainer{.loss = loss::squared_error(result, "target"), .epochs = 2, .batch = 2};
  trainer.checkpoint = file;
  trainer.fit(network, fixed(data));
  Network loaded = load_network(file);
  check_same(loaded, network, c.data);
  trainer.checkpoint.reset();
  trainer.fit(network, fixed(data));
  trainer.fit(loaded, fixed(data));
  check_same(loaded, network, c.data);
  save(file, loaded, "by hand");
  CHECK(load(file).declaration == "by hand");
  check_same(load_network(file), network, c.data);
  std::filesystem::remove(file);
}

TEST_CASE("a network of several frames brings the one of a single frame with it") {
  const Network network = unroll(looking_back(), MultiplicativeUpdate{}, 3).frames(5).compile();
  REQUIRE_FALSE(network.unrolled().signature.states.empty());
  const Network loaded = through_bytes(network);
  CHECK(loaded.unrolled().signature.frames == 5);
  CHECK(network_text(loaded) == network_text(network));
  const Network one = network.frames(1), one_loaded = loaded.frames(1);
  CHECK(to_json(one_loaded) == to_json(one));
  CHECK(to_c(one_loaded).code == to_c(one).code);
  CHECK_THROWS_AS((void)loaded.frames(2), ScheduleError);
}

TEST_CASE("how the gradient goes back, gaps and the lines of the model come with the network") {
  Model m("gaps");
  const auto y = m.observed("y", {3}, real, Where{"folder/a b.cpp", 12});
  const auto x = m.discrete("x", {3}, 2);
  m.evidence("seen", x);
  m.factor("data", each(x), Field{y});
  m.factor("pairs", chain(x), Ising{m.param("J", 0.5)});
  const Network network = unroll(m, SumProduct{}, 4).recompute_every(2).through_last(3).compile();
  const Unrolled loaded = through_bytes(network).unrolled();
  CHECK(loaded.backward.recompute_every == 2);
  CHECK(loaded.backward.through_last == 3);
  CHECK_FALSE(loaded.backward.adjoint);
  CHECK_FALSE(loaded.signature.input("y").gaps);
  CHECK(loaded.signature.input("seen").gaps);
  CHECK(loaded.signature.input("y").where.text() == "a b.cpp:12");
  CHECK(loaded.made_by.algorithm == network.unrolled().made_by.algorithm);
  CHECK(loaded.signature.on_request == network.unrolled().signature.on_request);
  CHECK(loaded.signature.log_beliefs == network.unrolled().signature.log_beliefs);
}

}  // namespace unfurl::test

TEST_SUITE_END();
