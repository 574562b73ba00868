// Networks that start where others ended, and L2, on the command line.
#include <nlohmann/json.hpp>

#include "e2e/cli_helpers.hpp"
#include "experiment/comparison/start_from.hpp"
#include "unfurl/checkpoint.hpp"

using namespace cli_test;
using nlohmann::json;
using unfurl::Parameter;

namespace {

const Parameter& of(const std::vector<Parameter>& all, const std::string& name) {
  for (const Parameter& p : all)
    if (p.name == name) return p;
  FAIL("no parameter " << name);
  return all.front();
}

std::vector<Parameter> stored(const std::string& run) {
  return unfurl::load(fs::path(run) / "checkpoint.unfurl").parameters;
}

double square(const std::vector<Parameter>& all) {
  double sum = 0;
  for (const Parameter& p : all)
    for (const double v : p.values) sum += v * v;
  return sum;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("cli: an untied network starts from a tied run") {
    const Folder folder;
    const std::string tied = folder / "tied", same = folder / "same", further = folder / "further";
    REQUIRE(run({"train", "chain", "--tying", "tied", "-o", tied}).status == 0);
    REQUIRE(run({"train", "chain", "--from", tied, "--epochs", "0", "-o", same}).status == 0);
    const auto one = stored(tied), copies = stored(same);
    for (const std::string name : {"J", "g"})
      for (const std::string copy : {"@0", "@1", "@2", "@3"})
        CHECK(of(copies, name + copy).values == of(one, name).values);
    REQUIRE(run({"train", "chain", "--from", same, "--near-tied", "0.01", "-o", further}).status == 0);
    CHECK(of(stored(further), "J@0").values != of(one, "J").values);
    const auto from = stored(further);
    const std::string deeper = folder / "deeper", shallow = folder / "shallow";
    REQUIRE(
        run({"train", "chain", "--from", further, "--layers", "8", "--epochs", "0", "-o", deeper}).status ==
        0);
    REQUIRE(
        run({"train", "chain", "--from", further, "--layers", "2", "--epochs", "0", "-o", shallow}).status ==
        0);
    for (const std::string name : {"J", "g"}) {
      for (int k = 0; k < 8; ++k)
        CHECK(of(stored(deeper), unfurl::detail::cat(name, "@", k)).values ==
              of(from, unfurl::detail::cat(name, "@", k / 2)).values);
      for (int k = 0; k < 2; ++k)
        CHECK(of(stored(shallow), unfurl::detail::cat(name, "@", k)).values ==
              of(from, unfurl::detail::cat(name, "@", 2 * k)).values);
    }
    refuses(run({"train", "chain", "--from", folder / "typo", "-o", folder / "x"}),
            {"no run in this place", "typo"});
    refuses(run({"train", "chain", "--from", tied, "--resume", "-o", same}), {"--from", "--resume"});
  }

  TEST_CASE("cli: L2 keeps parameters small, and is a part of the run") {
    const Folder folder;
    const std::string plain = folder / "plain", small = folder / "small";
    REQUIRE(run({"train", "chain", "-o", plain}).status == 0);
    REQUIRE(run({"train", "chain", "--l2", "0.1", "-o", small}).status == 0);
    CHECK(square(stored(small)) < 0.7 * square(stored(plain)));
    CHECK(json::parse(contents(small + "/run.json"))["settings"]["l2"] == 0.1);
    refuses(run({"train", "chain", "--resume", "--l2", "0.2", "-o", small}), {"--l2 0.1, not 0.2"});
    CHECK(run({"train", "chain", "--resume", "--epochs", "4", "-o", small}).status == 0);
    refuses(run({"train", "chain", "--l2", "-1", "-o", folder / "x"}), {"--l2", "-1"});
  }

  TEST_CASE("cli: a log has a line for every epoch, over all sessions, and rates follow the schedule") {
    const Folder folder;
    const std::string log = folder / "log.jsonl", out = folder / "run";
    REQUIRE(run({"train", "chain", "--epochs", "2", "--rate-schedule", "constant", "--log", log, "-o", out})
                .status == 0);
    std::ofstream(log, std::ios::app) << "{\"epoch\":3}\n";  // that did not reach the checkpoint
    REQUIRE(run({"train", "chain", "--resume", "--epochs", "4", "--log", log, "-o", out}).status == 0);
    std::istringstream lines(contents(log));
    int epoch = 0;
    for (std::string line; std::getline(lines, line);) {
      const json j = json::parse(line);
      CHECK(j["epoch"] == ++epoch);
      CHECK(j["rate"] == 0.05);
      CHECK(j["gradient_norm"].get<double>() > 0);
      CHECK(j["seconds"].get<double>() > 0);
      CHECK(j["validation"].is_number());
    }
    CHECK(epoch == 4);
    CHECK(json::parse(contents(out + "/run.json"))["settings"]["rate_schedule"] == "constant");
    refuses(run({"train", "chain", "--resume", "--epochs", "5", "--rate-schedule", "cosine", "-o", out}),
            {"--rate-schedule constant, not cosine:0.1"});
    refuses(run({"train", "chain", "--rate-schedule", "cos", "-o", folder / "x"}), {"cosine:0.01"});
    refuses(run({"train", "chain", "--log", "/proc/none/log", "-o", folder / "x"}), {"/proc"});
    const Outcome full =
        run({"train", "chain", "--log", "/dev/full", "-o", folder / "full"});  // which never ends
    CHECK(full.status == 2);
    CHECK_MESSAGE(holds(full.error, "where: /dev/full"), full.error);
    const std::string checkpoint = out + "/checkpoint.unfurl", before = contents(checkpoint);
    refuses(run({"train", "chain", "--resume", "--epochs", "5", "--log", checkpoint, "-o", out}), {"in use"});
    refuses(run({"train", "chain", "--from", out, "--log", checkpoint, "-o", folder / "y"}), {"in use"});
    CHECK(contents(checkpoint) == before);
    const Outcome patient = run({"train", "chain", "--epochs", "40", "--patience", "1", "-o", folder / "p"});
    REQUIRE(patient.status == 0);
    CHECK(json::parse(contents(folder / "p/run.json"))["settings"]["patience"] == 1);
  }

  TEST_CASE("cli: compare trains an untied network from the tied one where it is asked to") {
    const Folder folder;
    const std::string out = folder / "results";
    const Outcome compared = run({"compare", "chain", "--from-tied", "--near-tied", "0.01", "--l2", "0.001",
                                  "--layers", "2,3", "-o", out});
    CAPTURE(compared.error);
    REQUIRE(compared.status == 0);
    const json j = json::parse(contents(out + "/compare.json"));
    int rows = 0;
    for (const json& row : j["rows"]) rows += row["name"] == "untied, from the tied one" ? 1 : 0;
    CHECK(rows == 2);
    CHECK(j["settings"]["from_tied"] == true);
    CHECK(j["settings"]["l2"] == 0.001);
    refuses(run({"compare", "chain", "--near-tied", "0.01", "-o", folder / "x"}),
            {"--near-tied", "--from-tied"});
  }

  TEST_CASE("a row that starts from another needs that row before it") {
    const auto task = chain_task({});
    unfurl::Settings settings = task->defaults();
    settings.from_tied = true;
    const auto problem = task->prepare(settings);
    std::vector<unfurl::Contender> rows = problem->contenders(settings);
    const auto found = std::find_if(rows.begin(), rows.end(), [](const auto& r) { return !r.start.empty(); });
    REQUIRE(found != rows.end());
    unfurl::app::start_from_row(*found, rows, {});
    found->start = "dense";
    CHECK_THROWS_WITH_AS(unfurl::app::start_from_row(*found, rows, {}),
                         doctest::Contains("no such row before it"), unfurl::ModelError);
    const unfurl::Network dense = rows.back().network.value();
    CHECK_THROWS_WITH_AS(unfurl::app::start_from(*found->network, dense.parameters(), dense.layers(), "here"),
                         doctest::Contains("none of the parameters"), unfurl::ScheduleError);
  }
}
