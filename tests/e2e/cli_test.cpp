// The command line from outside: every command on a small task, what it prints and what it leaves.
#include <csignal>
#include <nlohmann/json.hpp>

#include "e2e/cli_helpers.hpp"
#include "unfurl/audio.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/extend/program.hpp"

using namespace cli_test;
using nlohmann::json;

namespace {

json read(const std::string& path) { return json::parse(contents(path)); }

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("cli: list, version and help say what there is") {
    const Outcome list = run({"list"});
    CHECK(list.status == 0);
    CHECK(holds(list.out, "chain  bp              4       3  bits of a chain seen through noise"));

    const Outcome version = run({"--version"});
    CHECK(version.status == 0);
    CHECK(version.out.starts_with("unfurl " UNFURL_VERSION " ("));

    const Outcome help = run({"--help"});
    CHECK(help.status == 0);
    for (const char* word :
         {"list", "draw", "train", "eval", "compare", "enhance", "check", "bits of a chain"})
      CHECK(holds(help.out, word));
    for (const char* command : {"list", "draw", "train", "eval", "compare", "enhance", "check"}) {
      CAPTURE(command);
      const Outcome own = run({command, "--help"});
      CHECK(own.status == 0);
      CHECK(holds(own.out, "Example"));
      CHECK(holds(own.out, std::string("  unfurl ") + command));
    }
  }

  TEST_CASE("cli: draw writes all views as DOT and SVG") {
    const Folder folder;
    for (const char* view : {"factors", "network", "step"}) {
      CAPTURE(view);
      const std::string dot = folder / (std::string(view) + ".dot"),
                        svg = folder / (std::string("new/") + view + ".svg");
      CHECK(run({"draw", "chain", "--view", view, "-o", dot}).status == 0);
      CHECK(holds(contents(dot), "graph"));
      CHECK(run({"draw", "chain", "--view", view, "-o", svg}).status == 0);
      CHECK(holds(contents(svg), "<svg"));
    }
    CHECK(contents(folder / "factors.dot") != contents(folder / "network.dot"));
    const std::string tied = folder / "tied.dot";
    CHECK(run({"draw", "chain", "--view", "network", "--tying", "tied", "-o", tied}).status == 0);
    CHECK(contents(tied) != contents(folder / "network.dot"));
  }

  TEST_CASE("cli: draw prints the program, after any pass, so that it can be read back") {
    const Folder folder;
    const Outcome whole = run({"draw", "chain", "--view", "program"});
    CHECK(whole.status == 0);
    CHECK(holds(whole.out, "return "));
    CHECK(unfurl::ir::program_from_text(whole.out).text() == whole.out);
    const std::string file = folder / "program.txt";
    CHECK(run({"draw", "chain", "--view", "program", "-o", file}).status == 0);
    CHECK(contents(file) == whole.out);
    std::size_t before = 0;
    for (const char* pass : {"remove_dead", "merge_common", "hoist_uniform"}) {
      CAPTURE(pass);
      const Outcome after = run({"draw", "chain", "--view", "program", "--after", pass});
      CHECK(after.status == 0);
      CHECK(holds(after.error, pass));
      const int values = unfurl::ir::program_from_text(after.out).size();
      CHECK(static_cast<std::size_t>(values) >= before);
      before = static_cast<std::size_t>(values);
    }
    refuses(run({"draw", "chain", "--view", "program", "--after", "nothing"}), {"--after", "hoist_uniform"});
    refuses(run({"draw", "chain", "--after", "remove_dead", "-o", file}),
            {"--after remove_dead", "--view program"});
    for (const char* target : {"cpu", "reference"}) {
      CAPTURE(target);
      const Outcome there = run({"draw", "chain", "--view", "program", "--target", target});
      CHECK(there.status == 0);
      CHECK(unfurl::ir::program_from_text(there.out).text() == there.out);
    }
    refuses(run({"draw", "chain", "--view", "program", "--target", "tape"}), {"--target", "reference"});
    refuses(run({"draw", "chain", "--target", "cpu", "-o", file}), {"--target cpu", "--view program"});
    refuses(run({"draw", "chain"}), {"-o"});
    refuses(run({"draw", "chain", "--view", "program", "-o", folder / "program.svg"}),
            {"program.svg", ".txt"});
  }

