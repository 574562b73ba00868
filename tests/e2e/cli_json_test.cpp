// --json: the same object from every command, in a file or on standard output.
#include <nlohmann/json.hpp>

#include "e2e/cli_helpers.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/data_files.hpp"

using namespace cli_test;
using nlohmann::json;

namespace {

/// The object that a command prints with --json -, which is all that it prints.
json printed(std::vector<std::string> words, const ChainOptions& options = {}) {
  const std::string command = words.front();
  words.insert(words.end(), {"--json", "-"});
  const Outcome outcome = run(words, options);
  CAPTURE(command);
  CAPTURE(outcome.error);
  REQUIRE(outcome.status == 0);
  const json j = json::parse(outcome.out, nullptr, false);
  REQUIRE_MESSAGE(j.is_object(), outcome.out);
  CHECK(j["status"] == 0);
  CHECK(j["unfurl"].is_string());
  CHECK(holds(j["command"].get<std::string>(), "unfurl " + command));
  return j;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("cli json: every command has the option, and help says what the object holds") {
    std::istringstream help(run({"--help"}).out);
    std::string line;
    while (std::getline(help, line) && !holds(line, "Subcommands:")) {
    }
    int commands = 0;
    while (std::getline(help, line) && line.starts_with("  ")) {
      std::istringstream words(line);
      std::string command;
      words >> command;
      if (line[2] == ' ') continue;  // a second line of the command above
      ++commands;
      const Outcome one = run({command, "--help"});
      CHECK_MESSAGE(holds(one.out, "--json FILE"), command);
      CHECK_MESSAGE(holds(one.out, "An object of"), command);
    }
    CHECK(commands >= 16);
  }

  TEST_CASE("cli json: models, networks, gradients and drawings") {
    const Folder folder;
    const json list = printed({"list"});
    REQUIRE(list["models"].size() == 1);
    CHECK(list["models"][0]["name"] == "chain");
    CHECK(list["models"][0]["layers"] == 4);
    CHECK(printed({"list", "chain"})["models"] == list["models"]);

    const json info = printed({"info", "chain", "--layers", "3", "--batch", "8"});
    CHECK(info["model"] == "chain");
    CHECK(info["layers"] == 3);
    CHECK(info["takes"][0]["name"] == "y");
    CHECK(info["takes"][0]["shape"] == json::array({1, 5}));
    CHECK(info["gives"] == json::array({"x", "x.logit"}));
    CHECK(info["parameters"].size() == 2);
    CHECK(info["bytes"]["batch"] == 8);
    CHECK(info["bytes"]["training_step"].get<double>() > info["bytes"]["run"].get<double>());

    const json check = printed({"check", "chain", "--layers", "2", "--tying", "tied"});
    REQUIRE(check["gradients"].size() == 2);
    for (const json& g : check["gradients"]) CHECK(g["passed"] == true);

    CHECK(holds(printed({"draw", "chain", "--view", "program"})["text"].get<std::string>(), "input"));
    CHECK(printed({"draw", "chain", "-o", folder / "a.dot"})["file"] == (folder / "a.dot"));
    CHECK(fs::exists(folder / "a.dot"));
  }

  TEST_CASE("cli json: a run from training to results, and the file holds what is printed") {
    const Folder folder;
    const std::string run_folder = folder / "run", file = folder / "train.json";
    const Outcome trained =
        run({"train", "chain", "--layers", "2", "--epochs", "1", "-o", run_folder, "--json", file});
    REQUIRE(trained.status == 0);
    CHECK(holds(trained.out, "bit error"));  // text, too
    const json record = json::parse(contents(file)), kept = json::parse(contents(run_folder + "/run.json"));
    CHECK(record["metrics"] == kept["metrics"]);
    CHECK(record["history"].size() == 1);

    const json eval = printed({"eval", run_folder});
    CHECK(eval["metrics"] == record["metrics"]);
    CHECK(printed({"info", run_folder})["epochs_done"] == 1);

    unfurl::write_arrays(folder / "in.npz", {{"y", {{3, 5}, std::vector<double>(15, 0.5)}}});
    const json ran = printed({"run", run_folder, folder / "in.npz", folder / "out.npz", "--results", "x"});
    CHECK(ran["results"] == json::array({{{"name", "x"}, {"shape", json::array({3, 5})}}}));

    const json c = printed({"export", run_folder, "-o", folder / "chain.c"});
    CHECK(c["files"].size() == 2);
    CHECK(c["memory"].get<int>() > 0);
    const json weights = printed({"export", run_folder, "-o", folder / "w.safetensors"});
    CHECK(weights["bytes"] == fs::file_size(folder / "w.safetensors"));
    CHECK(printed({"import", run_folder, folder / "w.safetensors", "-o", folder / "again"})["run"] ==
          (folder / "again"));
    const json compared = printed({"compare", "chain", "--layers", "2", "--epochs", "1"});
    CHECK(compared["rows"].size() == 5);
    CHECK(compared["task"] == "chain");
  }

  TEST_CASE("cli json: inference, codes, projects and shells") {
    const Folder folder;
    std::ofstream(folder / "m.uai") << "MARKOV\n2\n2 2\n1\n2 0 1\n4\n3 1 1 3\n";
    const json marginals = printed({"infer", folder / "m.uai"});
    CHECK(marginals["marginals"] == json::parse("[[0.5,0.5],[0.5,0.5]]"));
    CHECK(printed({"infer", folder / "m.uai", "--task", "map"})["states"].size() == 2);

    const json code = printed({"decode", "hamming:3"});
    CHECK(code["dimension"] == 4);
    CHECK(code["bits"] == 7);
    CHECK(code["distance_at_most"] == 3);
    const json points =
        printed({"decode", "hamming:3", "--ebn0", "2,4", "--frames", "64", "--frame-errors", "4"});
    CHECK(points["points"].size() == 2);
    CHECK(printed({"decode", "repetition:3", "--p", "0.1", "--exact"})["rates"].size() == 1);

    CHECK(printed({"new", folder / "mine"})["files"].size() == 7);
    CHECK(holds(printed({"completions", "bash"})["script"].get<std::string>(), "--json"));
    const json man = printed({"man", "train"});
    REQUIRE(man["commands"].size() == 1);
    CHECK(man["commands"][0]["options"].size() > 10);
  }

  TEST_CASE("cli json: takes the place of nothing that the command reads or writes") {
    const Folder folder;
    const std::string run_folder = folder / "run";
    REQUIRE(run({"train", "chain", "--layers", "2", "--epochs", "1", "-o", run_folder}).status == 0);
    refuses(run({"info", run_folder, "--json", run_folder + "/checkpoint.unfurl"}), {"in use already"});
    refuses(run({"draw", "chain", "-o", folder / "a.dot", "--json", folder / "a.dot"}), {"in use already"});
    refuses(run({"decode", "hamming:3", "--ebn0", "3", "--resume", "--json", "-"}), {"--resume"});
    CHECK(unfurl::load_network(run_folder).layers() == 2);
  }
}
