// What a run learned about messages, carried to models in files.
#include "e2e/cli_helpers.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/formats.hpp"
#include "unfurl/schedule.hpp"

using namespace cli_test;
using namespace unfurl;

namespace {

constexpr int layer_count = 4;

/// A loopy binary model: couplings and fields.
TableModel square() {
  Random random(3);
  TableModel m{TableModel::Kind::markov, {2, 2, 2, 2}, {}};
  const auto table = [&](std::size_t size) {
    std::vector<double> values;
    for (std::size_t i = 0; i < size; ++i) values.push_back(std::exp(random.normal()));
    return values;
  };
  for (int v = 0; v < 4; ++v) m.factors.push_back({{v}, table(2)});
  for (int v = 0; v < 4; ++v) m.factors.push_back({{v, (v + 1) % 4}, table(4)});
  return m;
}

/// A network on another graph, with every number of the algorithm set by its name and places.
Network trained(const std::string& tying) {
  Model m("grid");
  const auto x = m.discrete("x", {3, 3}, 2);
  m.factor("data", each(x), Field{m.param("g", 0.5)});
  m.factor("pairs", grid4(x), Ising{m.param("J", 0.3)});
  Network network =
      unroll(m, SumProduct{.damping = 0.3, .message_weights = MessageWeights::shared}, layer_count)
          .tying(tying)
          .compile();
  for (Parameter& p : network.parameters())
    if (p.base.starts_with("bp.")) p.values = {p.values[0] * (0.9 - 0.05 * p.places[0])};
  return network;
}

std::string store(const Folder& folder, const std::string& name, const Network& network) {
  const std::string declaration =
      R"({"task":"grid","settings":{"algorithm":"bp","layers":4,"tying":"tied","epochs":1,"seed":1,"data":""}})";
  save(folder / name, Checkpoint{declaration, network.parameters(), {}});
  return folder / name;
}

double number(const Network& network, const std::string& base, int place) {
  double value = 1;
  for (const Parameter& p : network.parameters())
    if (p.base == base || p.scale_of == base)
      for (int used : p.places)
        if (used == place) value *= p.values[0];
  return value;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("infer --run: the learned numbers of every layer, whatever their tying") {
    const Folder folder;
    std::ofstream(folder / "square.uai") << to_uai(square());
    const ConditionedModel c = condition(square());
    Dataset one;
    one.add("none", 1, 1, {0});
    std::vector<std::string> outputs;
    for (const std::string tying : {"tied", "untied", "scaled", "last:2", "blocks:2"}) {
      const Network learned = trained(tying);
      Network expected =
          unroll(c.model, SumProduct{.damping = 0.3, .message_weights = MessageWeights::shared}, layer_count)
              .untie("bp.damping")
              .untie("bp.weight.Table2")
              .compile();
      expected.precision(Precision::f64);
      for (Parameter& p : expected.parameters()) {
        if (p.base == "bp.damping") p.values = {number(learned, "bp.damping", p.places[0])};
        if (p.base == "bp.weight.Table2") p.values = {number(learned, "bp.weight.Ising2", p.places[0])};
      }
      const Outcome outcome = run({"infer", folder / "square.uai", "--run", store(folder, "run", learned)});
      CAPTURE(tying);
      CAPTURE(outcome.error);
      REQUIRE(outcome.status == 0);
      CHECK(holds(outcome.error, "4 iterations"));
      const auto rows = parse_mar(outcome.out, "stdout");
      const Dataset results = expected.run(one, {"states_2"});
      for (std::size_t v = 0; v < 4; ++v) CHECK(std::abs(rows[v][1] - results["states_2"].values[v]) < 1e-6);
      outputs.push_back(outcome.out);
    }
    CHECK(outputs[0] != outputs[1]);

    Network plain = trained("untied");  // without learned weights it is the plain algorithm
    for (Parameter& p : plain.parameters())
      if (p.base.starts_with("bp.weight"))
        p.values = {1};
      else if (p.base == "bp.damping")
        p.values = {0.25};
    const auto with_run =
        parse_mar(run({"infer", folder / "square.uai", "--run", store(folder, "run", plain)}).out, "r");
    const auto without = parse_mar(run({"infer", folder / "square.uai", "--algorithm", "bp", "--damping",
                                        "0.25", "--iterations", "4", "--tolerance", "0"})
                                       .out,
                                   "r");
    for (std::size_t v = 0; v < 4; ++v) CHECK(std::abs(with_run[v][1] - without[v][1]) < 1e-12);

    std::ofstream(folder / "small.uai") << "MARKOV 2 2 2 2 1 0 2 0 1\n2 1e-17 1\n4 1 1 1 1\n";
    const auto small =
        parse_mar(run({"infer", folder / "small.uai", "--run", store(folder, "run", plain)}).out, "r");
    CHECK(small[0][0] == doctest::Approx(1e-17).epsilon(1e-12));
  }
}

TEST_SUITE("error") {
  TEST_CASE("infer --run: runs that cannot serve the model") {
    const Folder folder;
    TableModel m = square();
    std::ofstream(folder / "square.uai") << to_uai(m);
    m.factors.push_back({{0, 1, 2}, {1, 2, 3, 4, 5, 6, 7, 8}});
    std::ofstream(folder / "three.uai") << to_uai(m);
    const std::string good = store(folder, "good", trained("tied"));
    refuses(run({"infer", folder / "three.uai", "--run", good}), {"no 'bp.weight.Table3'", "good"});
    refuses(run({"infer", folder / "square.uai", "--run", folder / "none"}), {"there is no run", "none"});
    refuses(run({"infer", folder / "square.uai", "--run", good, "--damping", "0.5"}), {"--run", "--damping"});
    CHECK(run({"infer", folder / "square.uai", "--run", good, "--task", "pr"}).status == 0);
    TableModel contradiction = square();
    contradiction.factors.push_back({{0}, {1, 0}});
    contradiction.factors.push_back({{0}, {0, 1}});
    std::ofstream(folder / "none.uai") << to_uai(contradiction);
    refuses(run({"infer", folder / "none.uai", "--run", good}), {"without a possible state", "good"});
    Network own = trained("tied");
    std::erase_if(own.parameters(), [](const Parameter& p) { return p.base.starts_with("bp."); });
    refuses(run({"infer", folder / "square.uai", "--run", store(folder, "own", own)}),
            {"parameters of its own model only"});
    const Model two = own.unrolled().made_by.model ? *own.unrolled().made_by.model : Model("none");
    Network per_edge =
        unroll(two, SumProduct{.message_weights = MessageWeights::per_edge}, layer_count).compile();
    refuses(run({"infer", folder / "square.uai", "--run", store(folder, "edges", per_edge)}),
            {"the run has no 'bp.weight.Table2'"});
  }
}
