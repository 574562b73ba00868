// Files that claim more than they hold, or are something else: refused at once, by the claim.
#include <doctest/doctest.h>

#include <fstream>

#include "core/printable.hpp"
#include "error/error_of.hpp"
#include "unfurl/formats.hpp"
#include "unit/audio_helpers.hpp"
#include "unit/gzip_helpers.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

std::string error_of_file(const std::string& bytes, const std::string& name = "m.uai") {
  const audio_test::Folder folder;
  std::ofstream(folder / name, std::ios::binary) << bytes;
  return error_of([&] { (void)read_model(folder / name); });
}

bool mentions(const std::string& text, const std::string& part) {
  CAPTURE(text);
  CHECK(text.find(part) != std::string::npos);
  return text.find(part) != std::string::npos;
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("counts are not believed: states without factors, entries that are not listed, factors, scopes") {
  mentions(error_of([] { (void)parse_uai("MARKOV\n8\n" + repeated("16777216 ", 8) + "\n0\n", "m"); }),
           "variables in no factor have 134217728 states");
  CHECK(parse_uai("MARKOV 1 65538 0", "m").states == std::vector<int>{65538});
  mentions(error_of([] { (void)parse_uai("MARKOV 1 65539 0", "m"); }), "65539 states");
  CHECK(parse_uai("MARKOV 100000 " + repeated("2 ", 100000) + "0", "m").states.size() == 100000);
  const auto binary = [](int variables) {  // one factor with one entry
    std::string labels, states;
    for (int v = 0; v < variables; ++v) labels += std::to_string(v) + " ", states += "2 ";
    return "1\n" + std::to_string(variables) + "\n" + labels + "\n" + states + "\n1\n0 1\n";
  };
  CHECK(parse_fg(binary(20), "m").factors[0].values.size() == 1 << 20);
  TableModel sparse = parse_fg(binary(20), "m");  // and what is written can be read
  for (int more = 0; more < 3; ++more) sparse.factors.push_back(sparse.factors[0]);
  CHECK(parse_fg(to_fg(sparse), "m").factors[3].values == sparse.factors[3].values);
  mentions(error_of([&] { (void)parse_fg(binary(27), "m"); }),
           "have 1.34218e+08 entries, of which only 1 are listed");
  mentions(error_of([&] { (void)parse_uai("MARKOV 0 7 0 0 0 0 0 0 0 1 1 1 1", "m"); }),
           "number of factors is 7");
  mentions(error_of([&] { (void)parse_uai("MARKOV 1 1 1 9 0 0 0 0", "m"); }), "number of variables");
}

TEST_CASE("long scopes are checked in linear time") {
  constexpr int n = 200000;  // pairs of them: 2e10
  std::string scope, ones;
  for (int v = 0; v < n; ++v) scope += " " + std::to_string(v), ones += "1 ";
  const std::string count = std::to_string(n);
  CHECK(parse_uai("MARKOV " + count + " " + ones + "1 " + count + scope + " 1 1", "m").factors.size() == 1);
  CHECK(parse_fg("1 " + count + scope + " " + ones + "1 0 1", "m").factors.size() == 1);
  mentions(error_of([&] { (void)parse_fg("1 " + count + scope.substr(2) + " 5 " + ones + "1 0 1", "m"); }),
           "twice");
}

TEST_CASE("what is no such text says what it is") {
  mentions(error_of_file(std::string("\xff\xfeM\0A\0R\0", 8), "m.uai"), "UTF-16");
  mentions(error_of_file(std::string("\xfe\xff\0M\0A", 6), "m.fg"), "iconv");
  mentions(error_of_file(std::string("M\0A\0R\0K\0", 8)), "zero bytes");
  mentions(error_of_file("PK\x03\x04 and so on"), "zip archive");
  mentions(error_of_file("BZh91AY"), "bunzip2");
  mentions(error_of_file(gzip(gzip("MARKOV 0 0"))), "gunzip");
  mentions(error_of_file("markov 0 0"), "write MARKOV in capitals");
  mentions(error_of_file("2\n\n1\n0\n"), "name such a file .fg");
  mentions(error_of_file("MAR\n1 2 0.5 0.5"), "this is a MAR result");
  mentions(error_of_file("hello"), "begins with MARKOV or BAYES, this one with 'hello'");
}

TEST_CASE("compressed files: cut, changed, continued, or larger than the limit") {
  const std::string good = gzip("MARKOV\n1\n2\n1\n1 0\n\n2\n 1 2\n");
  CHECK(error_of_file(good) == "no error");
  for (std::size_t n = 2; n < good.size(); ++n) mentions(error_of_file(good.substr(0, n)), "damaged");
  std::string changed = good;
  changed[good.size() - 12] = static_cast<char>(changed[good.size() - 12] ^ 1);
  mentions(error_of_file(changed), "damaged");
  mentions(error_of_file(good + std::string("more\0\0\0\0", 8)), "goes on after its end");
  const auto declaring = [](std::string bytes, std::uint32_t size) {
    for (std::size_t i = 0; i < 4; ++i) bytes[bytes.size() - 4 + i] = static_cast<char>(size >> (8 * i));
    return bytes;
  };
  mentions(error_of_file(declaring(good, 200000000U)), "declares more than it can hold");
  const std::string bomb = gzip(std::string(std::size_t{1} << 27, ' '));
  mentions(error_of_file(declaring(bomb, 5)), "unpacks to more than 67108864 bytes");
  mentions(error_of_file(repeated(bomb, 3) + declaring(good, 268435457)),
           "unpacks to more than 268435456 bytes");
}

TEST_CASE("a device without an end is left after the limit") {
  const audio_test::Folder folder;
  std::filesystem::create_symlink("/dev/zero", folder / "endless.uai");
  mentions(error_of([&] { (void)read_text(folder / "endless.uai"); }), "goes on after 268435456 bytes");
}

TEST_CASE("texts of files are shown without what a terminal obeys") {
  CHECK(detail::printable("plain: \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80") ==
        "plain: \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80");
  CHECK(detail::printable("\x1b[31m\r\n\t\x7f") == "\\x1b[31m\\x0d\\x0a\\x09\\x7f");
  CHECK(detail::printable("\x9b"
                          "2J \xc2\x9b \xe2\x80\xae") == "\\x9b2J \\xc2\\x9b \\xe2\\x80\\xae");
  // Overlong, a surrogate, beyond Unicode, cut off.
  CHECK(detail::printable("\xc0\x9b \xe0\x82\x9b") == "\\xc0\\x9b \\xe0\\x82\\x9b");
  CHECK(detail::printable("\xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82") ==
        "\\xed\\xa0\\x80 \\xf4\\x90\\x80\\x80 \\xe2\\x82");
  CHECK(detail::printable(detail::printable("\x1b\\x1b")) == detail::printable("\x1b\\x1b"));
  CHECK(detail::excerpt("12345678\xc3\xa4", 9) == "12345678...");
  const DataError error("a\x1b", "b\n  mend: c", "d\xff");
  CHECK(std::string(error.what()) == "unfurl: a\\x1b\n  where: b\\x0a  mend: c\n  mend:  d\\xff");
  CHECK(error.what_happened() == "a\\x1b");
}

}  // namespace unfurl::test

TEST_SUITE_END();
