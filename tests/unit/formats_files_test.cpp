// Models and evidence in files: extensions, compression, byte-order marks, pipes.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cmath>
#include <fstream>
#include <thread>

#include "unfurl/formats.hpp"
#include "unit/audio_helpers.hpp"
#include "unit/gzip_helpers.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

const char* const uai = "MARKOV\n2\n2 3\n2\n1 0\n2 0 1\n\n2\n 1 2\n\n6\n 1 2 3 4 5 6\n";
const char* const fg = "2\n\n1\n0\n2\n2\n0 1\n1 2\n\n2\n1 0\n3 2\n6\n0 1\n1 2\n2 3\n3 4\n4 5\n5 6\n";

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

void check_model(const std::filesystem::path& path) {
  CAPTURE(path.string());
  const TableModel m = read_model(path);
  CHECK(m.states == std::vector<int>{2, 3});
  REQUIRE(m.factors.size() == 2);
  CHECK(m.factors[1].scope == std::vector<int>{0, 1});
  CHECK(m.factors[1].values == std::vector<double>{1, 2, 3, 4, 5, 6});
}

}  // namespace

TEST_CASE("a model is read by its extension in small letters or capitals, compressed or not") {
  const audio_test::Folder folder;
  for (const char* name : {"m.uai", "m.UAI", "m", "m.txt", "m.fg.txt"}) {
    write(folder / name, uai);
    check_model(folder / name);
  }
  for (const char* name : {"m.fg", "M.FG", "m.Fg"}) {
    write(folder / name, fg);
    check_model(folder / name);
  }
  for (const char* name : {"m.uai.gz", "M.UAI.GZ", "m.gz", "packed.uai"}) {
    write(folder / name, gzip(uai));
    check_model(folder / name);
  }
  for (const char* name : {"m.fg.gz", "M.FG.GZ", "packed.fg"}) {
    write(folder / name, gzip(fg));
    check_model(folder / name);
  }
}

TEST_CASE("compressed texts: several members, zeros behind, empty, large") {
  const audio_test::Folder folder;
  const auto path = folder / "x.gz";
  const std::string text = uai;
  write(path, gzip(text.substr(0, 11)) + gzip("") + gzip(text.substr(11)) + std::string(100, '\0'));
  CHECK(read_text(path) == text);
  write(path, gzip(""));
  CHECK(read_text(path).empty());
  std::string large;
  for (int i = 0; i < 200000; ++i) large += std::to_string(i * 7919 % 100003) + (i % 10 == 0 ? "\n" : " ");
  write(path, gzip(large));
  CHECK(read_text(path) == large);
}

TEST_CASE("byte-order marks of UTF-8 are passed over; an empty file of evidence observes nothing") {
  const audio_test::Folder folder;
  const std::string mark = "\xef\xbb\xbf";
  write(folder / "m.uai", mark + uai);
  check_model(folder / "m.uai");
  write(folder / "m.fg", mark + fg);
  check_model(folder / "m.fg");
  const TableModel m = read_model(folder / "m.uai");
  for (const std::string& text : {std::string(), std::string(" \r\n\n"), mark, mark + "0\n"}) {
    write(folder / "e.evid", text);
    CHECK(read_evidence(folder / "e.evid", m).empty());
  }
  for (const std::string& text : {mark + "1 1 2", gzip("1 1 2"), gzip(mark + "1\n1 1 2\n")}) {
    write(folder / "e.evid", text);
    CHECK(read_evidence(folder / "e.evid", m) == Evidence{{1, 2}});
  }
  CHECK(parse_pr(mark + "PR\n2\n", "r") == doctest::Approx(2 * std::log(10.0)));
}

TEST_CASE("denormal entries are read to the last bit, and written so") {
  const TableModel m =
      parse_uai("MARKOV 1 3 1 1 0 3 4.9406564584124654e-324 2.2250738585072009e-308 1e-310", "m");
  CHECK(m.factors[0].values == std::vector<double>{0x1p-1074, 0x0.fffffffffffffp-1022, 1e-310});
  CHECK(parse_uai(to_uai(m), "m").factors[0].values == m.factors[0].values);
  CHECK(parse_fg(to_fg(m), "m").factors[0].values == m.factors[0].values);
  CHECK(log_value(m, {0}) == doctest::Approx(-1074 * std::log(2.0)));
  CHECK(condition(m).states == std::vector<int>{3});
}

TEST_CASE("a model comes through a pipe") {
  const audio_test::Folder folder;
  const auto pipe = folder / "pipe.uai";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  std::thread writer([&] { write(pipe, uai); });
  check_model(pipe);
  writer.join();
}

}  // namespace unfurl::test

TEST_SUITE_END();
