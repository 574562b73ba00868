#include "models/letters/division.hpp"

#include <algorithm>
#include <optional>

#include "unfurl/at.hpp"

namespace unfurl::letters_model {

using detail::cat;

namespace {

constexpr int synthetic_words = 2500;

bool is_test(const std::filesystem::path& file) {
  return file.stem().string().find("test") != std::string::npos;
}

}  // namespace

Division divide(const std::filesystem::path& data, std::uint64_t seed) {
  Division d;
  std::optional<std::filesystem::path> train, test;
  const auto place = [&](const std::filesystem::path& file) {
    auto& to = is_test(file) ? test : train;
    if (to)
      throw DataError(cat("'", to->filename().string(), "' and '", file.filename().string(),
                          "' might both be the words to ", is_test(file) ? "test" : "train", " with"),
                      data.string(), "give one of the files instead of the folder");
    to = file;
  };
  if (std::filesystem::is_directory(data)) {
    for (const auto& entry : std::filesystem::directory_iterator(data))
      if (entry.path().extension() == ".npz") place(entry.path());
    if (!train && !test)
      throw DataError("there is no .npz file here", data.string(), "give a folder with one");
  } else if (!data.empty()) {
    place(data);
  }
  if (!test || train) d.train = train ? read_words(*train) : make_words(synthetic_words, seed);
  if (test) d.held_back = read_words(*test);
  const int last = d.train.group.empty() ? 0 : *std::max_element(d.train.group.begin(), d.train.group.end());
  for (int w = 0; w < d.train.count(); ++w)
    (test || d.train.group[at(w)] != last ? d.train_chosen : d.held_back_chosen).push_back(w);
  if (!test) d.held_back = d.train;
  for (int w = 0; test && w < d.held_back.count(); ++w) d.held_back_chosen.push_back(w);
  if (d.held_back_chosen.empty() || d.held_back.longest() == 0)
    throw DataError("there are no words to evaluate with", data.string(), "give at least one");
  return d;
}

}  // namespace unfurl::letters_model
