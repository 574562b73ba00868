// info: what a network takes, gives, learns and costs.
#include "e2e/cli_helpers.hpp"
#include "models/models.hpp"
#include "unfurl/cost.hpp"

using namespace cli_test;
using namespace unfurl;

TEST_SUITE("e2e") {
  TEST_CASE("cli: info counts inputs, results, parameters and multiply-adds") {
    const Outcome outcome = run({"info", "lista", "--layers", "3"}, lista());
    REQUIRE(outcome.status == 0);
    CHECK(holds(outcome.out, "3 layers of ProximalGradient, untied"));
    CHECK(holds(outcome.out, "takes 'b', 1 x 250"));
    CHECK(holds(outcome.out, "gives 'x'"));
    CHECK(holds(outcome.out, "6 of 125,006 numbers are trained"));
    CHECK(holds(outcome.out,
                "625,000 multiply-adds per sample in products and convolutions, by layer "
                "125,000, 250,000, 250,000"));
    CHECK(holds(outcome.out, "ista.step"));
  }

  TEST_CASE("cli: info knows what sketches save") {
    const auto cost = [](const char* sketch) {
      Request settings;
      settings.options = {{"sketch", sketch}, {"period", "2"}, {"rows", "100"}};
      return multiply_adds_of_layers(psista()->sketch_network(complete(*psista(), settings)));
    };
    const std::vector<double> full = cost("none"), rows = cost("rows");
    REQUIRE(full.size() == 16);
    CHECK(full[1] == 2 * 250 * 500);
    CHECK(rows[1] == full[1]);
    CHECK(rows[2] == 2 * 100 * 500);
    CHECK(rows[0] == 100 * 500);  // the other product is with zeros
    const Outcome outcome = run({"info", "psista", "--set", "sketch=rows", "--layers", "2"}, psista());
    REQUIRE(outcome.status == 0);
    CHECK(holds(outcome.out, "300,000 multiply-adds per sample"));
  }

  TEST_CASE("cli: info tells of a run what it was trained with") {
    const Folder folder;
    const auto task = std::make_shared<ChainTask>();
    REQUIRE(run({"train", "chain", "--epochs", "1", "--layers", "2", "-o", folder / "run"}, task).status ==
            0);
    for (const std::string& place : {folder / "run", folder / "run/checkpoint.unfurl"}) {
      const Outcome outcome = run({"info", place}, task);
      REQUIRE_MESSAGE(outcome.status == 0, outcome.error);
      CHECK(holds(outcome.out, "checkpoint.unfurl after 1 epoch\n"));
      CHECK(holds(outcome.out, "2 layers of"));
      CHECK(holds(outcome.out, "takes 'y', 1 x 5"));
    }
    refuses(run({"info", folder / "run", "--layers", "3"}, task),
            {"settings that it was trained with", "leave out"});
  }

  TEST_CASE("cli: info tells the memory of a run and of a training step, and how it fits in less") {
    const auto told = [](const std::vector<std::string>& more) {
      std::vector<std::string> words{"info", "chain", "--layers", "16", "--batch", "64", "--threads", "1"};
      words.insert(words.end(), more.begin(), more.end());
      return run(words, std::make_shared<ChainTask>());
    };
    const Outcome all = told({}), less = told({"--memory", "1GB"}), every = told({"--recompute-every", "4"});
    REQUIRE_MESSAGE(all.status == 0, all.error);
    CHECK(holds(all.out, "memory of a run on 64 samples: "));
    CHECK(holds(all.out, "memory of a training step of Adam on 64 samples: "));
    CHECK_FALSE(holds(all.out, "computes layers again"));
    CHECK(less.out == all.out);
    CHECK(holds(every.out, "computes layers again, as with --recompute-every 4"));
    const Outcome none = told({"--memory", "1kB"});
    refuses(none, {"a training step of 64 samples needs at least ", "is to take 1.00 kB", "smaller batches"});
    // What is needed at least is enough.
    const std::size_t begin = none.error.find("at least ") + 9;
    std::string least = none.error.substr(begin, none.error.find(',', begin) - begin);
    const Outcome fits = told({"--memory", least});
    REQUIRE_MESSAGE(fits.status == 0, fits.error);
    CHECK(holds(fits.out, "computes layers again"));
    refuses(told({"--memory", "1GB", "--recompute-every", "2"}), {"excludes"});
    refuses(told({"--memory", "much"}), {"'much'", "2GB"});
  }

  TEST_CASE("cli: a training in little memory has the bits of one in much") {
    const Folder folder;
    const auto task = std::make_shared<ChainTask>();
    const auto train = [&](const char* name, const std::vector<std::string>& more) {
      std::vector<std::string> words{"train",    "chain", "--epochs", "2",
                                     "--layers", "12",    "-o",       folder / name};
      words.insert(words.end(), more.begin(), more.end());
      return run(words, task);
    };
    REQUIRE(train("all", {}).status == 0);
    const Outcome refused = train("none", {"--memory", "1kB"});
    refuses(refused, {"needs at least "});
    const std::size_t begin = refused.error.find("at least ") + 9;
    const std::string least = refused.error.substr(begin, refused.error.find(',', begin) - begin);
    REQUIRE(train("least", {"--memory", least}).status == 0);
    CHECK(contents(folder / "all/checkpoint.unfurl") == contents(folder / "least/checkpoint.unfurl"));
    CHECK(run({"check", "chain", "--layers", "6", "--memory", "1GB"}, task).status == 0);
  }

  TEST_CASE("cli: info refuses what is not there") {
    CHECK(run({"info", "nothing"}, lista()).status != 0);
    const Outcome outcome = run({"info", "lista", "--set", "systems=analytic"}, lista());
    CHECK(outcome.status != 0);
    CHECK(holds(outcome.error, "systems"));
  }
}
