// Records and words: what is kept of a file stays within a small multiple of its bytes, or the file is refused.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "error/error_of.hpp"
#include "experiment/settings_json.hpp"
#include "models/letters/words.hpp"
#include "unit/audio_helpers.hpp"
#include "unit/npz_helpers.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

TEST_CASE("records in JSON: as many values as their bytes allow") {
  const audio_test::Folder folder;
  const auto refuses = [&](const std::string& text) {
    std::ofstream(folder / "run.json") << text;
    const std::string error = error_of([&] { (void)app::read_json(folder / "run.json"); });
    CAPTURE(error);
    CHECK(error.find("the JSON has more values than") != std::string::npos);
    CHECK(error.find("run.json") != std::string::npos);
  };
  const auto repeated = [](const std::string& piece, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += piece;
    return all;
  };
  constexpr int many = 1'500'000;  // at fifty bytes each more than 64 MB and twenty times two bytes
  refuses("[0" + repeated(",0", many) + "]");
  refuses("[[]" + repeated(",[]", many) + "]");
  refuses("{\"a\":[0" + repeated(",0", many) + "]");  // cut, too
  refuses(std::string(many, '['));
  refuses("[\"\"" + repeated(",\"\"", many) + "]");

  // A long training as it is written: more values than 64 MB hold, and fewer than 20 times its bytes.
  nlohmann::json record;
  for (int e = 1; e <= 50'000; ++e)
    record["history"].push_back(app::to_json(EpochRecord{e, 0.123456789, std::nullopt, 1.5}));
  app::write_json(folder / "run.json", record);
  CHECK(app::read_json(folder / "run.json") == record);
}

TEST_CASE("words: pictures stay packed as they are in the file") {
  const audio_test::Folder folder;
  constexpr int letters = 40'000;
  std::string pixels(letters * 16, '\x81');
  pixels[16] = '\x01';
  write_zip(folder / "words.npz",
            {{"pixels.npy", npy("|u1", "(40000, 16)", pixels)},
             {"labels.npy", npy("|u1", "(40000,)", std::string(letters, '\x03'))},
             {"word_offsets.npy", npy("<i4", "(3,)", raw<std::int32_t>({0, 1, letters}))}});
  const Words words = read_words(folder / "words.npz");
  REQUIRE(words.labels.size() == letters);
  CHECK(words.images.capacity() +
            4 * (words.labels.capacity() + words.offsets.capacity() + words.group.size()) <=
        4 * (pixels.size() + letters + 12));
  CHECK((words.ink(0, 0) && !words.ink(0, 1) && words.ink(0, 7)));
  CHECK((!words.ink(1, 0) && words.ink(1, 7) && words.ink(letters - 1, 127)));
}

}  // namespace unfurl::test

TEST_SUITE_END();