  TEST_CASE("cli: train keeps a run that eval repeats") {
    const Folder folder;
    const std::string out = folder / "run";
    const Outcome trained = run({"train", "chain", "--epochs", "4", "--layers", "3", "-o", out});
    REQUIRE(trained.status == 0);
    CHECK(holds(trained.out, "3 layers, untied"));
    CHECK(holds(trained.error, "epoch 4/4  loss "));
    const json record = read(out + "/run.json");
    CHECK(record["task"] == "chain");
    CHECK(record["settings"]["layers"] == 3);
    CHECK(record["settings"]["algorithm"] == "bp");
    CHECK(record["history"].size() == 4);
    CHECK(record["history"][3]["validation"].get<double>() <
          record["history"][0]["validation"].get<double>());
    CHECK(record["interrupted"] == false);
    CHECK(record["machine"]["version"] == UNFURL_VERSION);
    CHECK(record["machine"]["simd"].get<std::string>().size() > 2);

    const std::string metrics = folder / "metrics.json";
    const Outcome evaluated = run({"eval", out, "--json", metrics, "--threads", "1"});
    CHECK(evaluated.status == 0);
    CHECK(holds(evaluated.out, "bit error"));
    CHECK(read(metrics)["metrics"] == record["metrics"]);
    CHECK(read(metrics)["metrics"][0]["per_item"].size() == 200);
    CHECK(run({"eval", out + "/checkpoint.unfurl"}).out == evaluated.out);
  }

  TEST_CASE("cli: the number of threads changes no bit of a checkpoint") {
    const Folder folder;
    for (const char* threads : {"1", "2", "4"})
      REQUIRE(run({"train", "chain", "--threads", threads, "-o", folder / threads}).status == 0);
    const std::string one = contents(folder / "1/checkpoint.unfurl");
    CHECK(one.size() > 100);
    CHECK(contents(folder / "2/checkpoint.unfurl") == one);
    CHECK(contents(folder / "4/checkpoint.unfurl") == one);
    REQUIRE(run({"train", "chain", "--seed", "2", "-o", folder / "other"}).status == 0);
    CHECK(contents(folder / "other/checkpoint.unfurl") != one);
  }

  TEST_CASE("cli: a run resumed for more epochs goes on from its last one") {
    const Folder folder;
    const std::string out = folder / "run";
    REQUIRE(run({"train", "chain", "--epochs", "2", "--seed", "5", "-o", out}).status == 0);
    const json before = read(out + "/run.json");
    REQUIRE(run({"train", "chain", "--epochs", "5", "--resume", "-o", out}).status == 0);
    const json after = read(out + "/run.json");
    CHECK(after["settings"]["seed"] == 5);
    REQUIRE(after["history"].size() == 5);
    CHECK(after["history"][1] == before["history"][1]);
    CHECK(after["history"][4]["epoch"] == 5);
    const std::string whole = folder / "whole";
    REQUIRE(run({"train", "chain", "--epochs", "5", "--seed", "5", "-o", whole}).status == 0);
    const json once = read(whole + "/run.json");
    CHECK(once["metrics"] == after["metrics"]);
    CHECK(once["history"][4]["loss"] == after["history"][4]["loss"]);
    CHECK(contents(whole + "/checkpoint.unfurl") == contents(out + "/checkpoint.unfurl"));
    // Nothing left to do is no error.
    CHECK(run({"train", "chain", "--resume", "-o", out}).status == 0);
    CHECK(read(out + "/run.json")["history"].size() == 5);
  }

