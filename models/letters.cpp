/// Reading handwritten words letter by letter: a conditional random field on a chain [Lafferty01], on the data set of
/// [Kassel95] as [Taskar03] use it. Image f_i shows letter x_i,
///
///     p(x | f) ~ exp( sum_i (W f_i + b)_{x_i} + sum_i T_{x_i x_{i+1}} ).
///
/// Belief propagation forward and back along a chain is exact, so that training it is maximum likelihood of the letters'
/// marginals. With tables for letters two apart as well, the graph has cycles, and iterations are approximations.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "models/convolutional.hpp"
#include "models/models.hpp"
#include "models/words.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl {

namespace {

using detail::cat;

constexpr int alphabet = Words::alphabet, pixels = Words::pixels;
constexpr int synthetic_words = 2500, validation_words = 256, tuning_words = 512;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// Initial values, [letters, pixels], [letters] and [letters, letters].
struct Start {
  std::vector<double> W, b, T;
};

Start no_start() {
  return {std::vector<double>(at(alphabet * pixels)), std::vector<double>(at(alphabet)),
          std::vector<double>(at(alphabet * alphabet))};
}

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

/// Words of any length, which share their parameters; that of the longest has all of them.
Model declare(int longest, bool after_next, const Start& start) {
  Model m = declare_one(longest, after_next, start);
  m.family([=](const Structure& length) { return declare_one(length.at(0), after_next, start); });
  return m;
}

/// The generative model by counting: a Markov chain of letters whose pixels are independent,
///   W = log odds of a pixel, b = log p(letter) + log p(no pixels | letter), T = log p(pair) / (p(first) p(second)),
/// with `trust` < 1 in the pixels, which are not independent.
Start count(const Words& words, const std::vector<int>& chosen, double trust) {
  constexpr double pixel_prior = 1, pair_prior = 0.1;
  std::vector<double> ink(at(alphabet * pixels), pixel_prior), letters(at(alphabet), 1),
      pairs(at(alphabet * alphabet), pair_prior);
  double total = alphabet, pair_total = pair_prior * alphabet * alphabet;
  for (const int w : chosen)
    for (int i = words.offsets[at(w)]; i < words.offsets[at(w) + 1]; ++i) {
      const int letter = words.labels[at(i)];
      for (int p = 0; p < pixels; ++p) ink[at(letter * pixels + p)] += words.images[at(i * pixels + p)];
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

/// Wrong letters in per cent of all, and words with any. The items are words; their letter errors are scaled so that
/// their mean is the value.
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

/// The sum over a word's letters, so that all letters count alike.
Loss sum_of_letters() {
  return {[each = loss::cross_entropy("x", "label")](LossContext& c) {
    const int letters = c.builder.type(c.result("x.logit")).rows;
    return c.builder.scale(each.per_sample(c), letters);
  }};
}

/// Words to train with and words held back.
struct Division {
  Words train, held_back;
  std::vector<int> train_chosen, held_back_chosen;
};

bool is_test(const std::filesystem::path& file) {
  return file.stem().string().find("test") != std::string::npos;
}

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

/// Trust in the pixels with the fewest wrong letters on words to train with.
Start best_start(const Words& words, const std::vector<int>& chosen, int length,
                 const AlgorithmPointer& algorithm, int layers) {
  const std::vector<int> some(chosen.begin(),
                              chosen.begin() + std::min(tuning_words, static_cast<int>(chosen.size())));
  if (some.empty()) return count(words, chosen, 1);
  const Dataset data = as_samples(words, some);
  Start best;
  double fewest = std::numeric_limits<double>::infinity();
  for (const double trust : {0.05, 0.1, 0.2, 0.3, 0.5, 1.0}) {
    Start start = count(words, chosen, trust);
    const Model m = declare(length, false, start);
    const double wrong = measure(unroll(m, algorithm, layers).compile(), data)[0].value;
    if (wrong >= fewest) continue;
    fewest = wrong;
    best = std::move(start);
  }
  return best;
}

/// Letters i - 1, i and i + 1 in place i; beyond the word everything is 0.
constexpr Windows letter_and_neighbours{.width = 3, .padding_right = 1};

class LettersProblem : public Problem {
 public:
  explicit LettersProblem(const Settings& settings)
      : words_(divide(settings.data, settings.seed)),
        length_(std::max({3, words_.train.longest(), words_.held_back.longest()})),
        training_(std::make_shared<const Dataset>(as_samples(words_.train, words_.train_chosen))),
        held_back_(as_samples(words_.held_back, words_.held_back_chosen)),
        start_(best_start(words_.train, words_.train_chosen, length_,
                          algorithm_for(declare(length_, false, no_start()), settings), settings.layers)),
        model_(declare(length_, false, start_)) {}

  const Model& model() const override { return model_; }
  Loss loss() const override { return sum_of_letters(); }
  /// Of whole words.
  Loss likelihood() const override { return loss::negative_log_likelihood("x", "label"); }
  Optimizer optimizer() const override { return Adam{.rate = 2e-2, .final_rate = 0.02}; }
  int batch() const override { return 64; }
  DataSource training() const override {
    if (training_->samples() == 0)
      throw DataError("there are only words to test with", "", "give others with --data to train with");
    return {[data = training_](int, int) { return data; }};
  }
  Dataset validation() const override {
    std::vector<int> some = words_.held_back_chosen;
    some.resize(std::min(some.size(), at(validation_words)));
    return as_samples(words_.held_back, some);
  }
  std::vector<Metric> evaluate(const Network& network) const override { return measure(network, held_back_); }

  std::vector<Contender> baselines(const Settings& settings) const override {
    const Model skip = declare(length_, true, start_);
    const auto two_apart = [&](const char* tying) {
      return unroll(skip, algorithm_by_name(settings.algorithm), settings.layers).tying(tying).compile();
    };
    const auto network = [&](const std::vector<int>& hidden, bool neighbours) {
      Convolutional c{.input = "pixels",
                      .input_type = {pixels, length_, true, nonneg},
                      .width = length_,
                      .channels = hidden,
                      .output = "x",
                      .seed = settings.seed,
                      .any_length = true};
      c.channels.push_back(alphabet);
      c.windows.resize(c.channels.size());
      if (neighbours) c.windows[0] = letter_and_neighbours;
      return convolutional(c);
    };
    // As many parameters as the chain has when tied: (inputs + letters + 1) hidden + letters.
    constexpr int budget = alphabet * (pixels + 1 + alphabet) - alphabet;
    constexpr int alone = budget / (pixels + alphabet + 1), wide = budget / (3 * pixels + alphabet + 1);
    const Adam slower{.rate = 5e-3, .final_rate = 0.02};
    return {{"skip chain, tied", two_apart("tied"), true, nullptr, -1,
             "also a table for letters two apart, which makes cycles"},
            {"skip chain, untied", two_apart("untied"), true, nullptr, -1, ""},
            {"no chain", network({}, false), true, nullptr, -1, "softmax of every letter's pixels alone"},
            {cat("feed-forward, ", alone, " hidden"), network({alone}, false), true, slower, -1,
             "one letter's pixels; as many parameters as the tied chain"},
            {cat("feed-forward with neighbours, ", wide, " hidden"), network({wide}, true), true, slower, -1,
             "pixels of three letters; as many parameters as the tied chain"}};
  }

 private:
  Division words_;
  int length_;
  std::shared_ptr<const Dataset> training_;
  Dataset held_back_;
  Start start_;
  Model model_;
};

class Letters : public Task {
 public:
  std::string name() const override { return "letters"; }
  std::string summary() const override {
    return "handwritten words by a chain of letters; data: a .npz file or its folder, or made at run time";
  }
  std::string data() const override { return "a .npz file of words or its folder"; }
  Settings defaults() const override {
    Settings s;
    s.algorithm = "bp";
    s.layers = 4;
    s.tying = "untied";
    s.epochs = 20;
    return s;
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<LettersProblem>(complete(*this, settings));
  }
  Model sketch(const Settings&) const override { return declare(4, false, no_start()); }
  Network sketch_network(const Settings& settings) const override {
    return unrolled(sketch(settings), settings).compile();
  }
};

}  // namespace

std::shared_ptr<const Task> letters() { return std::make_shared<Letters>(); }

}  // namespace unfurl
