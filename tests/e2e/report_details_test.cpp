// What the report shows behind the overall result: groups of items, moved parameters, pictures and files.
#include <png.h>

#include <nlohmann/json.hpp>

#include "e2e/cli_helpers.hpp"
#include "report/charts/chart.hpp"
#include "report/charts/picture.hpp"
#include "report/comparison_output.hpp"
#include "report/groups.hpp"
#include "report/page/report_parts.hpp"
#include "report/parameter_change.hpp"

using namespace cli_test;
using namespace unfurl::app;
using nlohmann::json;

namespace {

/// A finished row with one metric, higher being better, and these items for each seed.
ComparedContender row(const std::string& name, const std::vector<std::vector<double>>& items_of_seeds) {
  ComparedContender r;
  r.name = name;
  r.layers = 3;
  for (const auto& items : items_of_seeds) {
    unfurl::Metric m{"SDR", "dB", true, 0, items};
    for (const double v : items) m.value += v / static_cast<double>(items.size());
    r.runs.push_back({1 + r.runs.size(), {m}, {}, 1e-3});
  }
  return r;
}

/// Two networks, two seeds, four items in two groups.
Comparison grouped_comparison() {
  Comparison c;
  c.rows = {row("tied", {{1, 2, 30, 40}, {3, 4, 30, 40}}), row("untied", {{2, 3, 10, 20}, {2, 3, 10, 20}})};
  c.seeds = {1, 2};
  c.groupings = {{"level", {"-6", "-6", "10", "10"}}, {"noise", {"wind", "rain", "wind", "rain"}}};
  conclude(c);
  return c;
}

/// The chains with groups and pictures, as a model's author would add them.
class ShowingProblem : public ChainProblem {
 public:
  ShowingProblem(const unfurl::Settings& settings, std::size_t labels, bool missing)
      : ChainProblem(settings, {}), labels_(labels), missing_(missing) {}
  std::vector<unfurl::Grouping> groupings() const override {
    unfurl::Grouping halves{"half", {}};
    for (std::size_t i = 0; i < labels_; ++i) halves.labels.push_back(i % 2 == 0 ? "even" : "odd");
    return {halves};
  }
  std::vector<unfurl::Illustration> illustrate(const std::vector<unfurl::Exhibit>& networks,
                                               const fs::path& folder) const override {
    unfurl::Illustration shown{"A look <inside>", "What the networks do.", "nats", "site", "row", 5, 1, {}};
    for (const unfurl::Exhibit& e : networks) shown.panels.push_back({e.name, 1, 2, {0, 1}, {}});
    if (!missing_) std::ofstream(folder / "note.txt") << "text";
    shown.panels.push_back({"a note", 0, 0, {}, "note.txt"});
    return {shown};
  }

 private:
  std::size_t labels_;
  bool missing_;
};

class ShowingTask final : public ChainTask {
 public:
  explicit ShowingTask(std::size_t labels = 200, bool missing = false) : labels_(labels), missing_(missing) {}
  std::unique_ptr<unfurl::Problem> prepare(const unfurl::Settings& settings) const override {
    return std::make_unique<ShowingProblem>(settings, labels_, missing_);
  }

 private:
  std::size_t labels_;
  bool missing_;
};

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("report: groups are in the order of their numbers, or else of the alphabet") {
    const auto levels = groups_of({"level", {"10", "-6", "0", "-6"}});
    REQUIRE(levels.size() == 3);
    CHECK(levels[0].label == "-6");
    CHECK(levels[0].number == -6);
    CHECK(levels[0].items == std::vector<std::size_t>{1, 3});
    CHECK(levels[2].label == "10");
    const auto mixed = groups_of({"level", {"9", "10", "none"}});
    CHECK(mixed[0].label == "10");
    CHECK_FALSE(mixed[0].number);
  }

