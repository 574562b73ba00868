// Texts that are no codes: one error each, with file, line and what is wrong.
#include <doctest/doctest.h>

#include "unfurl/code_files.hpp"
#include "unfurl/data.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

struct Case {
  std::string text, where, part;
};

template <class Parse>
void refuse_all(const Parse& parse, const std::vector<Case>& cases) {
  for (const Case& c : cases) {
    CAPTURE(c.text);
    try {
      parse(c.text);
      FAIL_CHECK("it was read");
    } catch (const DataError& error) {
      CAPTURE(error.what());
      CHECK(error.where() == c.where);
      CHECK(error.what_happened().find(c.part) != std::string::npos);
    }
  }
}

}  // namespace

TEST_CASE("alist: what is wrong, and the line") {
  const std::string head = "3 2\n2 2\n1 2 1\n2 2\n";
  refuse_all(
      [](const std::string& text) { return parse_alist(text, "h"); },
      {{"", "h:1", "ends before the numbers of columns and rows"},
       {"3\n", "h:1", "1 numbers where columns and rows are expected"},
       {"3 x\n", "h:1", "'x' is no whole number"},
       {"0 2\n", "h:1", "the number of columns is 0"},
       {"300000000 2\n2 2\n", "h:1", "the number of columns is 300000000"},
       {"300000 2\n2 2\n", "h:1", "more than the file has room for"},
       {"3 2\n3 2\n1 2 1\n2 2\n", "h:2", "the largest degree of a column is 3"},
       {"3 2\n2 2\n1 2\n", "h:3", "ends before the degrees of the columns"},
       {"3 2\n2 2\n1 2 1 1\n", "h:3", "4 degrees for 3 columns"},
       {"3 2\n2 2\n1 3 1\n2 2\n", "h:3", "the degree of a column is 3"},
       {head, "h:4", "ends before the list of column 1"},
       {head + "1 0\n1 2\n2 0\n1 2\n", "h:8", "ends before the list of row 2"},
       {head + "1 0\n1\n2 0\n1 2\n2 3\n", "h:6", "column 2 has 1 entry, its degree is 2"},
       {head + "1 2\n1 2\n2 0\n1 2\n2 3\n", "h:5", "column 1 has 2 entries, its degree is 1"},
       {head + "1 0 0\n1 2\n2 0\n1 2\n2 3\n", "h:5", "filled up to 3 entries"},
       {head + "3 0\n1 2\n2 0\n1 2\n2 3\n", "h:5", "a row in the list of column 1 is 3, not from 1 to 2"},
       {head + "1 0\n0 2\n2 0\n1 2\n2 3\n", "h:6", "is 0, not from 1 to 2"},
       {head + "1 0\n2 2\n2 0\n1 2\n2 3\n", "h:6", "row 2 is twice in the list of column 2"},
       {head + "1 0\n1 2\n2 0\n1 3\n2 3\n", "h:8", "row 1 lists column 3, which does not list it"},
       {head + "2 0\n1 2\n2 0\n1 2\n2 3\n", "h:8", "row 1 lists column 1, which does not list it"},
       {head + "1 0\n1 2\n2 0\n1 2\n2 4\n", "h:9", "a column in the list of row 2 is 4"},
       {head + "1 0\n1 2\n2 0\n1 2\n2 3\n1\n", "h:10", "goes on with '1'"}});
  CHECK_NOTHROW(parse_alist(head + "1 0\n1 2\n2 0\n1 2\n2 3\n", "h"));
}

TEST_CASE("dense text, base matrices and detector error models: what is wrong, and the line") {
  refuse_all([](const std::string& text) { return parse_dense(text, "h"); },
             {{"", "h:1", "no row"},
              {"101\n10\n", "h:2", "a row of 2 digits, the first has 3"},
              {"12\n", "h:1", "'12' in a matrix"}});
  refuse_all([](const std::string& text) { return parse_quasi_cyclic(text, "h"); },
             {{"2 1\n", "h:1", "2 numbers where three"},
              {"2 1 4\n0\n", "h:2", "a row of 1 entries for 2 columns"},
              {"2 1 4\n0 -2\n", "h:2", "a shift is -2"},
              {"2 1 65536\n", "h:1", "ends before a row"},
              {"2 257 65536\n", "h:1", "more than 1048576 rows or columns"},
              {"257 1 65536\n", "h:1", "more than 1048576 rows or columns"},
              {"2 1 4\n0 1\n0 1\n", "h:3", "goes on"}});
  refuse_all(
      [](const std::string& text) { return parse_dem(text, "m"); },
      {{"error(0.1 D0\n", "m:1", "'(' without ')'"},
       {"error D0\n", "m:1", "0 arguments"},
       {"error(0.1, 0.2) D0\n", "m:1", "2 arguments"},
       {"error(1.5) D0\n", "m:1", "'1.5' is no probability"},
       {"error(nan) D0\n", "m:1", "'nan' is no probability"},
       {"\nerror(0.1) Q0\n", "m:2", "'Q0' is no target"},
       {"error(0.1) D\n", "m:1", "'' is no whole number"},
       {"error(0.1) D-1\n", "m:1", "a detector is -1"},
       {"error(0.1) ^ D1\n", "m:1", "'^' with nothing before it"},
       {"error(0.1) D1 ^\n", "m:1", "'^' with nothing after it"},
       {"swap D1\n", "m:1", "no instruction 'swap'"},
       {"detector L0\n", "m:1", "'L0' in 'detector'"},
       {"repeat 3 {\nerror(0.1) D0\n", "m:2", "ends before the '}'"},
       {"repeat x {\n}\n", "m:1", "'x' is no whole number"},
       {"repeat 3\n", "m:1", "without a number and '{'"},
       {"}\n", "m:1", "no instruction '}'"},
       {"shift_detectors D1\n", "m:1", "no whole number"},
       {"detector D0\nerror(0.1) D0\nerror(0.1) D0 D1\n", "m:3", "detector D1, which is not declared"},
       {"repeat 16777216 {\n repeat 16777216 {\n error(0.1) D0\n }\n}\n", "m:3", "repeats more than 104857"},
       {"repeat 16777216 {\n repeat 16777216 {\n }\n}\n", "m:2", "repeats more than 104857"}});
  CHECK_THROWS_AS(parse_dem("detector D3\n", "m").code("m"), DataError);
}

TEST_CASE("pieces of texts and random texts are read or refused") {
  const std::string alist = to_alist(hamming(3).checks);
  for (std::size_t n = 0; n < alist.size() - 1; ++n) {
    CAPTURE(n);
    CHECK_THROWS_AS(parse_alist(alist.substr(0, n), "h"), DataError);
  }
  Random random(1);
  const std::string letters = "01 2\n#^DL(){}error repeat.-";
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (int n = random.below(60); n > 0; --n)
      text += letters[static_cast<std::size_t>(random.below(static_cast<int>(letters.size())))];
    for (const auto& parse : std::vector<std::function<void()>>{
             [&] { parse_alist(text, "h"); }, [&] { parse_dense(text, "h"); }, [&] { parse_dem(text, "h"); },
             [&] { parse_quasi_cyclic(text, "h"); }})
      try {
        parse();
      } catch (const DataError&) {
      }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
