// Checkpoints whose program is absent, damaged or another's.
#include "store/network_text.hpp"

#include "error/model_errors.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/extend/builder.hpp"
#include "unfurl/extend/operation.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

Checkpoint good() {
  Model m("chain");
  const auto y = m.observed("y", {3});
  const auto x = m.discrete("x", {3}, 2);
  m.factor("data", each(x), Field{m.param("g", 1.2) * y});
  m.factor("smooth", chain(x), Ising{m.param("J", per_edge(chain(x)), 0.8)});
  const Network network = unroll(m, SumProduct{}, 2).compile();
  return {"", network.parameters(), {}, network_text(network)};
}

Checkpoint with(const std::string& from, const std::string& to) {
  Checkpoint c = good();
  const auto at = c.network.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  c.network.replace(at, from.size(), to);
  return c;
}

void refused(const Checkpoint& c, const std::vector<std::string>& parts) {
  expect_error<DataError>([&] { (void)network_of(c); }, parts);
}

const ir::Operation same{.name = "same",
                         .arity = 1,
                         .elementwise = true,
                         .infer = [](const std::vector<ir::Type>& t, const ir::Attributes&) { return t[0]; },
                         .expand = [](ir::Builder& b, const std::vector<ir::Value>& v,
                                      const ir::Attributes&) { return b.scale(v[0], 2); }};

}  // namespace

TEST_CASE("a checkpoint whose program is absent or does not fit says so") {
  CHECK_NOTHROW((void)network_of(good()));
  Checkpoint c = good();
  c.network.clear();
  refused(c, {"parameters and no program", "assign"});
  c = good();
  c.parameters.pop_back();
  refused(c, {"cannot be read", "which the network does not have"});
  c = good();
  c.parameters[0].type.rows = 7;
  c.parameters[0].values.assign(7, 0);
  refused(c, {"of shape"});
  refused(with("layers 2", "layers 3"), {"no output"});
  refused(with("layers 2", "layers 0"), {"a network of 0 layers"});
  refused(with("layers 2", "layers -2"), {"-2 is no count"});
  refused(with("layers 2", "depth 2"), {"'depth' is none of the words", "newer program"});
  refused(with("input \"y\" [1, 3, lanes]", "input \"y\" [1, 4, lanes]"), {"reads 'y'"});
  refused(with("input \"y\"", "input \"z\""), {"reads 'y'"});
  refused(with("program\n", "input \"y\" [1, 3, lanes]\nprogram\n"), {"has 'y' twice"});
  refused(with("readout \"x\"", "readout \"w\""), {"no output 'w@1'"});
  refused(with("network\n", "netwerk\n"), {"does not begin so"});
  refused(with("program\n", "state \"y\" \"w\"\nprogram\n"), {"hand on 'w'"});
  refused(with("program\n", "fixed_point \"w\"\nprogram\n"), {"no output 'w'"});
  refused(with("%1:", "%7:"), {"line 2 of the program"});
}

TEST_CASE("any cut or changed letter of a network's text is read or refused") {
  const Checkpoint whole = good();
  const std::string letters = "0\"@%(\n -";
  const auto fails = [](const Checkpoint& c) {
    try {
      (void)network_of(c);
    } catch (const DataError&) {
      return 1;
    }
    return 0;
  };
  int failed = 0, cuts = 0;
  for (std::size_t at = 0; at < whole.network.size(); ++at) {
    Checkpoint c = whole;
    c.network[at] = letters[at % letters.size()];
    failed += fails(c);
    if (at % 5 != 0) continue;
    c.network = whole.network.substr(0, at);
    cuts += fails(c);
  }
  CHECK(failed > static_cast<int>(whole.network.size()) / 2);
  CHECK(cuts > static_cast<int>(whole.network.size()) / 10);
}

TEST_CASE("a program with operations of others needs them") {
  ir::Graph g;
  ir::Builder b(g);
  const ir::Value y = b.emit(same, {b.input("y", {1, 2, true})});
  g.outputs = {{"z@1", y}};
  Unrolled u;
  u.graph = g;
  u.signature.layers = 1;
  u.signature.inputs = {{"y", {1, 2, true}}};
  u.signature.readouts = {"z"};
  const Network network(u);
  const Checkpoint c{"", {}, {}, network_text(network)};
  refused(c, {"no operation 'same'"});
  const Dataset data = Dataset().add("y", 1, 2, {1, 2, 3, 4});
  CHECK(network_of(c, {&same}).run(data)["z"].values == network.run(data)["z"].values);
}

TEST_CASE("tables that are named more often than a file may say are refused") {
  std::string table;
  for (int i = 0; i < 100000; ++i) table += "0 ";
  std::string text =
      "table @0 (" + table + "of 1)\n%0:[1, 1, lanes] = input name=\"y\" shape=[1, 1, lanes]\n";
  for (int i = 1; i <= 300; ++i)  // each with other words, so that none is shared
    text +=
        detail::cat("%", i, ":[1, 100000, lanes] = gather_rows %0 index=@0 index=(0 of ", i, ") index=@0\n");
  expect_error<DataError>([&] { (void)ir::program_from_text(text); }, {"the tables take more than"});
  expect_error<DataError>([&] { (void)ir::program_from_text("table @0 (0 of 1)\ntable @0 (0 of 1)\n"); },
                          {"two tables @0"});
  expect_error<DataError>(
      [&] {
        (void)ir::program_from_text(
            "%0:[1, 1] = param name=\"x\" shape=[1, 1]\n%1:[1, 1] = gather_rows %0 index=@1\n");
      },
      {"no table @1 yet", "line 2"});
  expect_error<DataError>([&] { (void)ir::program_from_text("table 3 (0 of 1)\n"); }, {"'3' is no table"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