  TEST_CASE("report: means of groups, the best of each, and their spread over seeds") {
    const Comparison c = grouped_comparison();
    const Table table = group_table(c, 0, c.groupings[0]);
    CHECK(table.headers == std::vector<std::string>{"level", "-6", "10"});
    REQUIRE(table.rows.size() == 3);
    CHECK(table.rows[0] == std::vector<std::string>{"tied", "2.50 ± 1.41", "35.00 ± 0.00"});
    CHECK(table.rows[1] == std::vector<std::string>{"untied", "2.50 ± 0.00", "15.00 ± 0.00"});
    CHECK(table.rows[2] == std::vector<std::string>{"items", "2", "2"});
    const auto best = best_by_group(c, 0, c.groupings[0]);
    CHECK_FALSE(best[0]);
    CHECK(best[2] == 0);

    const json j = to_json(c);
    CHECK(j["groupings"][1]["labels"][3] == "rain");
    REQUIRE(j["rows"][0]["groups"].size() == 4);
    const json wind = j["rows"][0]["groups"][3];
    CHECK(wind["grouping"] == "noise");
    CHECK(wind["group"] == "wind");
    CHECK(wind["items"] == 2);
    CHECK(wind["mean"].get<double>() == doctest::Approx((1 + 30 + 3 + 30) / 4.0));
    CHECK(wind["deviation"].get<double>() == doctest::Approx(std::sqrt(0.5)));

    const std::string page = group_section(c);
    CHECK(holds(page, "SDR [dB] by level"));
    CHECK(holds(page, "SDR [dB] by noise"));
    CHECK(count(page, "class=\"wide\"") == 1);  // numbers have a chart, words have none
    CHECK(holds(page, "<td class=\"best\">35.00 ± 0.00</td>"));
  }

  TEST_CASE("report: a parameter's changes are put in order, place by place") {
    const auto changes =
        changes_by_place({{"W@1", "W", {1}, 0.2}, {"b", "b", {0, 1}, 3.0}, {"W@0", "W", {0}, 0.1}});
    REQUIRE(changes.size() == 2);
    CHECK(changes[0].base == "W");
    CHECK(changes[0].untied);
    CHECK(changes[0].places == std::vector<int>{0, 1});
    CHECK(changes[0].relative == std::vector<double>{0.1, 0.2});
    CHECK(changes[1].base == "b");
    CHECK_FALSE(changes[1].untied);
    CHECK(changes[1].relative == std::vector<double>{3, 3});
  }

  TEST_CASE("report: a picture is a PNG file of its values, dark to bright") {
    const std::string file = to_png({0, 10, 5, std::nanf("")}, 2, 2, 0, 10);
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_memory(&image, file.data(), file.size()) != 0);
    REQUIRE(image.width == 2);
    REQUIRE(image.height == 2);
    image.format = PNG_FORMAT_GRAY;
    std::vector<unsigned char> grey(PNG_IMAGE_SIZE(image));
    REQUIRE(png_image_finish_read(&image, nullptr, grey.data(), 0, nullptr) != 0);
    CHECK(grey[0] < grey[2]);
    CHECK(grey[2] < grey[1]);
    CHECK(grey[3] == grey[0]);
    CHECK_THROWS_AS(to_png({0, 1, 2}, 2, 2, 0, 1), unfurl::InternalError);