  TEST_CASE("cli: train with no epochs keeps the untrained network") {
    const Folder folder;
    const std::string out = folder / "run";
    REQUIRE(run({"train", "chain", "--epochs", "0", "-o", out}).status == 0);
    CHECK(read(out + "/run.json")["history"].empty());
    CHECK(run({"eval", out}).status == 0);
    CHECK(unfurl::load(out + "/checkpoint.unfurl").training.epoch == 0);
  }

  TEST_CASE("cli: Ctrl-C ends a training after the epoch, and resuming it gives the bits of a whole one") {
    const Folder folder;
    const std::string out = folder / "run", whole = folder / "whole";
    const std::string training = "train lista --layers 2 --epochs 12 --threads 1 -o ";
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {  // a program of its own: threads of this one do not survive the fork
      const std::string command =
          unfurl::detail::cat("exec '", unfurl_program, "' ", training, out, " >/dev/null 2>&1");
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(127);
    }
    int status = 0;
    while (!fs::exists(out + "/checkpoint.unfurl") && waitpid(child, &status, WNOHANG) == 0) usleep(2000);
    kill(child, SIGINT);
    waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 130);
    const json record = read(out + "/run.json");
    CHECK(record["interrupted"] == true);
    CHECK(record["history"].size() < 12);
    CHECK(unfurl::load(out + "/checkpoint.unfurl").training.epoch ==
          static_cast<int>(record["history"].size()));

    CHECK(shell("train lista --resume -o " + out).status == 0);
    CHECK(shell(training + whole).status == 0);
    CHECK(contents(out + "/checkpoint.unfurl") == contents(whole + "/checkpoint.unfurl"));
    CHECK(read(out + "/run.json")["interrupted"] == false);
    CHECK(read(out + "/run.json")["history"].size() == 12);
    CHECK(read(out + "/run.json")["metrics"] == read(whole + "/run.json")["metrics"]);
  }

  TEST_CASE("cli: check passes on right gradients") {
    const Outcome checked = run({"check", "chain", "--layers", "2"});
    CHECK(checked.status == 0);
    CHECK(holds(checked.out, "J@1"));
    CHECK(holds(checked.out, "agree with differences"));
    CHECK_FALSE(holds(checked.out, "WRONG"));
  }

  TEST_CASE("cli: enhance keeps rate, channels and length") {
    const Folder folder;
    const std::string out = folder / "run", in = folder / "in.wav", enhanced = folder / "deep/out.wav";
    REQUIRE(run({"train", "chain", "--epochs", "0", "-o", out}, {.audio = true}).status == 0);
    unfurl::audio::Recording noisy{{std::vector<float>(11025), std::vector<float>(11025)}, 11025};
    for (std::size_t i = 0; i < 11025; ++i) {
      noisy.channels[0][i] = static_cast<float>(0.5 * std::sin(0.1 * static_cast<double>(i)));
      noisy.channels[1][i] = static_cast<float>(0.25 * std::sin(0.2 * static_cast<double>(i)));
    }
    unfurl::audio::write(in, noisy);
    const Outcome result = run({"enhance", out, in, enhanced}, {.audio = true});
    CHECK(result.status == 0);
    CHECK(holds(result.out, "2 channels, 11025 Hz"));
    const auto quiet = unfurl::audio::read_all_channels(enhanced);
    REQUIRE(quiet.channels.size() == 2);
    REQUIRE(quiet.rate == 11025);
    REQUIRE(quiet.channels[0].size() == 11025);
    for (const std::size_t i : {3000u, 5000u, 7001u}) {
      CHECK(quiet.channels[0][i] == doctest::Approx(noisy.channels[0][i] / 2).epsilon(0.02).scale(0.1));
      CHECK(quiet.channels[1][i] == doctest::Approx(noisy.channels[1][i] / 2).epsilon(0.02).scale(0.1));
    }
  }

  TEST_CASE("cli: the built program lists its models") {
    const Outcome list = shell("list");
    CHECK(list.status == 0);
    for (const char* model : {"denoiser", "deep_nmf", "boltzmann", "lista"}) CHECK(holds(list.out, model));
  }
}
