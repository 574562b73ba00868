#include "models/letters/chain.hpp"

#include <cmath>

namespace unfurl::letters_model {

namespace {

/// Words of `length` letters.
Model declare_one(int length, bool after_next, const Start& start) {
  // clang-format off
  Model m("letters");
  auto f = m.features("pixels", {length}, pixels, nonneg);
  auto x = m.discrete("x", {length}, alphabet);
  auto W = m.param("W", matrix(alphabet, pixels), start.W);
  auto b = m.param("b", matrix(alphabet, 1), start.b);
  m.factor("image", each(x), Field{W * f + b});
  auto T = m.param("T", table(chain(x)), start.T);
  m.factor("next", chain(x), Table{T});
  if (after_next) {
    std::vector<std::pair<int, int>> list;
    for (int i = 0; i + 2 < length; ++i) list.emplace_back(i, i + 2);
    const Edges two_apart = pairs(x, list);
    auto S = m.param("S", table(two_apart), 0);
    m.factor("after_next", two_apart, Table{S});
  }
  // clang-format on
  return m;
}

}  // namespace

Start no_start() {
  return {std::vector<double>(at(alphabet * pixels)), std::vector<double>(at(alphabet)),
          std::vector<double>(at(alphabet * alphabet))};
}

Model declare(int longest, bool after_next, const Start& start) {
  Model m = declare_one(longest, after_next, start);
  m.family([=](const Structure& length) { return declare_one(length.at(0), after_next, start); });
  return m;
}

Start count(const Words& words, const std::vector<int>& chosen, double trust) {
  constexpr double pixel_prior = 1, pair_prior = 0.1;
  std::vector<double> ink(at(alphabet * pixels), pixel_prior), letters(at(alphabet), 1),
      pairs(at(alphabet * alphabet), pair_prior);
  double total = alphabet, pair_total = pair_prior * alphabet * alphabet;
  for (const int w : chosen)
    for (int i = words.offsets[at(w)]; i < words.offsets[at(w) + 1]; ++i) {
      const int letter = words.labels[at(i)];
      for (int p = 0; p < pixels; ++p) ink[at(letter * pixels + p)] += words.ink(at(i), at(p)) ? 1 : 0;
      ++letters[at(letter)], ++total;
      if (i + 1 == words.offsets[at(w) + 1]) continue;
      ++pairs[at(letter * alphabet + words.labels[at(i) + 1])], ++pair_total;
    }
  Start start;
  for (int s = 0; s < alphabet; ++s) {
    double bias = std::log(letters[at(s)] / total);
    for (int p = 0; p < pixels; ++p) {
      const double on = ink[at(s * pixels + p)] / (letters[at(s)] + 2 * pixel_prior);
      start.W.push_back(trust * std::log(on / (1 - on)));
      bias += trust * std::log(1 - on);
    }
    start.b.push_back(bias);
    for (int t = 0; t < alphabet; ++t)
      start.T.push_back(std::log(pairs[at(s * alphabet + t)] / pair_total * total * total /
                                 (letters[at(s)] * letters[at(t)])));
  }
  return start;
}

std::vector<Metric> measure(const Network& network, const Dataset& words) {
  Metric wrong{"letter error", "%", false, 0, {}}, word{"word error", "%", false, 0, {}};
  double letters = 0;
  const Dataset results = network.run(words, {"x.logit"});
  for (const auto& [structure, data] : words.parts()) {
    const Samples& logit = results.parts().at(structure)["x.logit"];
    const std::vector<float>& label = data["label"].values;
    const auto n = at(logit.rows);
    for (std::size_t w = 0; w < label.size() / n; ++w) {
      double errors = 0;
      for (std::size_t i = 0; i < n; ++i) {
        const auto belief = [&](int state) { return logit.values[(w * alphabet + at(state)) * n + i]; };
        int best = 0;
        for (int s = 1; s < alphabet; ++s)
          if (belief(s) > belief(best)) best = s;
        errors += best != static_cast<int>(label[w * n + i]);
      }
      letters += static_cast<double>(n);
      wrong.per_item.push_back(errors);
      word.per_item.push_back(errors > 0 ? 100 : 0);
    }
  }
  const auto count = static_cast<double>(words.samples());
  for (double& v : wrong.per_item) v *= 100 * count / letters;
  for (Metric* m : {&wrong, &word})
    for (const double v : m->per_item) m->value += v / count;
  return {wrong, word};
}

}  // namespace unfurl::letters_model
