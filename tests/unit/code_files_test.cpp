// Files of codes: what is written is read, in all the layouts that there are.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "unfurl/code_files.hpp"
#include "unfurl/npz.hpp"
#include "unit/npz_helpers.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

TEST_CASE("alist: padded, unpadded, with comments and empty lists") {
  for (const BinaryMatrix& m : {hamming(3).checks, bch(15, 7).checks, BinaryMatrix{4, {{0, 2}, {}, {2}}},
                                BinaryMatrix{2, {{}}}, repetition(5).checks})
    for (const bool padded : {true, false}) {
      const std::string text = to_alist(m, padded);
      CAPTURE(text);
      CHECK(parse_alist(text, "m.alist") == m);
      CHECK(parse_alist("# a comment\n\n" + text, "m.alist") == m);
    }
  // Degrees over several lines, lists in any order, spaces at the ends.
  CHECK(parse_alist("3 2\n2 2 \n1\n2 1\n2 2\n1 0  \n2 1\r\n2\n2 1\n3 2 # the last\n", "m") ==
        BinaryMatrix{3, {{0, 1}, {1, 2}}});
}

TEST_CASE("dense text and base matrices") {
  const BinaryMatrix m{4, {{0, 3}, {}, {1, 2, 3}}};
  CHECK(parse_dense(to_dense(m), "m") == m);
  CHECK(parse_dense("1 0 0 1\n0000\n# nothing\n\n01 11\n", "m") == m);
  CHECK(parse_quasi_cyclic("3 2 3\n0 -1 1\n2 4 -1\n", "m").checks ==
        quasi_cyclic({{0, -1, 1}, {2, 4, -1}}, 3).checks);
}

TEST_CASE("detector error models: parts, repetition, shifts") {
  const DetectorErrorModel m = parse_dem(
      "error(0.1) D0 L0  # first\n"
      "error(0.2) D0 D1 ^ D1 D2\n"
      "repeat 2 {\n"
      "  error(0.125) D1\n"
      "  repeat 2 {\n    shift_detectors(0, 1) 1\n    error(0.25) D0 D1\n  }\n"
      "}\n"
      "detector(1, 2.5) D2\n"
      "logical_observable L2\n",
      "m.dem");
  CHECK(m.detectors == 7);
  CHECK(m.observables == 3);
  REQUIRE(m.errors.size() == 8);
  CHECK(m.errors[1].detectors == std::vector<int>{0, 2});
  CHECK(m.errors[2].detectors == std::vector<int>{1});
  CHECK(m.errors[4].detectors == std::vector<int>{2, 3});
  CHECK(m.errors[5].detectors == std::vector<int>{3});
  CHECK(m.errors[7].detectors == std::vector<int>{4, 5});
  const Code code = m.code("m");
  CHECK(code.bits() == 8);
  CHECK(code.checks.rows.size() == 7);
  CHECK(code.logical.rows.size() == 3);
  // Two errors of one effect: an odd number of them.
  const Code merged = parse_dem("error(0.1) D0\nerror(0.2) D0\nerror(0) D5\nerror(0.5)\n", "m").code("m");
  REQUIRE(merged.bits() == 1);
  CHECK(merged.priors[0] == doctest::Approx(0.1 * 0.8 + 0.9 * 0.2));
}

TEST_CASE("codes from arrays of numpy, and arrays for numpy") {
  const auto folder = std::filesystem::temp_directory_path() / "unfurl-code-files-test";
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, const std::string& bytes) {
    std::ofstream(folder / name, std::ios::binary) << bytes;
    return folder / name;
  };
  const BinaryMatrix m{3, {{0, 1}, {1, 2}}};
  const std::string bytes = npy("|u1", "(2, 3)", raw<unsigned char>({1, 1, 0, 0, 1, 1}));
  CHECK(read_code(write("m.npy", bytes)).checks == m);
  write_zip(folder / "m.npz", {{"checks.npy", bytes},
                               {"logical.npy", npy("<i8", "(1, 3)", raw<std::int64_t>({1, 1, 1}))},
                               {"priors.npy", npy("<f8", "(3,)", raw<double>({0.1, 0.2, 0.3}))}});
  const Code code = read_code(folder / "m.npz");
  CHECK(code.checks == m);
  CHECK(code.logical == BinaryMatrix{3, {{0, 1, 2}}});
  CHECK(code.priors == std::vector<double>{0.1, 0.2, 0.3});
  CHECK(read_code(write("m.txt", "110\n011\n")).checks == m);
  CHECK(read_code(write("M.ALIST", to_alist(m))).checks == m);
  for (const char* kind : {"f4", "u1"}) {
    const NpzArray array{{2, 2}, {0, 1, 255, 3}};
    const NpzArray again = read_npy(write("a.npy", to_npy(array, kind)));
    CHECK(again.shape == array.shape);
    CHECK(again.values == array.values);
  }
  CHECK_THROWS_AS(read_code(write("bad.npy", npy("|u1", "(1, 2)", raw<unsigned char>({1, 2})))), DataError);
  CHECK_THROWS_AS(read_code(write("cut.npy", bytes.substr(0, bytes.size() - 1))), DataError);
  CHECK_THROWS_AS(read_code(write("long.npy", bytes + "x")), DataError);
  CHECK_THROWS_AS(read_code(write("flat.npy", npy("|u1", "(2,)", raw<unsigned char>({1, 0})))), DataError);
  CHECK_THROWS_AS(read_code(folder / "absent.alist"), DataError);
  std::filesystem::remove_all(folder);
}

}  // namespace unfurl::test

TEST_SUITE_END();
