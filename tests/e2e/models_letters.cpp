// Letters: chains of any length in one training, the reading of words from files, and training.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "models/letters/words.hpp"
#include "models/models.hpp"
#include "unfurl/at.hpp"
#include "unfurl/exact.hpp"
#include "unit/audio_helpers.hpp"
#include "unit/npz_helpers.hpp"

using namespace unfurl;
using unfurl::test::npy;
using unfurl::test::raw;

namespace {

Settings settings_of(const std::filesystem::path& data = {}) {
  Request s;
  s.epochs = 1;
  s.seed = 2;
  s.data = data;
  return complete(*letters(), s);
}

const Contender& row(const std::vector<Contender>& rows, const std::string& name) {
  for (const Contender& c : rows)
    if (c.name.starts_with(name)) return c;
  FAIL("no row " << name);
  return rows.front();
}

std::vector<int> all_of(const Words& words) {
  std::vector<int> all(static_cast<std::size_t>(words.count()));
  std::iota(all.begin(), all.end(), 0);
  return all;
}

Words words_of_length(const Words& all, int length) {
  Words some;
  some.offsets = {0};
  for (int w = 0; w < all.count(); ++w) {
    if (all.length(w) != length) continue;
    const auto begin = all.offsets[static_cast<std::size_t>(w)], end = begin + length;
    some.labels.insert(some.labels.end(), all.labels.begin() + begin, all.labels.begin() + end);
    constexpr std::ptrdiff_t bytes = Words::pixels / 8;
    some.images.insert(some.images.end(), all.images.begin() + begin * bytes,
                       all.images.begin() + end * bytes);
    some.offsets.push_back(some.offsets.back() + length);
    some.group.push_back(some.count() % 2 + 1);
  }
  return some;
}

/// Writes words as the data set has them.
void write_words(const std::filesystem::path& path, const Words& words, bool with_groups = true) {
  std::vector<std::uint8_t> bytes = words.images, labels, groups;
  bytes.resize(words.labels.size() * Words::pixels / 8);
  for (const int label : words.labels) labels.push_back(static_cast<std::uint8_t>(label));
  for (const int group : words.group) groups.push_back(static_cast<std::uint8_t>(group));
  const std::string letters = std::to_string(labels.size());
  std::map<std::string, std::string> entries = {
      {"pixels.npy", npy("|u1", "(" + letters + ", 16)", raw(bytes))},
      {"labels.npy", npy("|u1", "(" + letters + ",)", raw(labels))},
      {"word_offsets.npy",
       npy("<i4", "(" + std::to_string(words.offsets.size()) + ",)", raw(words.offsets))}};
  if (with_groups) entries["group.npy"] = npy("|u1", "(" + std::to_string(groups.size()) + ",)", raw(groups));
  test::write_zip(path, entries);
}

}  // namespace

