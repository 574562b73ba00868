// compare: table, JSON and page; and what the conclusion makes of known numbers.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "core/statistics.hpp"
#include "e2e/cli_helpers.hpp"
#include "report/charts/chart.hpp"
#include "report/charts/labels.hpp"
#include "report/comparison_output.hpp"

using namespace cli_test;
using namespace unfurl::app;
using nlohmann::json;

TEST_SUITE("e2e") {
  TEST_CASE("cli: a contender whose training overflows is left out, and the comparison goes on") {
    const Folder folder;
    const std::string out = folder / "results";
    const Outcome compared =
        run({"compare", "chain", "--layers", "2", "--epochs", "2", "-o", out}, {.runaway = true});
    CAPTURE(compared.error);
    REQUIRE(compared.status == 0);
    CHECK(holds(compared.out, "dense: left out, with seed 1: "));
    CHECK(holds(contents(out + "/report.html"), "dense: left out, with seed 1: "));
    const json j = json::parse(contents(out + "/compare.json"));
    REQUIRE(j["rows"].size() == 4);
    REQUIRE(j["failures"].size() == 1);
    CHECK(holds(j["failures"][0].get<std::string>(), "dense: left out"));
  }

  TEST_CASE("cli: data that one row lacks cost that row alone, data that all lack the comparison") {
    const Folder folder;
    const std::string out = folder / "results";
    const Outcome some =
        run({"compare", "chain", "--layers", "2", "--epochs", "1", "-o", out}, {.lost = true});
    CAPTURE(some.error);
    REQUIRE(some.status == 0);
    CHECK(holds(some.out, "lost: left out, with seed 1: "));
    CHECK(holds(some.out, "a recording is not there"));
    CHECK(json::parse(contents(out + "/compare.json"))["rows"].size() == 5);
    const Outcome all = run({"compare", "chain", "--layers", "2", "--epochs", "1", "-o", folder / "none"},
                            {.dataless = true});
    CHECK(all.status != 0);
    CHECK(holds(all.error, "epoch 1 has no samples"));
  }

  TEST_CASE("cli: Ctrl-C ends a comparison with the rows that were done") {
    const Folder folder;
    const std::string out = folder / "results", progress = folder / "progress";
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const std::string command =
          unfurl::detail::cat("exec '", unfurl_program, "' compare lista --layers 2 --epochs 400",
                              " --threads 1 -o ", out, " >/dev/null 2>", progress);
      execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
      _exit(127);
    }
    int status = 0;  // the first trained row has begun: untrained ones are done
    while (!holds(contents(progress), "epoch") && waitpid(child, &status, WNOHANG) == 0) usleep(2000);
    kill(child, SIGINT);
    waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 130);
    CHECK(holds(contents(progress), "NMSE"));  // rows as they are done
    const json j = json::parse(contents(out + "/compare.json"));
    CHECK(j["rows"].size() >= 1);
    CHECK(j["rows"].size() < 5);
    CHECK(j["interrupted"] == true);
    const std::string missing = j["failures"][0].get<std::string>();
    CAPTURE(missing);
    CHECK(holds(missing, "stopped early, by Ctrl-C: left out is '"));
    CHECK(holds(missing, "', after epoch "));
    CHECK(holds(missing, " of 400; not begun are '"));
    CHECK(holds(missing, "'feed-forward, 1000 hidden'"));
    CHECK(holds(contents(progress), "Stopping after this epoch; Ctrl-C again stops at once."));
    // Every row is in the table or among the missing.
    for (const char* name : {"untrained", "tied", "one scalar per layer", "untied", "LISTA", "FISTA"}) {
      CAPTURE(name);
      bool found = holds(missing, std::string("'") + name + "'");
      for (const json& row : j["rows"]) found = found || row["name"] == name;
      CHECK(found);
    }
    CHECK(holds(contents(out + "/report.html"), "stopped early"));
  }

  TEST_CASE("cli: a contender without a network or measures is refused by its name") {
    const Folder folder;
    const Outcome compared = run(
        {"compare", "chain", "--layers", "2", "--epochs", "1", "-o", folder / "results"}, {.empty = true});
    CHECK(compared.status == 2);
    CHECK(holds(compared.error, "contender 'nothing' has neither a network nor measures"));
  }

  TEST_CASE("cli: rows may be measured without a network, or trained on the data of another problem") {
    const Folder folder;
    const std::string out = folder / "results";
    REQUIRE(run({"compare", "chain", "--layers", "2", "--epochs", "1", "-o", out}, {.guests = true}).status ==
            0);
    const json rows = json::parse(contents(out + "/compare.json"))["rows"];
    REQUIRE(rows.size() == 7);
    const json &dense = rows[4], &perfect = rows[5], &other = rows[6];
    CHECK(perfect["name"] == "perfect");
    CHECK(perfect["trained"] == false);
    CHECK(perfect["summary"][0]["mean"] == 0);
    CHECK(perfect["difference"]["pairs"] == 200);
    CHECK(!holds(contents(out + "/table.txt"), ": perfect with"));  // no network, so not the best of them
    // The same first weights, so only the data can make the loss another one.
    CHECK(other["parameters_trained"] == dense["parameters_trained"]);
    CHECK(other["runs"][0]["history"][0]["loss"] != dense["runs"][0]["history"][0]["loss"]);
  }

  TEST_CASE("cli: compare trains every contender and leaves a table, JSON and a page") {
    const Folder folder;
    const std::string out = folder / "results";
    const Outcome compared =
        run({"compare", "chain", "--seeds", "2", "--layers", "2,3", "--epochs", "2", "-o", out});
    REQUIRE(compared.status == 0);
    CHECK(contents(out + "/table.txt") == compared.out);
    CHECK(holds(compared.out, "bit error [%]"));
    CHECK(holds(compared.out, "$ unfurl compare chain --seeds 2 --layers 2,3"));

    const json j = json::parse(contents(out + "/compare.json"));
    REQUIRE(j["rows"].size() == 9);  // four networks of two depths, and one conventional
    const std::vector<std::string> names{"untrained", "tied", "one scalar per layer", "untied"};
    for (std::size_t r = 0; r < 8; ++r) {
      CHECK(j["rows"][r]["name"] == names[r % 4]);
      CHECK(j["rows"][r]["layers"] == (r < 4 ? 2 : 3));
    }
    CHECK(j["rows"][8]["name"] == "dense");
    CHECK(j["rows"][8]["layers"].is_null());
    for (const json& r : j["rows"]) {
      CAPTURE(r["name"].get<std::string>());
      REQUIRE(r["runs"].size() == 2);
      CHECK(r["runs"][0]["seed"] == 1);
      CHECK(r["runs"][1]["seed"] == 2);
      const bool trained = r["name"] != "untrained";
      CHECK(r["trained"] == trained);
      CHECK(r["runs"][0]["history"].size() == (trained ? 2 : 0));
      CHECK((r["parameters_trained"].get<int>() > 0) == trained);
      CHECK(r["difference"].is_null() == (r["name"] == "tied"));
      CHECK(r["inference_seconds_per_sample"].get<double>() > 0);
      double mean = 0;
      for (const json& run : r["runs"]) mean += run["metrics"][0]["value"].get<double>() / 2;
      CHECK(r["summary"][0]["mean"].get<double>() == doctest::Approx(mean));
    }
    CHECK(j["rows"][1]["parameters_trained"] == 5);   // four couplings and the trust in the data
    CHECK(j["rows"][3]["parameters_trained"] == 11);  // of two layers; the read-out trusts the data anew
    CHECK(j["rows"][3]["difference"]["over"] == "items");
    CHECK(j["rows"][3]["difference"]["pairs"] == 200);
    // The same training alone gives the same numbers.
    REQUIRE(run({"train", "chain", "--layers", "3", "--epochs", "2", "--seed", "2", "-o", folder / "run"})
                .status == 0);
    const json alone = json::parse(contents(folder / "run/run.json"));
    CHECK(alone["metrics"] == j["rows"][7]["runs"][1]["metrics"]);

    const std::string page = contents(out + "/report.html");
    for (const char* part : {"<!DOCTYPE html>", "class=\"verdict\"", "Validation loss", "Factor graph",
                             "Untied network", "one scalar per layer", "unfurl compare chain", "</html>"})
      CHECK(holds(page, part));
    for (const char* outside : {"<script", "src=", "@import", "url(", "<link"})
      CHECK_FALSE(holds(page, outside));
    std::size_t figures = 0;
    for (auto at = page.find("<figure"); at != std::string::npos; at = page.find("<figure", at + 1))
      ++figures;
    CHECK(figures == 12);  // two metrics twice, losses, changes of two parameters and their scales, the model
    CHECK_FALSE(holds(page, "nan"));
  }

  TEST_CASE("cli: compare without a folder prints only the table, and one seed has no spread") {
    const Outcome compared = run({"compare", "chain", "--seeds", "1", "--epochs", "1"}, {.per_item = false});
    REQUIRE(compared.status == 0);
    CHECK_FALSE(holds(compared.out, "±"));
    CHECK_FALSE(holds(compared.out, "95 %"));
    CHECK(holds(compared.out, "untied"));
  }

  TEST_CASE("cli: a table is aligned, and split where the terminal ends") {
    const Table table{
        {"name", "µs", "note"}, {{"a", "10", "±x"}, {"long name", "7", "y"}}, {true, false, true}};
    CHECK(to_text(table) ==
          "name       µs  note\n─────────  ──  ────\na          10  ±x\nlong name   7  y\n");
    CHECK(to_text(table, 15) ==
          "name       µs\n─────────  ──\na          10\nlong name   7\n\n"
          "name       note\n─────────  ────\na          ±x\nlong name  y\n");
    CHECK(grouped(1234567) == "1,234,567");
    CHECK(grouped(999) == "999");
    CHECK(duration(3725) == "1:02:05 h");
    CHECK(decimals_for({-123.4, 5}) == 1);
    CHECK(fixed(std::nan(""), 2) == "–");
  }

  TEST_CASE("cli: statistics") {
    using namespace unfurl::detail;
    CHECK(mean({1, 2, 6}) == doctest::Approx(3));
    CHECK(deviation({1, 2, 6}) == doctest::Approx(std::sqrt(7.0)));
    CHECK(deviation({4}) == 0);
    const Interval i = t_interval({1, 2, 6});  // t(2) = 4.302653
    CHECK(i.high - 3 == doctest::Approx(4.302653 * std::sqrt(7.0 / 3)).epsilon(1e-6));
    CHECK(3 - i.low == doctest::Approx(i.high - 3));
    CHECK_THROWS_AS(t_interval({1}), unfurl::InternalError);
  }

  TEST_CASE("cli: ticks are round, inside and not too many") {
    CHECK(ticks(0, 10, 5, false) == std::vector<double>{0, 2, 4, 6, 8, 10});
    CHECK(ticks(-0.3, 0.25, 5, false).size() >= 3);
    CHECK(ticks(1, 1000, 5, true) == std::vector<double>{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000});
    for (const double low : {1e-9, 0.013, 3.0, 12345.0})
      for (const double factor : {1.001, 1.7, 30.0, 1e7})
        for (const bool logarithmic : {false, true}) {
          const auto found = ticks(low, low * factor, 5, logarithmic);
          CAPTURE(low);
          CAPTURE(factor);
          CAPTURE(logarithmic);
          CHECK(found.size() >= 2);
          CHECK(found.size() <= 12);
          for (const double t : found) {
            CHECK(t >= low * (1 - 1e-9));
            CHECK(t <= low * factor * (1 + 1e-9));
          }
        }
  }

  TEST_CASE("cli: labels of a chart avoid points and each other") {
    const Box frame{0, 0, 400, 200};
    const auto places =
        place_labels({{"first", around(100, 100)}, {"second", around(100, 100)}, {"third", around(390, 100)}},
                     {{93, 93, 107, 107}, {383, 93, 397, 107}}, frame);
    CHECK(places[0].value().x == 110);  // to the right
    CHECK(places[1].value().x == 90);   // to the left, since the right is taken
    CHECK(places[2].value().x == 380);  // to the left, since the right is outside
    const LabelWish wish{"here", {{100, 100, "start"}, {107, 100, "start"}}};
    CHECK(place_labels({wish}, {{0, 0, 110, 200}}, frame)[0].value().x == 107);  // the one that covers less
    CHECK_FALSE(place_labels({wish}, {{0, 0, 130, 200}}, frame)[0]);             // none can be read
  }
}
