// Texts that are no models: one error each, with file, line and what is wrong; and never a crash.
#include <doctest/doctest.h>

#include <cmath>

#include "unfurl/exact.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/formats.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

template <class Parse>
void refuses(const Parse& parse, const std::string& text, const std::string& where,
             const std::vector<std::string>& parts) {
  CAPTURE(text);
  try {
    parse(text);
    FAIL_CHECK("it was read");
  } catch (const DataError& error) {
    CHECK(error.where() == where);
    for (const std::string& part : parts) {
      CAPTURE(error.what());
      CHECK(error.what_happened().find(part) != std::string::npos);
    }
  }
}

struct Case {
  std::string text, where;
  std::vector<std::string> parts;
};

const auto uai = [](const std::string& text) { return parse_uai(text, "m.uai"); };
const auto fg = [](const std::string& text) { return parse_fg(text, "m.fg"); };
const auto evid = [](const std::string& text) {
  return parse_evidence(text, parse_uai("MARKOV 2 2 3 0", "m"), "e");
};

}  // namespace

TEST_CASE("uai: what is wrong, and the line") {
  for (const Case& c : std::vector<Case>{
           {"", "m.uai:1", {"ends before MARKOV or BAYES"}},
           {"\n\n", "m.uai:3", {"ends before"}},
           {"markov\n", "m.uai:1", {"begins with MARKOV or BAYES"}},
           {"MARKOV\n2\n2\n", "m.uai:4", {"ends before a number of states"}},
           {"MARKOV\n1\n0\n0\n", "m.uai:3", {"number of states", "0"}},
           {"MARKOV\n1\n-2\n0\n", "m.uai:3", {"number of states", "-2"}},
           {"MARKOV\n1\n2.0\n0\n", "m.uai:3", {"'2.0' is no whole number"}},
           {"MARKOV\n-1\n", "m.uai:2", {"number of variables", "-1"}},
           {"MARKOV\n1000000000\n2 2\n", "m.uai:2", {"more than the file has room for"}},
           {"MARKOV\n99999999999\n", "m.uai:2", {"99999999999"}},
           {"MARKOV\n9\n16777216 16777216 16777216 16777216 16777216 16777216 16777216 16777216 16777216\n0",
            "m.uai:4",
            {"variables in no factor have 150994944 states together"}},
           {"MARKOV\n1\n2\n1\n1 1\n2 1 1",
            "m.uai:5",
            {"a variable in the scope of factor 0 is 1, not from 0 to 0"}},
           {"MARKOV\n0\n1\n1 0\n2 1 1", "m.uai:4", {"there are none"}},
           {"MARKOV\n2\n2 2\n1\n2 1 1\n4 1 1 1 1", "m.uai:5", {"variable 1 is twice"}},
           {"MARKOV\n2\n2 2\n1\n2 0 1\n3 1 1 1", "m.uai:6", {"factor 0 has 3 entries for 4 joint states"}},
           {"MARKOV\n2\n2 2\n1\n2 0 1\n4 1 1 1\n",
            "m.uai:7",
            {"ends before an entry in the table of factor 0"}},
           {"MARKOV\n2\n2 2\n1\n2 0 1\n4 1 1 1 1\n1\n", "m.uai:7", {"goes on with '1'"}},
           {"MARKOV\n1\n2\n1\n1 0\n2 1 -0.5\n", "m.uai:6", {"-0.5"}},
           {"MARKOV\n1\n2\n1\n1 0\n2 1 nan\n", "m.uai:6", {"nan"}},
           {"MARKOV\n1\n2\n1\n1 0\n2 1 inf\n", "m.uai:6", {"inf"}},
           {"MARKOV\n1\n2\n1\n1 0\n2 1 1e999\n", "m.uai:6", {"1e999", "double precision"}},
           {"MARKOV\n1\n2\n1\n1 0\n2 1 1e-400\n", "m.uai:6", {"1e-400", "double precision"}},
           {"MARKOV\n1\n2\n1\n1 0\n2 1 0x10\n", "m.uai:6", {"'0x10' is no number"}},
           {"MARKOV\n1\n2\n1\n1 0\n2 1 1,5\n", "m.uai:6", {"'1,5' is no number"}},
           {"MARKOV 4 8192 8192 8192 2 1 3 0 1 2 2147483647 1", "m.uai:1", {"5.49756e+11 joint states"}},
           {"MARKOV 2 8192 8192 1 2 0 1 67108864 1 1 1", "m.uai:1", {"more than the file has room for"}},
           {std::string("MARKOV\n1\n\x1b[31m\xff\n", 16), "m.uai:3", {"'\\x1b[31m\\xff' is no whole number"}},
       })
    refuses(uai, c.text, c.where, c.parts);
}