TEST_SUITE("e2e") {
  TEST_CASE("letters: words in a file are read as they were written") {
    const audio_test::Folder folder;
    const Words words = make_words(40, 7);
    write_words(folder / "w.npz", words);
    const Words read = read_words(folder / "w.npz");
    CHECK(read.images == words.images);
    CHECK(read.labels == words.labels);
    CHECK(read.offsets == words.offsets);
    CHECK(read.group == words.group);
    write_words(folder / "w.npz", words, false);
    CHECK(read_words(folder / "w.npz").group == std::vector<int>(40, 0));
  }

  TEST_CASE("letters: files with other contents are refused") {
    const audio_test::Folder folder;
    const auto refused = [&](auto spoil) {
      Words words = make_words(5, 7);
      spoil(words);
      write_words(folder / "w.npz", words);
      CHECK_THROWS_AS(read_words(folder / "w.npz"), DataError);
    };
    refused([](Words& w) { w.labels[3] = 26; });
    refused([](Words& w) { w.offsets.back() += 1; });
    refused([](Words& w) { w.offsets[2] = w.offsets[1]; });
    refused([](Words& w) { w.offsets[0] = 1; });
    refused([](Words& w) { w.group.push_back(1); });
    refused([](Words& w) { w.images.resize(w.images.size() - Words::pixels / 8), w.labels.push_back(1); });
    CHECK_THROWS_AS(letters()->prepare(settings_of(folder / "missing.npz")), DataError);
    CHECK_THROWS_AS(letters()->prepare(settings_of(folder.path() / "..")), DataError);
  }

  TEST_CASE("letters: a short word is read the same among longer ones and alone") {
    const audio_test::Folder folder;
    const Words all = make_words(80, 11);
    constexpr int letters_in_word = 4;
    const Words some = words_of_length(all, letters_in_word);
    REQUIRE(some.count() >= 4);
    REQUIRE(all.longest() > letters_in_word + 2);
    write_words(folder / "all.npz", all);
    write_words(folder / "some.npz", some);
    const auto long_problem = letters()->prepare(settings_of(folder / "all.npz"));
    const auto short_problem = letters()->prepare(settings_of(folder / "some.npz"));
    const auto long_rows = long_problem->contenders(settings_of()),
               short_rows = short_problem->contenders(settings_of());
    const Dataset many = as_samples(all, all_of(all)), few = as_samples(some, all_of(some));
    Random random(1);
    for (const char* name : {"tied", "untied", "skip chain, tied", "feed-forward with neighbours"}) {
      Network alone = row(short_rows, name).network.value(), among = row(long_rows, name).network.value();
      for (Parameter& p : alone.parameters()) {
        for (double& v : p.values) v += 0.3 * random.normal();
        among.parameter(p.name).values = p.values;
      }
      const Structure four{letters_in_word};
      const std::vector<float> expected = alone.run(few, {"x.logit"}).parts().at(four)["x.logit"].values,
                               found = among.run(many, {"x.logit"}).parts().at(four)["x.logit"].values;
      REQUIRE(found.size() == expected.size());
      for (std::size_t i = 0; i < found.size(); ++i)
        CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-4));
    }
  }

  TEST_CASE("letters: the chain's marginals are exact") {
    Settings settings = settings_of();
    settings.layers = 9;  // as long as the longest word
    const auto problem = letters()->prepare(settings);
    Network network = row(problem->contenders(settings), "tied").network.value();
    network.precision(Precision::f64);
    double largest = 0;
    for (const auto& [length, part] : problem->validation().parts()) {
      const Dataset word = part.slice(0, 1);
      const Network chain = network.of(length);
      const Samples found = chain.run(word, {"x"}).take("x");
      const ExactResult expected = exact(chain, word, 0);
      for (int i = 0; i < found.rows; ++i)
        for (int s = 0; s < Words::alphabet; ++s) {
          const double p = expected.marginals[static_cast<std::size_t>(i)][static_cast<std::size_t>(s)];
          largest = std::max(largest, std::abs(found.values[at(s * found.rows + i)] - p));
        }
    }
    CHECK(largest < 1e-6);
  }

  TEST_CASE("letters: the last group is held back, and of files for testing everything") {
    const audio_test::Folder folder;
    std::filesystem::create_directories(folder / "both");
    const Words words = make_words(50, 3), others = make_words(20, 4);
    const auto evaluated = [&](const std::filesystem::path& data) {
      const auto problem = letters()->prepare(settings_of(data));
      return problem->evaluate(row(problem->contenders(settings_of()), "no chain").network.value())[0]
          .per_item.size();
    };
    write_words(folder / "letters_train.npz", words);
    CHECK(evaluated(folder / "letters_train.npz") == 10);
    CHECK(evaluated(folder.path()) == 10);
    write_words(folder / "both" / "train.npz", words);
    write_words(folder / "both" / "test.npz", others);
    CHECK(evaluated(folder / "both") == 20);
    CHECK(letters()->prepare(settings_of(folder / "both"))->training().load(0, 0)->samples() == 50);
    const auto only_test = letters()->prepare(settings_of(folder / "both" / "test.npz"));
    CHECK(only_test->validation().samples() == 20);
    CHECK_THROWS_AS(only_test->training(), DataError);
    write_words(folder / "both" / "more.npz", words);
    CHECK_THROWS_AS(letters()->prepare(settings_of(folder / "both")), DataError);
  }

  TEST_CASE("letters: the chain beats letters alone, and training beats counting") {
    const Settings settings = settings_of();
    const auto problem = letters()->prepare(settings);
    const std::vector<Contender> rows = problem->contenders(settings);
    const auto error = [&](const Network& network) { return problem->evaluate(network)[0].value; };
    const auto trained = [&](const char* name) {
      const Contender& contender = row(rows, name);
      Network network = contender.network.value();
      Trainer trainer{.loss = contender.loss.per_sample ? contender.loss : problem->loss(),
                      .optimizer = contender.optimizer ? contender.optimizer : problem->optimizer(),
                      .epochs = 2,
                      .batch = problem->batch()};
      trainer.fit(network, problem->training());
      return error(network);
    };
    CHECK(row(rows, "tied").network.value().trained_count() == 26 * 129 + 26 * 26);
    CHECK(row(rows, "no chain").network.value().trained_count() == 26 * 129);
    const double counted = error(row(rows, "untrained").network.value()), alone = trained("no chain"),
                 chain = trained("tied");
    CHECK(counted < 40);
    CHECK(chain < counted);
    CHECK(chain < 0.7 * alone);
    CHECK(trained("tied, maximum likelihood") < 0.7 * alone);
    CHECK(trained("feed-forward, ") < 80);
    CHECK(trained("feed-forward with") < 95);  // nine hidden units have hardly begun; chance is 96
    CHECK(problem->evaluate(row(rows, "tied").network.value())[1].name == "word error");
  }
}
