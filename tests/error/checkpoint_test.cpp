#include "unfurl/checkpoint.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "error/error_of.hpp"
#include "store/checkpoint_bytes.hpp"

using namespace unfurl;
using test::error_of;

namespace {

Checkpoint small() {
  Checkpoint c;
  c.declaration = "{}";
  c.parameters.push_back({"W", "W", 0, {1, 2, false, Domain::nonneg}, true, {0.1, 2}, {0}});
  c.training.arrays.emplace_back("m", std::vector<double>{1});
  return c;
}

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / "unfurl_checkpoint_errors";
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
};

std::string error_of_bytes(const std::string& bytes) {
  return error_of([&] { decode(bytes, "run/checkpoint"); });
}

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void append_number(std::string& bytes, std::uint64_t value, int size) {
  for (int i = 0; i < size; ++i) bytes += static_cast<char>((value >> (8 * i)) & 0xff);
}

/// A file with this header and these arrays, and a correct length and checksum.
std::string file_of(const std::string& header, const std::string& arrays) {
  std::string bytes = "UNFURL01";
  append_number(bytes, header.size(), 8);
  bytes += header + arrays;
  append_number(bytes,
                crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size())), 4);
  return bytes;
}

struct Parts {
  std::string header, arrays;
};
Parts parts_of(const std::string& bytes) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < 8; ++i)
    length |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[8 + i])) << (8 * i);
  return {bytes.substr(16, length), bytes.substr(16 + length, bytes.size() - 20 - length)};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_SUITE("error") {
  TEST_CASE("checkpoint: files that are missing, empty, foreign, newer, truncated or damaged each say so") {
    const Folder folder;
    const auto path = folder.path / "file";
    const auto error_of_file = [&](const std::string& bytes) {
      std::ofstream(path, std::ios::binary) << bytes;
      std::string text = error_of([&] { load(path); });
      CHECK(mentions(text, "where: " + path.string()));
      CHECK(mentions(text, "mend: "));
      return text;
    };
    const std::string good = encode(small());
    CHECK(mentions(error_of([&] { load(folder.path / "absent"); }), "there is no such checkpoint"));
    CHECK(mentions(error_of([&] { load(folder.path); }), "is not a file"));
    CHECK(mentions(error_of_file(""), "is empty"));
    CHECK(mentions(error_of_file("RIFF....WAVEfmt and so on"), "not a checkpoint of unfurl"));
    CHECK(mentions(error_of_file(replaced(good, "UNFURL01", "UNFURL03")), "of version 03"));
    CHECK(mentions(error_of_file(replaced(good, "UNFURL01", "UNFURLED")), "not a checkpoint of unfurl"));
    CHECK(mentions(error_of_file(good.substr(0, 5)), "truncated: it ends after 5 bytes"));
    CHECK(mentions(error_of_file(good.substr(0, 50)), "truncated: its header has"));
    CHECK(mentions(error_of_file(good.substr(0, good.size() - 9)), "truncated: it holds 11 of 20 bytes"));
    std::string flipped = good;
    flipped[good.size() - 6] ^= 1;
    CHECK(mentions(error_of_file(flipped), "checksum"));
    CHECK(mentions(error_of_file(good + "x"), "checksum"));
  }

  TEST_CASE("checkpoint: a header that lies is refused even with a correct checksum") {
    const Parts parts = parts_of(encode(small()));
    REQUIRE(file_of(parts.header, parts.arrays) == encode(small()));
    const auto with = [&](const std::string& from, const std::string& to) {
      return error_of_bytes(file_of(replaced(parts.header, from, to), parts.arrays));
    };
    CHECK(mentions(error_of_bytes(file_of("{\"bytes\":", parts.arrays)), "header is not JSON"));
    CHECK(mentions(error_of_bytes(file_of("[1]", parts.arrays)), "header is not JSON"));
    CHECK(mentions(error_of_bytes(file_of("{}", parts.arrays)), "no 'declaration'"));
    CHECK(mentions(with("\"offset\":0", "\"offset\":1000000"), "outside its place"));
    CHECK(mentions(with("\"offset\":0", "\"offset\":-8"), "no whole number"));
    CHECK(mentions(with("\"count\":2", "\"count\":2000000000000000000"), "outside its place"));
    CHECK(mentions(with("\"count\":2", "\"count\":1"), "has 1 values"));
    CHECK(mentions(with("\"rows\":2", "\"rows\":3"), "has 2 values"));
    CHECK(mentions(with("\"rows\":2", "\"rows\":4294967298"), "no whole number"));
    CHECK(mentions(with("\"f64\"", "\"f16\""), "unknown type 'f16'"));
    CHECK(mentions(with("\"nonneg\"", "\"simplex\""), "unknown domain 'simplex'"));
    CHECK(mentions(with("\"trained\":true", "\"trained\":1"), "neither true nor false"));
    CHECK(mentions(with("\"places\":[0]", "\"places\":0"), "no list"));
    CHECK(mentions(with("\"epoch\":0", "\"epoch\":0.5"), "no whole number"));
    CHECK(mentions(error_of_bytes(file_of(parts.header, parts.arrays + "abcd")), "describes 20 bytes"));
    const std::string nan8 = std::string("\0\0\0\0\0\0\xf8\x7f", 8);
    CHECK(mentions(error_of_bytes(file_of(parts.header, nan8 + parts.arrays.substr(8))), "'W' holds nan"));
    CHECK(mentions(
        error_of_bytes(file_of(parts.header, parts.arrays.substr(0, 16) + std::string("\0\0\x80\x7f", 4))),
        "'m' holds inf"));
    std::string negative = parts.arrays;
    negative[7] ^= static_cast<char>(0x80);
    CHECK(mentions(error_of_bytes(file_of(parts.header, negative)), "'W' is declared non-negative"));

    Checkpoint twice = small();
    twice.parameters.push_back(twice.parameters[0]);
    CHECK(mentions(error_of_bytes(encode(twice)), "'W' twice"));
  }

  TEST_CASE("checkpoint: what its header nests, repeats or misplaces is refused, what it adds passed over") {
    const Parts parts = parts_of(encode(small()));
    const auto with = [&](const std::string& from, const std::string& to) {
      return error_of_bytes(file_of(replaced(parts.header, from, to), parts.arrays));
    };
    const std::string deep(1000000, '[');
    const std::string closed = deep + std::string(deep.size(), ']');
    CHECK(with("{\"bytes\"", "{\"later\":[{\"a\":[1,null]},2.5],\"bytes\"") == "no error");
    CHECK(with("{\"bytes\"", "{\"later\":" + closed + ",\"bytes\"") == "no error");
    CHECK(mentions(error_of_bytes(file_of(closed, "")), "header is not JSON"));
    CHECK(mentions(error_of_bytes(file_of("{\"parameters\":" + closed + "}", "")), "does not belong there"));
    CHECK(mentions(with("\"places\":[0]", "\"places\":" + closed), "does not belong there"));
    CHECK(mentions(with("\"places\":[0]", "\"places\":[0.5]"), "no whole number"));
    CHECK(mentions(with("\"places\":[0]", "\"places\":[4294967296]"), "no whole number"));
    CHECK(mentions(with("\"copy\":0", "\"copy\":0,\"copy\":1"), "'copy' in its header is there twice"));
    CHECK(mentions(with("\"copy\":0", "\"copy\":0,\"parameters\":[]"), "in a wrong place"));
    CHECK(mentions(with("\"epoch\":0", "\"epoch\":0,\"training\":{}"), "in a wrong place"));
    CHECK(mentions(with("\"epoch\":0", "\"epoch\":{}"), "no whole number"));
    CHECK(mentions(with("\"copy\":0,", ""), "no 'copy'"));
    std::string cut = file_of("{\"a\":" + deep, "").substr(0, 500000);  // a checksum that does not fit
    cut[8] = cut[9] = cut[10] = 1, cut[11] = 0;
    CHECK(mentions(error_of_bytes(cut), "checksum"));
  }

  TEST_CASE("checkpoint: cut anywhere or with any byte changed, it is refused") {
    const std::string good = encode(small());
    for (std::size_t n = 0; n < good.size(); ++n) CHECK_THROWS_AS(decode(good.substr(0, n), ""), DataError);
    for (std::size_t at = 0; at < good.size(); ++at)
      for (int change = 1; change < 256; ++change) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ change);
        if (error_of_bytes(bad) == "no error") FAIL_CHECK("byte " << at << " changed by " << change);
      }
  }

  TEST_CASE(
      "checkpoint: any change of the header behind a correct checksum is read or refused, never worse") {
    const Parts parts = parts_of(encode(small()));
    int refused = 0;
    for (std::size_t at = 0; at < parts.header.size(); ++at) {
      for (const char c : std::string("0\"{}[]-,:.e9 \\\x80")) {
        std::string header = parts.header;
        header[at] = c;
        refused += error_of_bytes(file_of(header, parts.arrays)) != "no error";
      }
      refused += error_of_bytes(file_of(parts.header.substr(0, at), parts.arrays)) != "no error";
    }
    CHECK(refused > static_cast<int>(parts.header.size()));
    CHECK(mentions(error_of_bytes(file_of(std::string(100000, '['), "")), "header is not JSON"));
  }

  TEST_CASE("checkpoint: what cannot be written is refused and leaves the old file") {
    const Folder folder;
    const auto path = folder.path / "file";
    save(path, small());
    Checkpoint bad = small();
    bad.parameters[0].values[1] = std::numeric_limits<double>::infinity();
    CHECK(mentions(error_of([&] { save(path, bad); }), "'W' holds inf"));
    bad = small();
    bad.training.arrays[0].second[0] = std::nan("");
    CHECK(mentions(error_of([&] { save(path, bad); }), "'m' holds nan"));
    bad = small();
    bad.declaration = "\xff";
    CHECK(mentions(error_of([&] { save(path, bad); }), "not UTF-8"));
    CHECK(load(path).parameters[0].values == small().parameters[0].values);
    CHECK(mentions(error_of([&] { save(folder.path / "no" / "folder", small()); }), "cannot be written"));
    CHECK(mentions(error_of([&] { save(folder.path, small()); }), "cannot be written"));
    CHECK_FALSE(std::filesystem::exists(folder.path.string() + ".part"));
    std::size_t files = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path)) ++files;
    CHECK(files == 1);
  }
}
