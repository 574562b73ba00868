// Trainings that are killed, and what is left of them.
#include <csignal>
#include <nlohmann/json.hpp>

#include "e2e/cli_helpers.hpp"
#include "train/history.hpp"
#include "unfurl/checkpoint.hpp"

using namespace cli_test;
using nlohmann::json;

namespace {

/// Starts the built program and kills it as soon as its checkpoint has `epochs` epochs.
void kill_after(int epochs, const std::string& words, const std::string& run) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string command =
        unfurl::detail::cat("exec '", unfurl_program, "' ", words, " -o ", run, " >", run, ".out 2>&1");
    execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    _exit(127);
  }
  int status = 0;
  const std::string file = run + "/checkpoint.unfurl";
  while (waitpid(child, &status, WNOHANG) == 0) {
    if (fs::exists(file) && unfurl::load(file).training.epoch >= epochs) break;
    usleep(1000);
  }
  kill(child, SIGKILL);
  waitpid(child, &status, 0);
}

/// The losses by epoch; each epoch must be there once.
std::vector<double> losses(const std::string& run) {
  const json record = json::parse(contents(run + "/run.json"));
  std::vector<double> values;
  for (const json& epoch : record["history"]) {
    values.push_back(epoch["loss"]);
    CHECK(epoch["epoch"] == values.size());
  }
  return values;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("cli restart: kill -9 forgets no epoch, and the bits are those of a whole run") {
    const Folder folder;
    const std::string run = folder / "run", whole = folder / "whole";
    const std::string training = "train lista --layers 2 --epochs 10 --threads 1";
    REQUIRE(shell(training + " -o " + whole).status == 0);
    kill_after(2, training, run);
    kill_after(5, "train lista --threads 1 --resume", run);
    const int done = unfurl::load(run + "/checkpoint.unfurl").training.epoch;
    CHECK(done >= 5);
    CHECK(std::ssize(losses(run)) >= done - 1);  // killed perhaps between the checkpoint and its record
    CHECK(json::parse(contents(run + "/run.json"))["interrupted"] == true);
    const Outcome rest = shell("train lista --threads 1 --resume -o " + run);
    INFO(rest.error);
    CHECK(rest.status == 0);
    CHECK(contents(run + "/checkpoint.unfurl") == contents(whole + "/checkpoint.unfurl"));
    CHECK(losses(run).size() == 10);
    CHECK(losses(run) == losses(whole));
    for (const auto& entry : fs::directory_iterator(run)) {
      CAPTURE(entry.path());
      CHECK((entry.path().filename() == "run.json" || entry.path().filename() == "checkpoint.unfurl"));
    }
  }

  TEST_CASE("cli restart: a damaged record is written anew from the checkpoint, with a warning") {
    const Folder folder;
    const std::string out = folder / "run", whole = folder / "whole";
    REQUIRE(run({"train", "chain", "--epochs", "5", "-o", whole}).status == 0);
    REQUIRE(run({"train", "chain", "--epochs", "3", "-o", out}).status == 0);
    int epochs = 3;
    for (const char* damage :
         {"{", "{}", "", "[1, 2", R"({"history": [{"epoch": "x"}]})", R"({"history": 7})"}) {
      CAPTURE(damage);
      std::ofstream(out + "/run.json") << damage;
      const std::string wanted = std::to_string(std::min(5, ++epochs));
      const Outcome resumed = run({"train", "chain", "--resume", "--epochs", wanted, "-o", out});
      CHECK(resumed.status == 0);
      CHECK(holds(resumed.error, "warning: the record of the run is damaged"));
      CHECK(holds(resumed.error, out + "/run.json"));
    }
    CHECK(losses(out) == losses(whole));
    CHECK(contents(out + "/checkpoint.unfurl") == contents(whole + "/checkpoint.unfurl"));
    fs::remove(out + "/run.json");  // a lost one is as good, and no warning
    const Outcome resumed = run({"train", "chain", "--resume", "-o", out});
    CHECK(resumed.status == 0);
    CHECK_FALSE(holds(resumed.error, "warning"));
    CHECK(losses(out) == losses(whole));
  }

  TEST_CASE("cli restart: resuming with the options the run was begun with is accepted") {
    const Folder folder;
    const std::string out = folder / "run";
    REQUIRE(run({"train", "chain", "--epochs", "2", "--curriculum", "2", "--near-tied", "0.5", "-o", out})
                .status == 0);
    CHECK(run({"train", "chain", "--resume", "--curriculum", "2", "--near-tied", "0.5", "-o", out}).status ==
          0);
    CHECK(run({"train", "chain", "--resume", "-o", out}).status == 0);
  }

  TEST_CASE("cli restart: of two trainings in one folder one is refused and the other's is kept") {
    const Folder folder;
    const std::string out = folder / "run";
    std::vector<pid_t> children;
    for (const char* seed : {"1", "2"}) {
      const pid_t child = fork();
      REQUIRE(child >= 0);
      if (child == 0) {
        const std::string command = unfurl::detail::cat(
            "exec '", unfurl_program, "' train lista --layers 2 --epochs 4 --threads 1 --seed ", seed, " -o ",
            out, " >", folder / "out", seed, " 2>&1");
        execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
        _exit(127);
      }
      children.push_back(child);
    }
    std::vector<int> statuses;
    for (const pid_t child : children) {
      int status = 0;
      waitpid(child, &status, 0);
      statuses.push_back(WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    }
    const int winner = statuses[0] == 0 ? 1 : 2;
    CHECK(statuses[static_cast<std::size_t>(winner - 1)] == 0);
    CHECK(statuses[static_cast<std::size_t>(2 - winner)] == 2);
    CHECK(json::parse(contents(out + "/run.json"))["settings"]["seed"] == winner);
    CHECK(unfurl::load(out + "/checkpoint.unfurl").training.epoch == 4);
  }

  TEST_CASE("cli restart: a comparison goes on after kill -9, to the digits of a whole one") {
    const Folder folder;
    const std::string out = folder / "cut", whole = folder / "whole";
    const std::string model =
                          "compare decoder --set code=hamming:3 --set words=400 --set test=50 --layers 2 ",
                      words = model + "--epochs 2 --seeds 2 --threads 1 ";
    REQUIRE(shell(words + "-o " + whole).status == 0);
    CHECK_FALSE(fs::exists(whole + "/unfinished"));
    refuses(shell(words + "--resume -o " + whole), {"there is no comparison to resume", "--resume"});

    // Killed where a trained row of the second seed is done, and the next one is being trained.
    const std::string done = out + "/unfinished/seed-2-layers-2-row-1.unfurl";
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const std::string command =
          unfurl::detail::cat("exec '", unfurl_program, "' ", words, " -o ", out, " >", out, ".out 2>&1");
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(127);
    }
    int status = 0;
    while (!fs::exists(done) && waitpid(child, &status, WNOHANG) == 0) usleep(1000);
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    CHECK_FALSE(fs::exists(out + "/compare.json"));
    const double seconds = json::parse(unfurl::load(done).declaration)["seconds"];

    refuses(shell(model + "--epochs 4 --seeds 2 --threads 1 --resume -o " + out),
            {"other settings", "settings.json"});
    // A row that is damaged, or another's, is refused, and the rest stays.
    const std::string hurt = folder / "hurt", other = hurt + "/unfinished/seed-2-layers-2-row-1.unfurl";
    fs::copy(out, hurt, fs::copy_options::recursive);
    fs::resize_file(other, fs::file_size(other) / 2);
    const auto refused = [&](const std::string& part) {
      const Outcome again = shell(words + "--resume -o " + hurt);
      CAPTURE(again.error);
      CHECK(again.status == 2);
      CHECK(holds(again.error, "row-1.unfurl"));
      CHECK(holds(again.error, part));
    };
    refused("truncated");
    fs::copy_file(hurt + "/unfinished/seed-2-layers-2-row-0.unfurl", other,
                  fs::copy_options::overwrite_existing);
    refused("'untrained' was kept where 'one scalar' comes now");

    const Outcome rest = shell(words + "--resume -o " + out);
    CAPTURE(rest.error);
    REQUIRE(rest.status == 0);
    CHECK_FALSE(fs::exists(out + "/unfinished"));
    const auto untimed = [](json j) {
      j.erase("command");
      for (json& row : j["rows"]) {
        row.erase("train_seconds");
        row.erase("inference_seconds_per_sample");
        for (json& r : row["runs"]) {
          r.erase("train_seconds");
          r.erase("inference_seconds_per_sample");
          for (json& epoch : r["history"]) epoch.erase("seconds");
        }
      }
      return j.dump(1);
    };
    const json resumed = json::parse(contents(out + "/compare.json"));
    CHECK(untimed(resumed) == untimed(json::parse(contents(whole + "/compare.json"))));
    for (const json& row : resumed["rows"])
      if (row["name"] == "one scalar")
        CHECK(row["runs"][1]["train_seconds"] == seconds);  // not trained again
  }
}
