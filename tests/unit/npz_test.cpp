// Archives of numpy.
#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "formats/npy_header.hpp"
#include "unfurl/error.hpp"
#include "unfurl/npz.hpp"
#include "unit/audio_helpers.hpp"
#include "unit/npz_helpers.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Values = std::vector<double>;
using Shape = std::vector<std::size_t>;

/// What reading an archive of one array `a.npy` throws.
std::string refusal(const std::string& bytes, const std::string& entry = "a.npy") {
  const audio_test::Folder folder;
  write_zip(folder / "x.npz", {{entry, bytes}});
  try {
    (void)read_npz(folder / "x.npz");
  } catch (const DataError& error) {
    CHECK(error.where().find("x.npz") != std::string::npos);
    return error.what_happened();
  }
  return "nothing thrown";
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("npz: every kind of number, any number of dimensions") {
  const audio_test::Folder folder;
  std::string version2 = npy("<f4", "(1,)", raw<float>({2.5F}));
  version2[6] = 2;
  version2.insert(10, 2, '\0');
  write_zip(folder / "all.npz",
            {{"b1.npy", npy("|b1", "(2,)", raw<std::uint8_t>({0, 1}))},
             {"u1.npy", npy("|u1", "(2, 3)", raw<std::uint8_t>({0, 1, 2, 3, 4, 255}))},
             {"i1.npy", npy("|i1", "(1,)", raw<std::int8_t>({-128}))},
             {"u2.npy", npy("<u2", "(1,)", raw<std::uint16_t>({65535}))},
             {"i2.npy", npy("<i2", "(1,)", raw<std::int16_t>({-2}))},
             {"u4.npy", npy("<u4", "(1,)", raw<std::uint32_t>({4000000000U}))},
             {"i4.npy", npy("<i4", "(2, 1, 2)", raw<std::int32_t>({-1, 2, -3, 4}))},
             {"u8.npy", npy("<u8", "(1,)", raw<std::uint64_t>({1ULL << 40}))},
             {"i8.npy", npy("<i8", "()", raw<std::int64_t>({-7}))},
             {"f8.npy", npy("<f8", "(2,)", raw<double>({0.1, -std::numeric_limits<double>::infinity()}))},
             {"f4.npy", version2},
             {"one_column.npy", npy("<f4", "(2,)", raw<float>({1, 2}), "True")},
             {"none.npy", npy("<f4", "(0, 5)", "")}});
  const auto arrays = read_npz(folder / "all.npz");
  CHECK(arrays.size() == 13);
  CHECK(arrays.at("b1").values == Values{0, 1});
  CHECK(arrays.at("u1").shape == Shape{2, 3});
  CHECK(arrays.at("u1").values == Values{0, 1, 2, 3, 4, 255});
  CHECK(arrays.at("i1").values == Values{-128});
  CHECK(arrays.at("u2").values == Values{65535});
  CHECK(arrays.at("i2").values == Values{-2});
  CHECK(arrays.at("u4").values == Values{4000000000.0});
  CHECK(arrays.at("i4").shape == Shape{2, 1, 2});
  CHECK(arrays.at("i4").values == Values{-1, 2, -3, 4});
  CHECK(arrays.at("u8").values == Values{1099511627776.0});
  CHECK(arrays.at("i8").shape.empty());
  CHECK(arrays.at("i8").values == Values{-7});
  CHECK(arrays.at("f8").values == Values{0.1, -std::numeric_limits<double>::infinity()});
  CHECK(arrays.at("f4").values == Values{2.5});
  CHECK(arrays.at("one_column").values == Values{1, 2});
  CHECK(arrays.at("none").shape == Shape{0, 5});
  CHECK(arrays.at("none").values.empty());
}

TEST_CASE("npz: what is no array of numbers is refused") {
  const std::string good = npy("<f4", "(2,)", raw<float>({1, 2}));
  CHECK(refusal(good) == "nothing thrown");
  CHECK(mentions(refusal(good, "a.txt"), "something else than arrays"));
  CHECK(mentions(refusal(good.substr(0, good.size() - 1)), "fewer numbers"));
  CHECK(mentions(refusal(good.substr(0, good.size() - 4)), "fewer numbers"));
  CHECK(mentions(refusal(good + "1234"), "do not fill"));
  CHECK(mentions(refusal(good + "1"), "do not fill"));
  CHECK(mentions(refusal(good + "1"), "do not fill"));
  CHECK(mentions(refusal(good.substr(0, 40)), "cut off"));
  CHECK(mentions(refusal("\x93NUMPY"), "does not begin"));
  CHECK(mentions(refusal("PK and so on, long enough"), "does not begin"));
  CHECK(mentions(refusal(npy("<c8", "(1,)", raw<double>({1}))), "kind '<c8'"));
  CHECK(mentions(refusal(npy("<f16", "(1,)", raw<double>({1, 2}))), "kind '<f16'"));
  CHECK(mentions(refusal(npy("|f4", "(1,)", raw<float>({1}))), "kind '|f4'"));
  CHECK(mentions(refusal(npy("<f4", "(-1,)", raw<float>({1}))), "its shape holds what is no number"));
  CHECK(mentions(refusal(npy("<f4", "(4294967296, 4294967296)", raw<float>({1}))), "fewer numbers"));
  CHECK(mentions(refusal(npy("", "(1,)", "")), "kind ''"));
}

TEST_CASE("npz: half precision, by its definition") {
  const audio_test::Folder folder;
  // Sign, five bits of exponent with bias 15, ten of fraction [IEEE 754].
  const std::vector<std::uint16_t> bits{0x0000, 0x8000, 0x3c00, 0xc000, 0x3555, 0x7bff,
                                        0x0001, 0x03ff, 0x0400, 0x7c00, 0xfc00, 0x7e01};
  write_zip(folder / "f2.npz", {{"a.npy", npy("<f2", "(12,)", raw(bits))}});
  const auto values = read_npz(folder / "f2.npz").at("a").values;
  const Values first(values.begin(), values.end() - 1);
  const double infinity = std::numeric_limits<double>::infinity();
  CHECK(first ==
        Values{0, 0, 1, -2, 1365.0 / 4096, 65504, 0x1p-24, 1023 * 0x1p-24, 0x1p-14, infinity, -infinity});
  CHECK(std::signbit(values[1]));
  CHECK(std::isnan(values.back()));
}

TEST_CASE("npz: either order of bytes and of indices") {
  const audio_test::Folder folder;
  // 1.5 is 3fc00000 in single precision, -2 is fffe as an integer of two bytes.
  write_zip(folder / "big.npz", {{"f.npy", npy(">f4", "(1,)", {"\x3f\xc0\0\0", 4})},
                                 {"i.npy", npy(">i2", "(2,)", {"\xff\xfe\x01\x00", 4})},
                                 {"b.npy", npy(">b1", "(1,)", "\1")},
                                 {"n.npy", npy("=u2", "(1,)", {"\x02\x01", 2})}});
  const auto big = read_npz(folder / "big.npz");
  CHECK(big.at("f").values == Values{1.5});
  CHECK(big.at("i").values == Values{-2, 256});
  CHECK(big.at("b").values == Values{1});
  CHECK(big.at("n").values == Values{258});

  // value(i, j, k) = 100 i + 10 j + k, the first index fastest in the file
  std::vector<std::int16_t> columns;
  Values rows;
  for (int k = 0; k < 4; ++k)
    for (int j = 0; j < 3; ++j)
      for (int i = 0; i < 2; ++i) columns.push_back(static_cast<std::int16_t>(100 * i + 10 * j + k));
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 4; ++k) rows.push_back(100 * i + 10 * j + k);
  write_zip(folder / "fortran.npz", {{"a.npy", npy("<i2", "(2, 3, 4)", raw(columns), "True")},
                                     {"none.npy", npy("<i2", "(2, 0)", "", "True")}});
  CHECK(read_npz(folder / "fortran.npz").at("a").values == rows);
  CHECK(read_npz(folder / "fortran.npz").at("a").shape == Shape{2, 3, 4});
  CHECK(read_npz(folder / "fortran.npz").at("none").values.empty());
}

