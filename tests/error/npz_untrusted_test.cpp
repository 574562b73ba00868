// Archives that declare more than they hold, or more than anyone wants unpacked.
#include <doctest/doctest.h>

#include <fstream>

#include "formats/npz_bytes.hpp"
#include "unfurl/error.hpp"
#include "unit/audio_helpers.hpp"
#include "unit/npz_helpers.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

std::string refusal(const std::string& bytes) {
  try {
    (void)decode_npz(bytes, "x.npz");
  } catch (const DataError& error) {
    CHECK(error.where().starts_with("x.npz"));
    return error.what();
  }
  return "nothing thrown";
}

std::string archive(const std::map<std::string, std::string>& entries) {
  const audio_test::Folder folder;
  write_zip(folder / "x.npz", entries);
  return audio_test::contents(folder / "x.npz");
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// The archive with another uncompressed size of its first entry, or compressed one, in both of its places.
std::string with_size(std::string bytes, std::uint32_t size, bool compressed = false) {
  const auto central = bytes.find("PK\x01\x02");
  REQUIRE(central != std::string::npos);
  const std::size_t back = compressed ? 4 : 0;
  for (int i = 0; i < 4; ++i) {
    bytes[22 - back + static_cast<std::size_t>(i)] = static_cast<char>(size >> (8 * i));
    bytes[central + 24 - back + static_cast<std::size_t>(i)] = static_cast<char>(size >> (8 * i));
  }
  return bytes;
}

}  // namespace

TEST_CASE("npz: a long header is refused before it is read, whatever it nests") {
  for (const char filling : {' ', '(', '\'', '{'})
    CHECK(mentions(refusal(archive({{"a.npy", npy("<f4", "(1,)" + std::string(36000, filling), "1234")}})),
                   "the limit is 10000"));
}

TEST_CASE("npz: what an entry declares is compared with its bytes and the limit before it is unpacked") {
  const std::string good = archive({{"a.npy", npy("|u1", "(1000,)", std::string(1000, '\0'))}});
  REQUIRE(refusal(good) == "nothing thrown");
  CHECK(mentions(refusal(with_size(good, 4200000000U)), "declares more than it can hold"));
  CHECK(mentions(refusal(with_size(with_size(good, 120000000), 1U << 20, true)),
                 "more bytes than the archive has"));
  CHECK(mentions(refusal(with_size(good, 500)), "fewer numbers"));
  CHECK(mentions(refusal(archive({{"a.npy", npy("|u1", "(4000000000,)", std::string(1000, '\0'))}})),
                 "fewer numbers"));

  constexpr std::size_t many = (std::size_t{1} << 27) + (1 << 22);  // compressed to a thousandth
  const std::string bomb =
      archive({{"a.npy", npy("|u1", "(" + std::to_string(many) + ",)", std::string(many, '\0'))}});
  REQUIRE(bomb.size() < 1 << 18);
  CHECK(mentions(refusal(bomb), "more than 134217728 numbers together"));
}

TEST_CASE("npz: entries may not share a name, nor need another method than numpy's") {
  std::string twice = archive({{"a.npy", npy("<f4", "(1,)", "1234")}, {"b.npy", npy("<f4", "(1,)", "1234")}});
  for (std::size_t at; (at = twice.find("b.npy")) != std::string::npos;) twice[at] = 'a';
  CHECK(mentions(refusal(twice), "two arrays of this name"));

  std::string other = archive({{"a.npy", npy("|u1", "(1000,)", std::string(1000, '\0'))}});
  other[8] = other[other.find("PK\x01\x02") + 10] = 14;  // LZMA, whose header may ask for gigabytes
  CHECK(mentions(refusal(other), "method 14"));
}

TEST_CASE("npz: nothing of a file reaches the terminal as it is") {
  const std::string evil = "\x1b]0;owned\x07\x1b[2J\xff\xc2\x9b";
  for (const std::string& bytes : {archive({{evil + ".npy", npy("<c8", "(1,)", "12345678")}}),
                                   archive({{"a.npy", npy(evil, "(1,)", "12345678")}}),
                                   archive({{"a.npy", npy("<f4", evil, "12345678")}})}) {
    const std::string text = refusal(bytes);
    CAPTURE(text);
    // libzip takes names that are no UTF-8 for those of MS-DOS, whose control characters are harmless signs.
    for (std::size_t at = 0; at < text.size(); ++at) CHECK((text[at] == '\n' || (text[at] & '\xe0') != 0));
    CHECK_FALSE(mentions(text, "\x7f"));
    CHECK_FALSE(mentions(text, "\xc2\x9b"));
    CHECK_FALSE(mentions(text, "\xff"));
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
