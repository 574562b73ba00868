// What a comparison concludes from known numbers.
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/statistics.hpp"
#include "e2e/cli_helpers.hpp"
#include "report/charts/chart.hpp"
#include "report/comparison_output.hpp"

using namespace cli_test;
using namespace unfurl::app;
using nlohmann::json;

namespace {

/// A finished row with one metric and these items for each of two seeds.
unfurl::Role role_of(const std::string& name) {
  if (name == "tied") return unfurl::Role::tied;
  return name == "untied" ? unfurl::Role::untied : unfurl::Role::other;
}

ComparedContender row(const std::string& name, int layers, const std::vector<double>& items) {
  ComparedContender r;
  r.name = name;
  r.role = role_of(name);
  r.layers = layers;
  r.parameters = 10;
  for (const double shift : {-0.01, 0.01}) {
    unfurl::Metric m{"SDR", "dB", true, 0, {}};
    for (const double v : items) m.per_item.push_back(v + shift);
    m.value = unfurl::detail::mean(m.per_item);
    r.runs.push_back({1, {m}, {}, 1e-3});
  }
  return r;
}

std::string verdict(const std::vector<double>& tied, const std::vector<double>& untied) {
  Comparison c;
  c.rows = {row("tied", 3, tied), row("untied", 3, untied)};
  conclude(c);
  return c.verdict;
}

/// Of one seed, with one value for all items together.
ComparedContender one_seed(const std::string& name, double value, const std::vector<double>& items = {}) {
  ComparedContender r;
  r.name = name;
  r.role = role_of(name);
  r.layers = 3;
  r.runs.push_back({1, {{"error", "", false, value, items}}, {}, 1e-3});
  return r;
}

std::string verdict_of(ComparedContender tied, ComparedContender untied) {
  Comparison c;
  c.rows = {std::move(tied), std::move(untied)};
  conclude(c);
  return c.verdict;
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("cli: the verdict follows the paired interval") {
    const std::vector<double> tied{1.0, 2.0, 3.0, 4.0};
    CHECK(verdict(tied, {1.5, 2.6, 3.5, 4.4})
              .starts_with("Untying helped: SDR 3.000 dB untied against 2.500 dB tied"));
    CHECK(verdict(tied, {1.5, 1.6, 3.1, 3.9})
              .starts_with("No difference by untying can be told from chance: "));
    CHECK(holds(verdict(tied, {1.5, 1.6, 3.1, 3.9}), "which holds zero"));
    CHECK(verdict(tied, {0.5, 1.4, 2.5, 3.6}).starts_with("Untying did not help, it did harm: "));
    // mean 0.5, deviation 0.0816, t(3) = 3.182: half width 0.1299
    CHECK(holds(verdict(tied, {1.5, 2.6, 3.5, 4.4}),
                "difference per test item +0.500, 95 % interval +0.370 to +0.630 over 4 items; better with 2 "
                "of 2 seeds"));
  }

  TEST_CASE(
      "cli: every depth is compared with the tied network of the same depth, conventional ones with the "
      "deepest") {
    Comparison c;
    c.rows = {row("tied", 2, {1, 2}), row("untied", 2, {2, 3}), row("tied", 5, {4, 5}),
              row("untied", 5, {4.5, 5.5}), row("dense", 0, {5, 6})};
    conclude(c);
    CHECK_FALSE(c.rows[0].difference);
    CHECK(c.rows[1].difference->mean == doctest::Approx(1));
    CHECK_FALSE(c.rows[2].difference);
    CHECK(c.rows[3].difference->mean == doctest::Approx(0.5));
    CHECK(c.rows[4].difference->mean == doctest::Approx(1));
    CHECK(c.rows[3].label == "untied, K=5");
    CHECK(c.rows[4].label == "dense");
    CHECK(holds(c.verdict, "Best SDR: dense with 5.500 dB."));
  }

  TEST_CASE("cli: rows that cannot be told apart or compared are refused") {
    CHECK_THROWS_AS(check_contenders({}), unfurl::ModelError);
    CHECK_THROWS_WITH_AS(check_contenders({{.name = "a"}, {.name = "b"}, {.name = "a"}}),
                         doctest::Contains("'a'"), unfurl::ModelError);
    const ComparedContender first = one_seed("first", 1);
    unfurl::Metric metric = first.runs[0].metrics[0];
    check_metrics({metric}, one_seed("second", 1), first);
    metric.name = "another";
    CHECK_THROWS_WITH_AS(check_metrics({metric}, one_seed("second", 1), first),
                         doctest::Contains("'another'"), unfurl::ModelError);
  }

  TEST_CASE("cli: where nothing is tied, rows are compared with the untied network") {
    Comparison c;
    c.rows = {row("untied", 3, {1, 2}), row("dense", 0, {1.5, 2.7})};
    c.seeds = {1, 2};
    conclude(c);
    CHECK_FALSE(c.rows[0].difference);
    CHECK(c.rows[1].difference->mean == doctest::Approx(0.6));
    CHECK(comparison_table(c).headers[4] == "against untied");
    CHECK(holds(to_text(c, 200), "differences to the untied network are paired over test items"));
    CHECK(to_json(c)["rows"][1]["difference"]["against"] == "untied");
  }

  TEST_CASE("cli: names from outside cannot break the page") {
    CHECK(escape("a<b & \"c\"") == "a&lt;b &amp; &quot;c&quot;");
    Comparison c;
    c.task = "<b>";
    c.rows = {row("<i>", 3, {1, 2})};
    c.seeds = {1, 2};
    conclude(c);
    const std::string page = to_html(c);
    CHECK_FALSE(holds(page, "<b>"));
    CHECK_FALSE(holds(page, "<i>"));
  }

  TEST_CASE("cli: what the printed digits do not show is no difference") {
    // Paired to the last bit: the interval excludes zero, and 0.4757 is 0.4757.
    const std::vector<double> items{0.3757, 0.4757, 0.5757};
    std::vector<double> less = items;
    for (double& v : less) v -= 5.3e-6;
    const std::string text =
        verdict_of(one_seed("tied", 0.4757, items), one_seed("untied", 0.4757 - 5.3e-6, less));
    CAPTURE(text);
    CHECK(text.starts_with(
        "Untying made no difference: error 0.4757 untied against 0.4757 tied (difference per "
        "test item -0.00000530, 95 % interval -0.00000530 to -0.00000530 over 3 items; less than "
        "the digits show; one seed alone)."));
    CHECK(holds(text, "Best error: tied and untied with 0.4757."));
    CHECK(verdict_of(one_seed("tied", 0.5, items), one_seed("untied", 0.5, items))
              .starts_with(
                  "Untying made no difference: error 0.5000 untied against 0.5000 tied (difference 0; one "
                  "seed alone)."));
    // A digit more, and the difference is there.
    for (double& v : less) v -= 1e-3;
    CHECK(verdict_of(one_seed("tied", 0.4757, items), one_seed("untied", 0.4747, less))
              .starts_with("Untying helped: error 0.4747 untied against 0.4757 tied"));
  }

  TEST_CASE("cli: one seed without values per item shows no difference, however large") {
    const std::string text = verdict_of(one_seed("tied", 4), one_seed("untied", 1));
    CHECK(text.starts_with(
        "No difference by untying can be told from chance: error 1.000 untied against 4.000 tied "
        "(difference -3.00; one seed without values per item has no interval)."));
  }

  TEST_CASE("cli: both values have as many digits, however they fall beside a power of ten") {
    CHECK(holds(verdict_of(one_seed("tied", 1.0004), one_seed("untied", 0.9996)),
                "error 1.000 untied against 1.000 tied"));
  }

  TEST_CASE("cli: numbers that are not finite conclude nothing") {
    const double nan = std::nan("");
    CHECK(verdict_of(one_seed("tied", 1), one_seed("untied", nan))
              .starts_with("Nothing can be said of untying: "));
    CHECK(verdict_of(one_seed("tied", nan), one_seed("untied", nan))
              .starts_with("Nothing can be said of untying: "));
  }

  TEST_CASE("cli: small numbers are not printed as zeros, and zeros have no sign") {
    CHECK(fixed(1.234e-12, decimals_for({1.234e-12})) == "1.234e-12");
    CHECK(signed_fixed(-1.234e-12, decimals_for({1.234e-12})) == "-1.234e-12");
    CHECK(fixed(1.2345e-5, decimals_for({1.2345e-5})) == "0.00001234");
    CHECK(signed_fixed(-0.001, 2) == "0.00");
    CHECK(signed_fixed(0.001, 2) == "0.00");
    CHECK(fixed(-0.001, 2) == "0.00");
    CHECK(signed_fixed(-0.01, 2) == "-0.01");
    CHECK(verdict_of(one_seed("tied", 4e-12), one_seed("untied", 1e-12))
              .find("1.000e-12 untied against 4.000e-12 tied") != std::string::npos);
  }

  TEST_CASE("cli: no column of differences where there is nothing to differ from") {
    for (const char* name : {"untrained", "tied", "untied"}) {
      Comparison c;
      c.rows = {one_seed(name, 1)};
      c.seeds = {1};
      conclude(c);
      CAPTURE(name);
      CHECK(comparison_table(c).headers ==
            std::vector<std::string>{"network", "K", "parameters", "error", "training", "per sample"});
      CHECK_FALSE(holds(to_text(c, 200), "against"));
    }
    Comparison c;  // stopped before the tied network was done, and no untied one
    c.rows = {one_seed("untrained", 1), one_seed("dense", 2)};
    c.seeds = {1};
    conclude(c);
    CHECK(reference(c) == nullptr);
    CHECK_FALSE(holds(to_text(c, 200), "against"));
    CHECK(to_json(c)["rows"][1]["difference"].is_null());
  }
}