TEST_CASE("npz: headers as every Python wrote them, and what is none") {
  const auto read = [](const std::string& header) {
    const NpyHeader h = parse_npy_header(header, "a.npy");
    return std::make_tuple(h.descr, h.fortran, h.shape);
  };
  const auto wanted = std::make_tuple(std::string("<f4"), false, Shape{2, 3});
  for (const char* header : {
           "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }    \n",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 3L), }\n",
           "{'shape' : (2 , 3 ,) , 'fortran_order' : False , 'descr' : '<f4'}",
           "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2, 3)}",
           "{u'descr': b'<f4',\n\t'fortran_order':False,'shape':(2,3)}",
       })
    CHECK(read(header) == wanted);
  CHECK(std::get<2>(read("{'descr': '<f4', 'fortran_order': True, 'shape': ()}")).empty());
  CHECK(std::get<2>(read("{'descr': '<f4', 'fortran_order': True, 'shape': (5L,)}")) == Shape{5});

  const std::string begin = "{'descr': '<f4', 'fortran_order': False, 'shape': ";
  for (const std::string& header :
       {std::string(),
        std::string("{"),
        std::string("{}"),
        begin + "(2, 3)",
        begin + "(2, 3)} x",
        begin + "(2 3)}",
        begin + "(2,, 3)}",
        begin + "(2, -3)}",
        begin + "(2.5,)}",
        begin + "(2, 3}",
        begin + "(99999999999999999999,)}",
        begin + "5}",
        begin + "(5,), 'shape': (5,)}",
        begin + "(5,), 'more': 1}",
        std::string("{'descr': '<f4, 'fortran_order': False, 'shape': ()}"),
        std::string("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': ()}"),
        std::string("{'descr': '<f4', 'fortran_order': 0, 'shape': ()}"),
        std::string("{'descr'"),
        begin + std::string(9000, '('),
        "{" + std::string(9000, ' '),
        "{'" + std::string(9000, 'x')}) {
    CAPTURE(header);
    CHECK_THROWS_AS(parse_npy_header(header, "a.npy"), DataError);
  }
}

