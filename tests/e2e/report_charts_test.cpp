// Charts of the report: nothing is cut off, colours belong to names, and what hides differences can be left out.
#include <fmt/format.h>

#include <cmath>
#include <regex>
#include <set>

#include "e2e/cli_helpers.hpp"
#include "report/charts/chart.hpp"
#include "report/comparison_output.hpp"
#include "report/page/report_parts.hpp"
#include "report/table.hpp"

using namespace cli_test;
using namespace unfurl::app;
using unfurl::Role;

namespace {

ComparedContender row(const std::string& name, Role role, int layers, const std::vector<double>& items) {
  ComparedContender r;
  r.name = r.label = name;
  r.role = role;
  r.layers = layers;
  r.parameters = role == Role::untrained ? 0 : 10 * static_cast<std::size_t>(layers) + 1;
  r.trained = role != Role::untrained;
  unfurl::Metric error{"error", "%", false, 0, items}, time{"delay", "ms", false, 1, {}};
  for (const double v : items) error.value += v / static_cast<double>(items.size());
  r.runs.push_back({1, {error, time}, {}, 1e-3});
  return r;
}

Comparison comparison_of(std::vector<ComparedContender> rows) {
  Comparison c;
  c.rows = std::move(rows);
  c.seeds = {1};
  conclude(c);
  return c;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

/// Whether all text of a chart is inside, at the mean width of letters.
void check_inside(const std::string& chart) {
  CAPTURE(chart);
  std::smatch size;
  REQUIRE(std::regex_search(chart, size, std::regex("viewBox=\"0 0 ([0-9.]+) ([0-9.]+)\"")));
  const std::regex text(
      "<text x=\"([-0-9.]+)\" y=\"([-0-9.]+)\" text-anchor=\"([a-z]+)\"([^>]*)>([^<]*)</text>");
  int texts = 0;
  for (std::sregex_iterator it(chart.begin(), chart.end(), text), end; it != end; ++it, ++texts) {
    const double x = std::stod((*it)[1]), y = std::stod((*it)[2]);
    double length = letter_pixels * static_cast<double>(width((*it)[5]));
    std::smatch squeezed;
    const std::string more = (*it)[4];
    if (std::regex_search(more, squeezed, std::regex("textLength=\"([0-9.]+)\"")))
      length = std::stod(squeezed[1]);
    const double left = (*it)[3] == "end" ? x - length : (*it)[3] == "middle" ? x - length / 2 : x;
    CAPTURE((*it)[5].str());
    CHECK(left >= 0);
    CHECK(left + length <= std::stod(size[1]) + 0.5);
    CHECK(y >= 9);
    CHECK(y <= std::stod(size[2]));
  }
  CHECK(texts > 2);
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("report: no text of a chart is cut off, however long, on wide and narrow pages") {
    const std::string wordy =
        "a metric whose name is longer than any chart is wide, of all the words that were held back";
    const std::string name = "feed-forward with neighbours and much else, 9 hidden";
    for (const double width_px : {wide_chart, narrow_chart})
      for (const std::string& label : {std::string("SDR, dB"), wordy}) {
        check_inside(curve_chart({label}, {label, true}, {{name, {4}, false, false, {{0, 1e-5}, {12, 3e4}}}},
                                 width_px));
        check_inside(spread_chart({label}, {{name, {4}, {1, 2}}, {"tied", {1}, {1.5}}}, width_px));
        check_inside(mark_chart({"trained parameters", true}, {label},
                                {{name, {4}, {1, 2}, 0.1}, {"tied", {1}, {1e6, 2}, 0}},
                                {{"untrained", {0}, {0, 1}, 0}}, width_px));
      }
    check_inside(picture_chart({"time [s]"}, 5, {"frequency [kHz]"}, 8, ""));
  }

  TEST_CASE("report: a contender has one colour on all pages, and its depths shades of it") {
    const auto few = paints({{"tied", Role::tied, 3}, {"skip chain", Role::other, 3}});
    const auto many = paints({{"untrained", Role::untrained, 3},
                              {"tied", Role::tied, 3},
                              {"skip chain", Role::other, 3},
                              {"tied", Role::tied, 6}});
    CHECK(few[0] == many[3]);  // the deepest is at full strength
    CHECK(few[1] == many[2]);
    CHECK(many[1].colour == many[3].colour);
    CHECK(many[1].strength < many[3].strength);
    CHECK(few[0].colour != few[1].colour);
    std::vector<Series> twelve;
    for (const char letter : std::string("abcdefghijkl")) twelve.push_back({std::string(3, letter)});
    std::set<int> colours;
    for (const Paint& paint : paints(twelve)) colours.insert(paint.colour);
    CHECK(colours.size() == 12);   // none twice while there are others
    CHECK(*colours.begin() == 4);  // those of roles stay theirs
  }

  TEST_CASE("report: logarithmic axes say so, also where linear ones are beside them") {
    const std::vector<Curve> curves{{"tied", {1}, false, false, {{1, 2}, {2, 3}}}};
    CHECK(holds(curve_chart({"epoch"}, {"loss", true}, curves), "loss (log scale)"));
    CHECK_FALSE(holds(curve_chart({"epoch"}, {"loss"}, curves), "log scale"));
  }

  TEST_CASE("report: a legend names what is drawn and nothing else") {
    const std::vector<Curve> curves{{"drawn", {1}, false, false, {{1, 2}, {2, 3}}},
                                    {"never finite", {2}, false, false, {{1, std::nan("")}}},
                                    {"not positive", {3}, false, false, {{1, -2}, {2, 0}}},
                                    {"a seed", {1}, false, true, {{1, 2}, {2, 3}}}};
    const std::string linear = legend_of(curves, {"loss"}), logarithmic = legend_of(curves, {"loss", true});
    CHECK(holds(linear, "drawn"));
    CHECK(holds(linear, "not positive"));
    CHECK_FALSE(holds(logarithmic, "not positive"));
    for (const std::string& legend : {linear, logarithmic}) {
      CHECK_FALSE(holds(legend, "never finite"));
      CHECK_FALSE(holds(legend, "a seed"));
    }
    CHECK(count(curve_chart({"epoch"}, {"loss", true}, curves), "<polyline") == 2);
  }

  TEST_CASE("report: an oracle that squashes the axes can be zoomed away, and stays as an arrow") {
    const auto tied = row("tied", Role::tied, 3, {10, 11}), untied = row("untied", Role::untied, 3, {9, 10});
    const auto page_with = [&](double oracle) {
      return to_html(comparison_of({tied, untied, row("oracle", Role::other, 0, {oracle, oracle})}));
    };
    const std::string squashed = page_with(86), fine = page_with(9.8);
    CHECK(count(squashed, "<input type=\"checkbox\"> zoom") == 2);  // of the error; delays are all the same
    CHECK(holds(squashed, "<polygon"));
    CHECK(holds(squashed, ">86</text>"));
    CHECK_FALSE(holds(fine, "<input type=\"checkbox\"> zoom"));
    Focus focus;
    for (const double v : {1.0, 10.0}) focus.add(v, true);
    focus.add(1e6, false);
    const auto range = focus.range(true);
    REQUIRE(range);
    CHECK(range->first == doctest::Approx(std::pow(10, -0.25)));
    CHECK(range->second == doctest::Approx(std::pow(10, 1.25)));
    focus.add(-1, false);
    CHECK_FALSE(focus.range(true));  // no place on such an axis
  }

  TEST_CASE("report: every metric is charted, and one seed has the interval of its items") {
    const Comparison c = comparison_of(
        {row("tied", Role::tied, 3, {10, 11, 12}), row("untied", Role::untied, 3, {9, 10, 14})});
    const std::string page = to_html(c);
    CHECK(holds(page, "<h3>error</h3>"));
    CHECK(holds(page, "<h3>delay</h3>"));
    CHECK(count(page, "Lines: 95 % intervals of the mean over test items.") == 1);
    // 11 -+ t(2) / sqrt(3), in the text that is shown when pointed at
    CHECK(holds(page, fmt::format("tied: 11 [{:.4g}, {:.4g}]", 11 - 4.302653 / std::sqrt(3.0),
                                  11 + 4.302653 / std::sqrt(3.0))));
  }

  TEST_CASE("report: layers of parameters are counted as the drawing and the names of copies count them") {
    Comparison c =
        comparison_of({row("tied", Role::tied, 2, {1, 2}), row("untied", Role::untied, 2, {1, 2})});
    c.rows[1].runs[0].history.changes = {{"W@0", "W", {0}, 0.1}, {"W@1", "W", {1}, 0.2}};
    const std::string section = parameter_section(c);
    std::smatch first;
    REQUIRE(std::regex_search(section, first, std::regex("text-anchor=\"middle\" class=\"tick\">([^<]*)<")));
    CHECK(first[1] == "0");
  }

  TEST_CASE("report: what a problem illustrates stands in the colours of its networks") {
    Comparison c =
        comparison_of({row("tied", Role::tied, 3, {1, 2}), row("untied", Role::untied, 3, {1, 2})});
    unfurl::Illustration curves, words;
    curves.title = words.title = "Seen";
    curves.across = "Eb/N0 [dB]";
    curves.upward = "rate";
    curves.logarithmic = true;
    curves.traces = {{"untied", {1, 2}, {0.1, 0.01}, {0.05, 0.005}, {0.2, 0.02}}};
    words.panels = {{"word", 1, 2, {0, 1, 1, 0, 0, 1}, {}, 3, {{"tied", "wOrd"}}}};
    c.illustrations = {curves, words};
    const std::string section = illustration_section(c);
    CHECK(count(section, "<h2>Seen</h2>") == 1);
    CHECK(count(section, "<polyline") == 6);  // a curve and two intervals, twice
    CHECK(holds(section, "stroke=\"var(--c3)\""));
    CHECK(holds(section, "var(--c1)"));
    CHECK(holds(section, "<td>wOrd</td>"));
    CHECK_FALSE(holds(section, "Dark:"));  // colours are what they are
    check_illustrations(c.illustrations, ".");
    c.illustrations[0].traces[0].low.pop_back();
    CHECK_THROWS_AS(check_illustrations(c.illustrations, "."), unfurl::ModelError);
    c.illustrations = {words};
    c.illustrations[0].panels[0].planes = 2;
    CHECK_THROWS_AS(check_illustrations(c.illustrations, "."), unfurl::ModelError);
  }
}