TEST_CASE("fg: what is wrong, and the line") {
  for (const Case& c : std::vector<Case>{
           {"", "m.fg:1", {"ends before the number of factors"}},
           {"1\n\n1\n0\n0\n", "m.fg:5", {"number of states"}},
           {"1\n2\n3 3\n2 2\n0", "m.fg:3", {"variable 3 is twice"}},
           {"2\n1\n3\n2\n1\n0 1\n1\n3\n4\n1\n0 1\n", "m.fg:9", {"variable 3 has 4 states", "2 before"}},
           {"1\n1\n0\n2\n1\n2 1\n", "m.fg:6", {"index of an entry", "2"}},
           {"1\n1\n0\n2\n2\n1 1\n1 1\n", "m.fg:7", {"entry 1 twice"}},
           {"1\n1\n0\n2\n1\n1 -1\n", "m.fg:6", {"-1"}},
           {"1\n1\n0\n2\n1\n1 1\n7", "m.fg:7", {"goes on with '7'"}},
           {"1\n3\n0 1 2\n16000000 16000000 16000000\n0\n", "m.fg:5", {"4.096e+21 entries, of which only 0"}},
           {"1\n1\n-1\n2\n0\n", "m.fg:3", {"a variable"}},
       })
    refuses(fg, c.text, c.where, c.parts);
}

TEST_CASE("evidence and results: what is wrong, and the line") {
  for (const Case& c : std::vector<Case>{
           {"1 2 0", "e:1", {"an observed variable is 2"}},
           {"1\n1 3", "e:2", {"variable 1 is observed in state 3, but has 3"}},
           {"1 0 -1", "e:1", {"-1"}},
           {"2 0 1 0 1", "e:1", {"variable 0 is observed twice"}},
           {"2 0 1", "e:1", {"2 numbers after"}},
           {"2 1 0 1 1 0 0", "e:1", {"numbers after"}},
           {"0 1", "e:1", {"goes on with '1'"}},
           {"1 2 0 1", "e:1", {"ends before an observed variable"}},
       })
    refuses(evid, c.text, c.where, c.parts);
  const auto mar = [](const std::string& text) { return parse_mar(text, "r"); };
  refuses(mar, "PR\n1", "r:1", {"does not begin with MAR"});
  refuses(mar, "MAR\n2 2 0.5 0.5 2 0.5", "r:2", {"ends before a probability in the marginal of variable 1"});
  refuses(mar, "MAR\n1 2 0.5 1.5", "r:2", {"1.5"});
  refuses([](const std::string& text) { return parse_pr(text, "r"); }, "PR\n1 2", "r:2", {"goes on"});
  for (const char* beyond : {"PR\n1e308", "PR\n-1e308"})  // finite, but not in nats
    refuses([](const std::string& text) { return parse_pr(text, "r"); }, beyond, "r:2",
            {"log10 Z is", "1e+308"});
  refuses([](const std::string& text) { return parse_mpe(text, "r"); }, "MPE\n2 1", "r:2", {"ends before"});
}

TEST_CASE("every beginning and every changed word of a small file is an error or a model") {
  const std::string texts[] = {"MARKOV\n3\n2 1 3\n3\n1 0\n2 2 0\n0\n2 0.5 1.5\n6 1 2 0 1 0.5 1e-3\n1 2\n",
                               "2\n\n2\n0 2\n2 3\n4\n0 1\n2 0.5\n3 1\n5 2\n\n1\n0\n2\n1\n1 4\n"};
  const std::string words[] = {"-1",    "0",   "3", "7", "99999999", "2147483648",
                               "1e308", "nan", "x", "#", "1.5"};
  int models = 0, errors = 0;
  const auto attempt = [&](bool uai_text, const std::string& text) {
    try {
      const TableModel m = uai_text ? uai(text) : fg(text);
      const ConditionedModel c = condition(m);
      if (c.states.size() > 10) return;
      double states = 0;
      for (int n : c.states) states += n;
      if (states > 1000) return;
      for (const auto& p : c.all_marginals(exact(c.model, {}, 0).marginals))
        for (double x : p) CHECK(std::isfinite(x));
      ++models;
    } catch (const DataError&) {
      ++errors;
    } catch (const NumericalError&) {
      ++errors;
    }
  };
  for (const bool uai_text : {true, false}) {
    const std::string& text = texts[uai_text ? 0 : 1];
    for (std::size_t n = 0; n <= text.size(); ++n) attempt(uai_text, text.substr(0, n));
    for (std::size_t start = 0; start < text.size(); ++start) {
      if (start > 0 && text[start - 1] != ' ' && text[start - 1] != '\n') continue;
      const std::size_t end = text.find_first_of(" \n", start);
      for (const std::string& word : words)
        attempt(uai_text, text.substr(0, start) + word + text.substr(end));
    }
  }
  CHECK(models > 20);
  CHECK(errors > 300);
}

