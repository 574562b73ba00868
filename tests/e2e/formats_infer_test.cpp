// The command `infer` on small models whose answers are known, and on what it must refuse.
#include <nlohmann/json.hpp>

#include "e2e/cli_helpers.hpp"
#include "unfurl/exact.hpp"
#include "unfurl/formats.hpp"

using namespace cli_test;
using namespace unfurl;

namespace {

const std::vector<std::string> approximate = {"bp", "mf", "trw", "fractional", "maxproduct", "minsum"};

std::string write(const Folder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder / name, std::ios::binary) << text;
  return folder / name;
}

/// A tree over variables of two and three states; one is isolated, one has a single state.
const char* const tree =
    "MARKOV\n6\n2 3 2 1 3 2\n5\n2 0 1\n3 2 1 3\n1 1\n1 3\n1 5\n\n6 0.5 1 2 3 0.1 0.7\n6 1 2 3 0.5 0 4\n"
    "3 0.2 0.3 0.5\n1 7\n2 1e-300 3e-300\n";

std::vector<std::vector<double>> marginals_of(const Outcome& outcome) {
  INFO(outcome.error);
  REQUIRE(outcome.status == 0);
  return parse_mar(outcome.out, "stdout");
}

double difference(const std::vector<std::vector<double>>& a, const std::vector<std::vector<double>>& b) {
  REQUIRE(a.size() == b.size());
  double largest = 0;
  for (std::size_t v = 0; v < a.size(); ++v) {
    REQUIRE(a[v].size() == b[v].size());
    for (std::size_t s = 0; s < a[v].size(); ++s) {
      REQUIRE(std::isfinite(a[v][s]));
      largest = std::max(largest, std::abs(a[v][s] - b[v][s]));
    }
  }
  return largest;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("infer: everything that is exact on trees agrees there, from both formats, with evidence") {
    const Folder folder;
    const std::string file = write(folder, "tree.uai", tree);
    const TableModel model = read_model(file);
    write(folder, "tree.fg", to_fg({model.kind, model.states, [&] {
                                      auto factors = model.factors;  // .fg only knows variables of factors
                                      factors.push_back({{4}, {1, 1, 1}});
                                      return factors;
                                    }()}));
    for (const char* const evidence : {"0", "1 0 1", "2\n1 2\n5 0"}) {
      const std::string evid = write(folder, "evid", evidence);
      CAPTURE(evidence);
      const auto exactly = marginals_of(run({"infer", file, "--evidence", evid}));
      CHECK(difference(marginals_of(run({"infer", folder / "tree.fg", "--evidence", evid})), exactly) <
            1e-14);
      for (const std::string algorithm : {"bp", "trw", "fractional"})
        for (const std::string schedule : {"flooding", "coloured", "sequential", "forward-backward"}) {
          CAPTURE(algorithm);
          CAPTURE(schedule);
          std::vector<std::string> words{"infer",       file,      "--evidence", evid,
                                         "--algorithm", algorithm, "--schedule", schedule};
          CHECK(difference(marginals_of(run(words)), exactly) < 1e-12);
          words.push_back("--unary-messages");
          CHECK(difference(marginals_of(run(words)), exactly) < 1e-12);
        }
      const auto best = parse_mpe(run({"infer", file, "--evidence", evid, "--task", "map"}).out, "stdout");
      for (const std::string algorithm : {"maxproduct", "minsum"})
        CHECK(log_value(
                  model,
                  parse_mpe(
                      run({"infer", file, "--evidence", evid, "--task", "map", "--algorithm", algorithm}).out,
                      "stdout")) == doctest::Approx(log_value(model, best)));
    }
  }

  TEST_CASE("infer: the report, the files, and exactly N iterations") {
    const Folder folder;
    const std::string file = write(folder, "tree.uai", tree);
    const Outcome outcome =
        run({"infer", file, "--algorithm", "bp", "--iterations", "3", "--tolerance", "0", "-o",
             folder / "new/tree.MAR", "--json", folder / "new/tree.json", "--damping", "0.25"});
    CHECK(outcome.status == 0);
    CHECK(outcome.out.empty());
    CHECK(holds(outcome.error, "3 iterations, largest change"));
    CHECK_FALSE(holds(outcome.error, "warning"));
    CHECK(contents(folder / "new/tree.MAR").starts_with("MAR\n6 2 0."));
    const auto report = nlohmann::json::parse(contents(folder / "new/tree.json"));
    CHECK(report.at("iterations") == 3);
    CHECK(report.at("converged") == false);
    CHECK(report.at("largest_change").get<double>() > 0);
    CHECK(report.at("algorithm") == "bp");
    CHECK(report.at("variables") == 6);
    CHECK(report.at("seconds").get<double>() >= 0);

    const Outcome exactly = run({"infer", file, "--json", folder / "exact.json", "--task", "map"});
    CHECK(holds(exactly.error, "treewidth 1"));
    CHECK(exactly.out == "MPE\n6 0 2 1 0 0 1\n");
    CHECK(nlohmann::json::parse(contents(folder / "exact.json")).at("treewidth") == 1);

    // A frustrated triangle: parallel mean field started apart swings for ever.
    const std::string strong =
        write(folder, "two.uai", "MARKOV 2 2 2 3 2 0 1 1 0 1 1\n4 1 1e4 1e4 1\n2 1 1.1\n2 1 1.1\n");
    const Outcome swinging = run({"infer", strong, "--algorithm", "mf", "--iterations", "50"});
    CHECK(swinging.status == 0);
    CHECK(holds(swinging.error, "warning: mf did not converge"));
    CHECK(holds(swinging.error, "--damping"));
  }

  TEST_CASE("infer: probabilities below the rounding of 1 stay, whichever state has them") {
    const Folder folder;
    for (const bool first : {true, false}) {
      const std::string file = write(
          folder, "small.uai",
          std::string("MARKOV 2 2 2 2 1 0 2 0 1\n2 ") + (first ? "1e-17 1" : "1 1e-17") + "\n4 1 1 1 1\n");
      for (const std::string algorithm : {"exact", "bp", "mf", "trw", "fractional", "minsum", "maxproduct"}) {
        CAPTURE(algorithm);
        const auto rows = marginals_of(run({"infer", file, "--algorithm", algorithm}));
        CHECK(rows[0][first ? 0 : 1] == doctest::Approx(1e-17).epsilon(1e-12));
        CHECK(rows[0][first ? 1 : 0] == 1);
      }
    }
  }

  TEST_CASE("infer: nothing to infer, single states, extreme tables, a factor of twelve") {
    const Folder folder;
    const std::string empty = write(folder, "empty.uai", "MARKOV\n0\n0\n");
    const std::string isolated = write(folder, "isolated.uai", "MARKOV\n3\n2 1 3\n0\n");
    const std::string extreme = write(
        folder, "extreme.uai",
        "MARKOV 3 2 2 2 3 1 0 2 0 1 2 1 2\n2 1e-300 3e-300\n4 1e300 1e300 1e300 1e300\n4 1e-300 1 1 1e300");
    TableModel twelve{TableModel::Kind::markov, std::vector<int>(12, 2), {{{}, {}}}};
    for (int v = 11; v >= 0; --v) twelve.factors[0].scope.push_back(v);
    for (int i = 0; i < 4096; ++i) twelve.factors[0].values.push_back(i % 7 == 0 ? 0 : 1 + i % 5);
    const std::string large = write(folder, "twelve.uai", to_uai(twelve));
    for (const std::string& algorithm : {std::string("exact"), std::string("bp"), std::string("mf"),
                                         std::string("trw"), std::string("minsum")}) {
      CAPTURE(algorithm);
      const auto infer = [&](const std::string& file, const std::string& task,
                             const std::string& evidence = "0") {
        return run({"infer", file, "--algorithm", algorithm, "--task", task, "--evidence",
                    write(folder, "e", evidence)});
      };
      CHECK(infer(empty, "mar").out == "MAR\n0\n");
      CHECK(infer(empty, "map").out == "MPE\n0\n");
      CHECK(difference(marginals_of(infer(isolated, "mar")), {{0.5, 0.5}, {1}, {1. / 3, 1. / 3, 1. / 3}}) <
            1e-12);
      CHECK(infer(isolated, "mar", "2 0 1 2 2").out == "MAR\n3 2 0 1 1 1 3 0 0 1\n");
      if (algorithm != "mf" && algorithm != "minsum") {
        CHECK(difference(marginals_of(infer(extreme, "mar")), {{0.25, 0.75}, {0, 1}, {0, 1}}) < 1e-12);
        CHECK(difference(marginals_of(infer(large, "mar")), marginals_of(run({"infer", large}))) < 1e-12);
      }
      if (algorithm != "exact") continue;
      CHECK(parse_pr(infer(isolated, "pr").out, "stdout") == doctest::Approx(std::log(6.0)));
    }
    CHECK(difference(marginals_of(run({"infer", extreme, "--algorithm", "mf"})),
                     {{0.25, 0.75}, {0, 1}, {0, 1}}) < 1e-6);
    for (const std::string& algorithm : approximate) {
      CAPTURE(algorithm);
      const auto rows = marginals_of(
          run({"infer", large, "--algorithm", algorithm, "--tolerance", "0", "--iterations", "3"}));
      CHECK(rows.size() == 12);
    }
  }
}

