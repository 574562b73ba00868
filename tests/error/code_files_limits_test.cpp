// Few bytes that ask for a large code: read within twenty times the bytes and 64 MB, or refused.
#include <doctest/doctest.h>

#include <fstream>

#include "error/error_of.hpp"
#include "unfurl/code_files.hpp"
#include "unfurl/npz.hpp"
#include "unit/audio_helpers.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

/// Of a vector of vectors, with what the allocator adds to a small one.
std::size_t bytes_of(const std::vector<std::vector<int>>& rows) {
  std::size_t bytes = rows.capacity() * sizeof(std::vector<int>);
  for (const auto& row : rows) bytes += row.empty() ? 0 : std::max<std::size_t>(32, 4 * row.capacity());
  return bytes;
}

bool in_bounds(const BinaryMatrix& matrix, std::size_t text) {
  CAPTURE(bytes_of(matrix.rows));
  return bytes_of(matrix.rows) <= 20 * text + (std::size_t{64} << 20);
}

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

bool refuses(const std::string& error, const std::string& part) {
  CAPTURE(error);
  CHECK(error.find(part) != std::string::npos);
  return error.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("detector error models: repetitions, shifts and numbers are limited by the bytes") {
  const auto error = [](const std::string& text) { return error_of([&] { (void)parse_dem(text, "m"); }); };
  for (const std::string text :
       {"repeat 16777216 {\n error(0.1) D0\n}\n", "repeat 2147483647 {\n}\n",
        "repeat 600000 {\n error(0.1)\n}\n", "repeat 3000 {\n repeat 3000 {\n detector D0\n }\n}\n",
        "repeat 400000 {\n shift_detectors 0\n detector D0\n}\n"})
    refuses(error(text), "repeats more than 10485");
  for (const std::string text :
       {"error(0.1) D16777215\n", "logical_observable L16777215\n", "shift_detectors 16777216\n",
        "shift_detectors 2147483647\nshift_detectors 2147483647\nerror(0.1) D0\n",
        "repeat 200000 {\n shift_detectors 10\n}\nerror(0.1) D0\n"})
    refuses(error(text), "may have them below 10485");
  const std::string chain = "repeat 200000 {\n error(0.1) D0 D1\n shift_detectors 1\n}\n";
  const DetectorErrorModel m = parse_dem(chain, "m");
  CHECK(m.errors.size() == 200000);
  CHECK(m.detectors == 200001);
  const Code code = m.code("m");
  CHECK(in_bounds(code.checks, chain.size()));
  CHECK(code.checks.rows[7] == std::vector<int>{6, 7});
  // What is written out may be larger.
  std::string flat;
  for (int d = 0; d < 100000; ++d) flat += "error(0.125) D" + std::to_string(10 * d) + "\n";
  CHECK(parse_dem(flat, "m").detectors == 10 * 99999 + 1);
}

TEST_CASE("matrices of few bytes: rows are limited, and liftings") {
  const auto lifted = [](const std::string& text) {
    return in_bounds(parse_quasi_cyclic(text, "q").checks, text.size());
  };
  CHECK(lifted("1 1 65536\n0\n"));
  CHECK(lifted("1 16 65536\n" + repeated("0\n", 16)));
  CHECK(lifted("256 1 4096\n" + repeated("0 ", 256)));
  const auto error = [](const std::string& text) {
    return error_of([&] { (void)parse_quasi_cyclic(text, "q"); });
  };
  refuses(error("1 17 65536\n" + repeated("-1\n", 17)), "more than 1048576 rows or columns");
  refuses(error("16 16 65536\n" + repeated(repeated("0 ", 16) + "\n", 16)), "ones");
  const std::string digits = repeated("1\n", 1 << 20);
  CHECK(in_bounds(parse_dense(digits, "d"), digits.size()));
  refuses(error_of([&] { (void)parse_dense(digits + "1\n", "d"); }), "more than 1048576 rows");
  // Columns and rows without ones are two bytes each.
  const std::string wide = "500000 1\n0 0\n" + repeated("0 ", 500000) + "\n0\n",
                    tall = "1 500000\n0 0\n0\n" + repeated("0 ", 500000) + "\n";
  CHECK(parse_alist(wide, "a").columns == 500000);
  CHECK(in_bounds(parse_alist(tall, "a"), tall.size()));
}

TEST_CASE("arrays as matrices: as many rows as digits may have") {
  const audio_test::Folder folder;
  const auto matrix = [&](const NpzArray& array) {
    std::ofstream(folder / "m.npy", std::ios::binary) << to_npy(array, "u1");
    return read_code(folder / "m.npy").checks;
  };
  constexpr std::size_t most = 1 << 20;
  refuses(error_of([&] {
            (void)matrix({{most + 1, 1}, std::vector<double>(most + 1, 1)});
          }),
          "more than 1048576 rows");
  CHECK(in_bounds(matrix({{most, 1}, std::vector<double>(most, 1)}), most));
  CHECK(matrix({{3, 1}, {1, 0, 1}}).rows == std::vector<std::vector<int>>{{0}, {}, {0}});
}

}  // namespace unfurl::test

TEST_SUITE_END();
