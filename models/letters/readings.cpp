#include "models/letters/readings.hpp"

#include "models/exhibits.hpp"

namespace unfurl::letters_model {

namespace {

/// The most probable letter of each place; capitals are wrong.
std::string reading(const Network& network, const Structure& structure, const Dataset& word) {
  Dataset one;
  one.add(structure, word);
  const Dataset results = network.run(one, {"x.logit"});
  const std::vector<float>& logit = results.parts().at(structure)["x.logit"].values;
  const std::vector<float>& label = word["label"].values;
  const std::size_t n = label.size();
  std::string text;
  for (std::size_t i = 0; i < n; ++i) {
    int best = 0;
    for (int s = 1; s < alphabet; ++s)
      if (logit[at(s) * n + i] > logit[at(best) * n + i]) best = s;
    text += static_cast<char>((best == static_cast<int>(label[i]) ? 'a' : 'A') + best);
  }
  return text;
}

Panel picture(const Dataset& word) {
  const std::vector<float>&ink = word["pixels"].values, &label = word["label"].values;
  const std::size_t n = label.size();
  Panel panel{"", Words::height, Words::width * static_cast<int>(n), {}, {}};
  for (const float letter : label) panel.name += static_cast<char>('a' + static_cast<int>(letter));
  for (int row = 0; row < Words::height; ++row)
    for (std::size_t i = 0; i < n; ++i)
      for (int column = 0; column < Words::width; ++column)
        panel.values.push_back(ink[at(row * Words::width + column) * n + i]);
  return panel;
}

}  // namespace

std::vector<Illustration> words_and_readings(const std::vector<Exhibit>& networks, const Dataset& words) {
  constexpr std::size_t most_words = 9;
  Illustration shown;
  shown.title = "Words and their reading";
  shown.caption = "The first word of every length that is held back; capitals are letters read wrongly.";
  for (const auto& [structure, part] : words.parts()) {
    if (shown.panels.size() == most_words) break;
    const Dataset word = part.slice(0, 1);
    Panel panel = picture(word);
    for (const Exhibit& exhibit : networks)
      panel.readings.push_back({label_of(exhibit, networks), reading(exhibit.network, structure, word)});
    shown.panels.push_back(std::move(panel));
  }
  return {shown};
}

}  // namespace unfurl::letters_model
