// What the tasks of `infer` promise: joint states, states one by one, and what is said about them.
#include <nlohmann/json.hpp>

#include "e2e/cli_helpers.hpp"
#include "unfurl/formats.hpp"

using namespace cli_test;
using namespace unfurl;

namespace {

const std::vector<std::string> algorithms = {"exact",      "bp",         "mf",    "trw",
                                             "fractional", "maxproduct", "minsum"};

std::string write(const Folder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder / name, std::ios::binary) << text;
  return folder / name;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("infer --task map gives the most probable state of small trees, by every algorithm") {
    const Folder folder;
    struct Example {
      const char* text;
      double value;
    };
    const Example examples[] = {
        {"MARKOV 2 2 2 1 2 0 1 4 0 3 2 2", 3},  // the argmax of marginals is 1 1, of value 2
        {"MARKOV 2 2 2 1 2 0 1 4 1 2 2 1", 2},  // ties
        {"MARKOV 2 2 2 1 2 0 1 4 0 1 1 0", 1},  // ties of allowed states
        {"MARKOV 2 2 2 2 2 0 1 2 1 0 4 0 3 2 2 4 1 1 1 1",
         3},  // a tree whose factors are two on the same variables
        {"MARKOV 3 3 2 3 2 2 0 1 2 1 2 6 1 0 0 1 1 0 6 0 1 1 1 0 0", 1}};
    for (const Example& e : examples)
      for (const std::string& algorithm : algorithms) {
        CAPTURE(e.text);
        CAPTURE(algorithm);
        const std::string file = write(folder, "m.uai", e.text), json = folder / "m.json";
        const Outcome found = run({"infer", file, "--algorithm", algorithm, "--task", "map", "--json", json});
        CHECK(found.status == 0);
        CHECK(log_value(read_model(file), parse_mpe(found.out, "stdout")) ==
              doctest::Approx(std::log(e.value)));
        const auto report = nlohmann::json::parse(contents(json));
        CHECK(report.at("log_value").get<double>() == doctest::Approx(std::log(e.value)));
        CHECK(report.at("optimal") == true);
        CHECK(holds(found.error, "the largest there is"));
        CHECK_FALSE(holds(found.error, "impossible"));
      }
  }

  TEST_CASE("infer says where states are an estimate, and where a tree shows that none is possible") {
    const Folder folder;
    const std::string loop =
        write(folder, "loop.uai", "MARKOV 3 2 2 2 3 2 0 1 2 1 2 2 0 2\n4 1 2 2 1\n4 1 2 2 1\n4 1 2 2 1\n");
    const std::string none = write(folder, "none.uai", "MARKOV 2 2 2 2 2 0 1 2 0 1\n4 1 0 0 1\n4 0 1 1 0\n");
    for (const std::string algorithm : {"bp", "minsum"}) {
      CAPTURE(algorithm);
      const Outcome found = run({"infer", loop, "--algorithm", algorithm, "--task", "map"});
      CHECK(holds(found.error, "an estimate: the model is no tree"));
      CHECK(log_value(read_model(loop), parse_mpe(found.out, "stdout")) == doctest::Approx(std::log(4)));
      const Outcome refused = run({"infer", none, "--algorithm", algorithm, "--task", "map"});
      CHECK(refused.status == 2);
      CHECK(holds(refused.error, "possible"));
      CHECK(refused.out.empty());
    }
  }

  TEST_CASE("infer --task mpm gives the largest marginals, and warns where they are impossible together") {
    const Folder folder;
    const std::string site = write(folder, "site.uai", "MARKOV 2 2 2 1 2 0 1 4 0 3 2 2");
    const std::string apart = write(folder, "apart.uai", "MARKOV 2 2 2 1 2 0 1 4 0 1 1 0");
    for (const std::string algorithm : {"exact", "bp", "trw"}) {
      CAPTURE(algorithm);
      const Outcome found = run({"infer", site, "--algorithm", algorithm, "--task", "mpm"});
      CHECK(found.out == "MPE\n2 1 1\n");  // p(x0 = 1) = 4/7, p(x1 = 1) = 5/7
      CHECK(holds(found.error, "log value of the states: 0.69314718056\n"));
      const Outcome impossible = run({"infer", apart, "--algorithm", algorithm, "--task", "mpm"});
      CHECK(impossible.status == 0);
      CHECK(holds(impossible.error, "impossible together"));
      CHECK(holds(impossible.error, "--task map"));
    }
  }

  TEST_CASE("infer --help says what every algorithm is and what every task promises; no option is ignored") {
    const Folder folder;
    const Outcome help = run({"infer", "--help"});
    for (const std::string& algorithm : algorithms) CHECK(holds(help.out, algorithm + ": "));
    for (const std::string task : {"mar: ", "pr: ", "map: ", "mpm: "}) CHECK(holds(help.out, task));
    const std::string file = write(folder, "m.uai", "MARKOV 2 2 2 1 2 0 1 4 0 3 2 2");
    const Outcome one = run({"infer", file, "--threads", "1"});
    CHECK(one.status == 0);
    CHECK(run({"infer", file, "--threads", "3"}).out == one.out);
    CHECK(run({"infer", file, "--algorithm", "bp", "--threads", "3"}).out ==
          run({"infer", file, "--algorithm", "bp", "--threads", "1"}).out);
    refuses(run({"infer", file, "--algorithm", "bp", "--memory", "2"}),
            {"algorithm 'bp' has no option --memory"});
    refuses(run({"infer", file, "--iterations", "5"}), {"algorithm 'exact' has no option --iterations"});
    // Algorithms of the list that have no options here.
    CHECK(holds(help.out, "chambolle-pock"));
    refuses(run({"infer", file, "--algorithm", "mu", "--damping", "0.5"}),
            {"algorithm 'mu' has no option --damping", "--iterations"});
    refuses(run({"infer", file, "--algorithm", "mu"}), {"MultiplicativeUpdate"});
  }

  TEST_CASE("infer warns of a log Z that no model with such tables has") {
    const Folder folder;
    // Three variables that must all differ pairwise, in two states: beliefs swing, and there is no joint state at all.
    const std::string odd =
        write(folder, "odd.uai", "MARKOV 3 2 2 2 3 2 0 1 2 1 2 2 0 2\n4 0 1 1 0\n4 0 1 1 0\n4 0 1 1 0\n");
    const Outcome found = run({"infer", odd, "--algorithm", "mf", "--task", "pr"});
    CHECK((found.status != 0 || holds(found.error, "warning: ")));
    const std::string fine = write(folder, "fine.uai", "MARKOV 2 2 2 1 2 0 1 4 1e-30 3e40 2 2");
    for (const std::string algorithm : {"exact", "bp", "trw", "fractional"})
      CHECK_FALSE(holds(run({"infer", fine, "--algorithm", algorithm, "--task", "pr"}).error, "warning"));
  }
}
