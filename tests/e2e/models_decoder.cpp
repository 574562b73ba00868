// Decoders that learn: gradients, symmetry, better layers, and a run in the place of a rule.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "e2e/cli_helpers.hpp"
#include "models/models.hpp"

using namespace unfurl;

namespace {

Settings settings_with(const std::map<std::string, std::string>& options, int layers = 3) {
  Request asked;
  asked.options = options;
  Settings s = complete(*decoder(), asked);
  s.layers = layers;
  return s;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("decoder: gradients of all kinds of weights, of words and of syndromes") {
    for (const std::string code : {"hamming:3", "surface:3"})
      for (const std::string weights : {"scalar", "degree", "edge", "pair"})
        for (const std::string damping : {"no", "yes"}) {
          CAPTURE(code);
          CAPTURE(weights);
          const bool flips = code == "surface:3";
          const Settings settings = settings_with({{"code", code},
                                                   {"weights", weights},
                                                   {"damping", damping},
                                                   {"low", flips ? "0.05" : "1"},
                                                   {"high", flips ? "0.1" : "4"}});
          const auto problem = decoder()->prepare(settings);
          for (const GradientCheck& c : check_gradients(problem->network(settings), problem->loss(),
                                                        problem->validation().slice(0, 20), 5, 1e-6))
            CHECK(c.largest_error < 1e-4);
        }
  }

  TEST_CASE("decoder: training makes few layers better, for words and for syndromes") {
    for (const std::string code : {"bch:15,7", "surface:3"}) {
      CAPTURE(code);
      const bool flips = code == "surface:3";
      const Settings settings = settings_with(
          {{"code", code}, {"low", flips ? "0.05" : "1"}, {"high", flips ? "0.1" : "5"}, {"test", "4000"}});
      const auto problem = decoder()->prepare(settings);
      Network network = problem->network(settings);
      const double before = evaluate_loss(network, problem->loss(), problem->validation());
      const double wrong = problem->evaluate(network)[0].value;
      Trainer{
          .loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = 2, .batch = problem->batch()}
          .fit(network, problem->training());
      CHECK(evaluate_loss(network, problem->loss(), problem->validation()) < 0.99 * before);
      CHECK(problem->evaluate(network)[0].value < wrong);
    }
  }

  TEST_CASE(
      "decoder: weights along cyclic shifts, other rules and orders, and joint errors of qubits learn") {
    struct Case {
      std::map<std::string, std::string> options;
      bool flips;
    };
    const std::vector<Case> cases = {
        {{{"code", "bch:63,45,63"}, {"cyclic", "63"}, {"test", "500"}}, false},
        {{{"code", "bch:15,7"}, {"rule", "min-sum"}, {"schedule", "layered"}, {"test", "2000"}}, false},
        {{{"code", "bch:15,7"},
          {"rule", "offset"},
          {"weights", "scalar"},
          {"loss", "last"},
          {"test", "2000"}},
         false},
        {{{"code", "surface_joint:3"}, {"spread", "0.1"}, {"test", "2000"}}, true}};
    for (Case c : cases) {
      c.options["low"] = c.flips ? "0.05" : "2";
      c.options["high"] = c.flips ? "0.15" : "5";
      const Settings settings = settings_with(c.options);
      CAPTURE(settings.word("code"));
      const auto problem = decoder()->prepare(settings);
      Network network = problem->network(settings);
      for (const GradientCheck& g :
           check_gradients(network, problem->loss(), problem->validation().slice(0, 10), 3, 1e-6))
        CHECK(g.largest_error < 1e-3);
      const double before = evaluate_loss(network, problem->loss(), problem->validation());
      Trainer{
          .loss = problem->loss(), .optimizer = problem->optimizer(), .epochs = 1, .batch = problem->batch()}
          .fit(network, problem->training());
      CHECK(evaluate_loss(network, problem->loss(), problem->validation()) < before);
      if (c.options.count("cyclic") != 0) CHECK(network.trained_count() == 3 * 24 + 4);
    }
  }

  TEST_CASE("decoder: a run takes the place of a rule") {
    const cli_test::Folder folder;
    const std::string run = folder / "run", json = folder / "points.json";
    CHECK(cli_test::run(
              {"train", "decoder", "-o", run, "--epochs", "1", "--layers", "3", "--set", "code=hamming:3"},
              decoder())
              .status == 0);
    CHECK(cli_test::run({"decode", "hamming:3", "--ebn0", "4", "--run", run, "--json", json}, decoder())
              .status == 0);
    CHECK(nlohmann::json::parse(cli_test::contents(json)).at("iterations") == 3);
    cli_test::refuses(cli_test::run({"decode", "bch:15,7", "--ebn0", "4", "--run", run}, decoder()),
                      {"trained on this code"});
    cli_test::refuses(cli_test::run({"decode", "hamming:3", "--p", "0.1", "--run", run}, decoder()),
                      {"do not belong together"});
    cli_test::refuses(
        cli_test::run({"decode", "hamming:3", "--ebn0", "4", "--run", run, "--rule", "min-sum"}, decoder()),
        {"--rule"});
  }

  TEST_CASE("decoder: what it refuses") {
    const auto prepare = [](const std::map<std::string, std::string>& options) {
      (void)decoder()->prepare(settings_with(options));
    };
    CHECK_THROWS_AS(prepare({{"low", "4"}, {"high", "3"}}), ModelError);
    CHECK_THROWS_AS(prepare({{"code", "surface:3"}}), ModelError);  // Eb/N0 as probabilities
    CHECK_THROWS_AS(prepare({{"code", "bch:63,45,63"}, {"cyclic", "62"}}), ModelError);
    const Settings open = settings_with({{"code", "bch:63,45"}, {"cyclic", "63"}});  // 18 rows of 63
    CHECK_THROWS_AS((void)decoder()->prepare(open)->network(open), ModelError);
  }
}