TEST_CASE("evidence of probability zero and tables made by hand that break the rules") {
  TableModel m{TableModel::Kind::markov, {2, 2}, {{{0, 1}, {1, 0, 2, 3}}, {{0}, {1, 1}}}};
  CHECK_THROWS_WITH_AS(condition(m, {{0, 0}, {1, 1}}),
                       doctest::Contains("the evidence has probability zero: factor 0"), DataError);
  CHECK_THROWS_WITH_AS(condition(m, {{2, 0}}), doctest::Contains("variable 2 is observed, but there are 2"),
                       DataError);
  CHECK_THROWS_WITH_AS(condition(m, {{1, 2}}), doctest::Contains("variable 1 is observed in state 2"),
                       DataError);
  const auto broken = [&](auto change, const char* part) {
    TableModel other = m;
    change(other);
    CHECK_THROWS_WITH_AS(condition(other), doctest::Contains(part), DataError);
    CHECK_THROWS_WITH_AS(to_uai(other), doctest::Contains(part), DataError);
    CHECK_THROWS_WITH_AS(to_fg(other), doctest::Contains(part), DataError);
  };
  broken([](TableModel& t) { t.factors[0].values.pop_back(); }, "factor 0 has 3 entries for 4 joint states");
  broken([](TableModel& t) { t.factors[1].scope = {5}; }, "factor 1 joins variable 5 of 2");
  broken([](TableModel& t) { t.factors[0].scope = {1, 1}; }, "factor 0 joins variable 1 twice");
  broken([](TableModel& t) { t.factors[0].values[1] = NAN; }, "factor 0 has an entry nan");
  broken([](TableModel& t) { t.factors[0].values[1] = -1; }, "factor 0 has an entry -1");
  broken([](TableModel& t) { t.states[0] = 0; }, "variable 0 has 0 states");
  m.factors[1].values = {0, 0};
  CHECK_THROWS_WITH_AS(condition(m), doctest::Contains("all entries of factor 1 are zero"), DataError);

  // No factor alone shows this contradiction.
  const TableModel contradiction{
      TableModel::Kind::markov, {2, 2}, {{{0, 1}, {1, 0, 0, 1}}, {{0, 1}, {0, 1, 1, 0}}}};
  CHECK_THROWS_WITH_AS(exact(condition(contradiction).model, {}, 0),
                       doctest::Contains("no possible joint state"), NumericalError);
  CHECK_THROWS_AS(most_probable(condition(contradiction).model, {}, 0), NumericalError);
}

TEST_CASE("exact inference that is too large names treewidth and memory; scopes must be there") {
  Model grid("grid");
  const auto x = grid.discrete("x", {30, 30}, 2);
  grid.factor("pairs", grid4(x), Table{grid.param("T", table(grid4(x)), {0, 1, 1, 0})});
  CHECK_THROWS_WITH_AS(exact(grid, {}, 0, {.most_memory = 1e6}),
                       doctest::Contains("treewidth of 30, whose tables need "), DataError);
  CHECK_THROWS_WITH_AS(exact(grid, {}, 0, {.most_memory = 1e6}),
                       doctest::Contains("more than the limit of 1 MB"), DataError);
  Model two("two");
  const auto y = two.discrete("y", {2}, 2);
  two.factor("each", each(y), Field{two.param("h", 0.5)});
  CHECK_THROWS_WITH_AS(exact(two, {}, 0, {.scopes = {{0, 2}}}), doctest::Contains("variable 2"), ModelError);
  CHECK_THROWS_WITH_AS(exact(two, {}, 0, {.scopes = {{1, 1}}}), doctest::Contains("variable 1"), ModelError);
}

}  // namespace unfurl::test

TEST_SUITE_END();