TEST_SUITE("error") {
  TEST_CASE("infer: wrong files, wrong options, impossible evidence") {
    const Folder folder;
    const std::string file = write(folder, "tree.uai", tree);
    refuses(run({"infer", folder / "none.uai"}), {"there is no such file", "none.uai"});
    refuses(run({"infer", write(folder, "bad.uai", "MARKOV\n1\n2\n1\n1 0\n2 1 x\n")}),
            {"'x' is no number", "bad.uai:6"});
    refuses(run({"infer", file, "--evidence", write(folder, "e", "1 0 2")}),
            {"variable 0 is observed in state 2, but has 2", "e:1"});
    refuses(run({"infer", file, "--algorithm", "bq"}), {"there is no algorithm 'bq'", "did you mean 'bp'?"});
    refuses(run({"infer", file, "--algorithm", "bp", "--edge-weight", "0.5"}),
            {"algorithm 'bp' has no option --edge-weight", "--damping"});
    for (const std::string algorithm : {"mf", "exact"}) {
      const Outcome both =
          run({"infer", file, "--algorithm", algorithm, "--power", "2", "--schedule", "sequential"});
      refuses(both, {"algorithm '" + algorithm + "' has no option --"});
      CHECK(!holds(both.error, "warning"));
    }
    refuses(run({"infer", file, "--damping", "0.5"}), {"algorithm 'exact' has no option --damping"});
    refuses(run({"infer", file, "--algorithm", "bp", "--damping", "1.5"}), {"--damping", "1.5"});
    refuses(run({"infer", file, "--algorithm", "bp", "--iterations", "0"}), {"--iterations"});
    refuses(run({"infer", file, "--task", "mop"}), {"--task", "mop"});
    refuses(run({"infer", file, "--algorithm", "bp", "--schedule", "random"}), {"--schedule", "random"});
    refuses(run({"infer", file, "--algorithm", "bp", "--schedule", "in-order"}),
            {"it is named sequential now", "forward-backward"});
    CHECK(holds(run({"infer", file, "--algorithm", "bp", "--schedule", "sequential"}).error,
                "warning: --schedule sequential goes through the variables once an iteration"));

    const std::string zero = write(folder, "zero.uai", "MARKOV 2 2 2 1 2 0 1 4 1 0 0 1");
    const std::string odd =
        write(folder, "odd.uai", "MARKOV 3 2 2 2 3 2 0 1 2 1 2 2 0 2\n4 0 1 1 0\n4 0 1 1 0\n4 0 1 1 0\n");
    const std::string pair = write(folder, "pair.uai", "MARKOV 2 2 2 2 2 0 1 2 0 1\n4 1 0 0 1\n4 0 1 1 0\n");
    // Two factors together leave variable 1 no state; it is the file's variable 1, though the model's first.
    const std::string between =
        write(folder, "between.uai", "MARKOV 3 2 2 2 2 2 0 1 2 1 2\n4 1 0 0 1\n4 1 0 0 1\n");
    for (const std::string algorithm : {"bp", "mf", "trw", "minsum", "fractional"})
      refuses(
          run({"infer", between, "--algorithm", algorithm, "--evidence", write(folder, "e", "2 0 0 2 1")}),
          {"variable 1 is left without a possible state", "between.uai"});
    CHECK(holds(run({"infer", odd, "--algorithm", "minsum", "--task", "map"}).error, "impossible together"));
    CHECK_FALSE(holds(run({"infer", zero, "--algorithm", "minsum", "--task", "map"}).error, "impossible"));
    // An odd cycle of neighbours that differ: no message sees that, but beliefs that are impossible together.
    for (const char* const task : {"mar", "pr"})
      CHECK(holds(run({"infer", odd, "--algorithm", "mf", "--task", task}).error,
                  "warning: the beliefs of mf give probability to impossible joint states"));
    refuses(run({"infer", pair, "--algorithm", "mf", "--evidence", write(folder, "e", "1 0 0")}),
            {"is left without a possible state", "pair.uai"});

    for (const std::string algorithm : {"exact", "bp", "mf", "trw", "minsum"}) {
      CAPTURE(algorithm);
      refuses(run({"infer", zero, "--algorithm", algorithm, "--evidence", write(folder, "e", "2 0 0 1 1")}),
              {"the evidence has probability zero", "factor 0", "0 in state 0, 1 in state 1"});
      // No factor alone shows these contradictions: an answer may not be recognised as none, but is never NaN.
      for (const std::string& contradiction : {odd, pair})
        for (const std::string& evidence : {std::string("0"), std::string("1 0 0")}) {
          const Outcome outcome = run(
              {"infer", contradiction, "--algorithm", algorithm, "--evidence", write(folder, "e", evidence)});
          CAPTURE(outcome.error);
          CHECK_FALSE(holds(outcome.out, "nan"));
          CHECK((outcome.status == 0 || outcome.status == 2));
          if (algorithm == "exact") refuses(outcome, {"no possible joint state"});
          if (outcome.status == 2) CHECK_FALSE(holds(outcome.error, "report"));
        }
    }
  }
}