TEST_CASE("npz: missing, foreign and damaged files are refused") {
  const audio_test::Folder folder;
  CHECK_THROWS_AS(read_npz(folder / "missing.npz"), DataError);
  std::ofstream(folder / "text.npz") << "no archive";
  CHECK_THROWS_AS(read_npz(folder / "text.npz"), DataError);

  std::vector<std::uint8_t> numbers;
  for (int i = 0; i < 4000; ++i) numbers.push_back(static_cast<std::uint8_t>(i * i % 251));
  write_zip(folder / "good.npz", {{"a.npy", npy("|u1", "(4000,)", raw(numbers))}});
  CHECK(read_npz(folder / "good.npz").at("a").values.size() == 4000);
  std::string bytes = audio_test::contents(folder / "good.npz");
  std::string flipped = bytes;
  flipped[400] = static_cast<char>(flipped[400] ^ 0x55);
  std::ofstream(folder / "flipped.npz", std::ios::binary) << flipped;
  CHECK_THROWS_AS(read_npz(folder / "flipped.npz"), DataError);
  std::ofstream(folder / "short.npz", std::ios::binary) << bytes.substr(0, bytes.size() / 2);
  CHECK_THROWS_AS(read_npz(folder / "short.npz"), DataError);
}

}  // namespace unfurl::test

TEST_SUITE_END();