    CHECK(to_base64("") == "");
    CHECK(to_base64("f") == "Zg==");
    CHECK(to_base64("fo") == "Zm8=");
    CHECK(to_base64("foobar") == "Zm9vYmFy");
    CHECK(to_base64("\xff\xfe") == "//4=");
  }

  TEST_CASE("report: compare asks a problem for its groups and pictures") {
    const Folder folder;
    const std::string out = folder / "results";
    const Outcome compared =
        run({"compare", "chain", "--seeds", "2", "--layers", "2", "--epochs", "1", "-o", out},
            std::make_shared<ShowingTask>());
    CAPTURE(compared.error);
    REQUIRE(compared.status == 0);
    const json j = json::parse(contents(out + "/compare.json"));
    for (const json& r : j["rows"]) {
      REQUIRE(r["groups"].size() == 2);  // the second metric has no values per item
      const double even = r["groups"][0]["mean"], odd = r["groups"][1]["mean"];
      CHECK((even + odd) / 2 == doctest::Approx(r["summary"][0]["mean"].get<double>()));
    }
    const json changes = j["rows"][3]["runs"][1]["parameter_changes"];
    REQUIRE(changes.size() == 2);
    for (const json& change : changes) {
      CHECK(change["untied"] == true);
      CHECK(change["relative"][0].get<double>() > 0);
    }
    CHECK(j["rows"][0]["runs"][0]["parameter_changes"].empty());

    const std::string page = contents(out + "/report.html");
    CHECK(holds(page, "A look &lt;inside&gt;"));
    CHECK(count(page, "data:image/png;base64,") == 5);  // one for each network of the first seed
    CHECK(holds(page, "<a href=\"note.txt\">"));
    CHECK(holds(page, "Dark: 0 nats, bright: 1 nats."));
    CHECK(holds(page, "bit error [%] by half"));
    CHECK(holds(page, "Change of J"));
    CHECK_FALSE(holds(page, "nan"));
  }

  TEST_CASE("report: groups that do not fit are refused; a picture that fails does not cost the numbers") {
    const Folder folder;
    refuses(run({"compare", "chain", "--epochs", "1"}, std::make_shared<ShowingTask>(199)),
            {"'half' labels 199 items", "'bit error' has values of 200 items", "Problem::groupings"});
    const Outcome compared = run({"compare", "chain", "--epochs", "1", "-o", folder / "results"},
                                 std::make_shared<ShowingTask>(200, true));
    CAPTURE(compared.error);
    REQUIRE(compared.status == 0);
    CHECK(holds(compared.out, "illustrations left out: "));
    CHECK(holds(compared.out, "'note.txt' of 'a note' is not in the report's folder"));
    CHECK(holds(contents(folder / "results/report.html"), "illustrations left out: "));

    unfurl::Illustration bad{"title", "", "", "", "", 0, 0, {{"thin", 2, 2, {1, 2, 3}, {}}}};
    CHECK_THROWS_AS(check_illustrations({bad}, folder / "."), unfurl::ModelError);
    bad.panels = {{"secret", 0, 0, {}, "../outside"}};
    CHECK_THROWS_AS(check_illustrations({bad}, folder / "."), unfurl::ModelError);
  }

  TEST_CASE(
      "report: the metric against parameters has whiskers for seeds, and lines for what is not trained") {
    const Mark mark{"tied", {1}, {100, 2}, 0.5};
    const std::string chart = mark_chart({"parameters", true}, {"SDR"}, {mark, {"untied", {2}, {1000, 3}, 0}},
                                         {{"untrained", {0}, {0, 1}, 0}});
    CHECK(count(chart, "stroke-width=\"2\"") == 1);  // one seed has no spread
    CHECK(count(chart, "stroke-dasharray") == 1);
    for (const char* name : {">tied<", ">untied<", ">untrained<"}) CHECK(holds(chart, name));
    Comparison c = grouped_comparison();
    c.rows[0].parameters = 24;
    const std::string page = to_html(c);
    CHECK(holds(page, "SDR against trained parameters"));
    CHECK(holds(page, "Whiskers: one standard deviation over seeds."));
  }

  TEST_CASE("report: sounds get a player, other files a link") {
    Comparison c = grouped_comparison();
    c.illustrations = {
        {"t", "", "", "", "", 0, 0, {{"a", 0, 0, {}, "sounds/a.flac"}, {"b", 0, 0, {}, "b.csv"}}}};
    const std::string page = illustration_section(c);
    CHECK(count(page, "<audio") == 1);
    CHECK(holds(page, "src=\"sounds/a.flac\""));
    CHECK(holds(page, "<a href=\"b.csv\">"));
  }
}
