/// Reading handwritten words letter by letter: a conditional random field on a chain [Lafferty01], on the data set of
/// [Kassel95] as [Taskar03] use it. Image f_i shows letter x_i,
///
///     p(x | f) ~ exp( sum_i (W f_i + b)_{x_i} + sum_i T_{x_i x_{i+1}} ).
///
/// Belief propagation forward and back along a chain is exact, so that training it is maximum likelihood of the letters'
/// marginals. With tables for letters two apart as well, the graph has cycles, and iterations are approximations.
#include <algorithm>

#include "models/convolutional.hpp"
#include "models/letters/division.hpp"
#include "models/letters/readings.hpp"
#include "models/letters/start.hpp"
#include "unfurl/extend/builder.hpp"

namespace unfurl::letters_model {

using detail::cat;

namespace {

constexpr int validation_words = 256;

/// The sum over a word's letters, so that all letters count alike.
Loss sum_of_letters() {
  return {[each = loss::cross_entropy("x", "label")](LossContext& c) {
    const int letters = c.builder.type(c.result("x.logit")).rows;
    return c.builder.scale(each.per_sample(c), letters);
  }};
}

/// Letters i - 1, i and i + 1 in place i; beyond the word everything is 0.
constexpr Windows letter_and_neighbours{.width = 3, .padding_right = 1};

class LettersProblem final : public Problem {
 public:
  explicit LettersProblem(const Settings& settings)
      : rate_(settings.number("rate")),
        words_(divide(settings.data, settings.seed)),
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
  Optimizer optimizer() const override { return with_rate(2e-2); }
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

  std::vector<Illustration> illustrate(const std::vector<Exhibit>& networks,
                                       const std::filesystem::path&) const override {
    return words_and_readings(networks, held_back_);
  }

  std::vector<Contender> contenders(const Settings& settings) const override {
    std::vector<Contender> rows = Problem::contenders(settings);
    for (Contender& row : rows)
      if (!row.start.empty()) row.optimizer = slower();  // it is nearly there
    return rows;
  }

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
                      .output = "x.logit",
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
    return {{"skip chain, tied",
             two_apart("tied"),
             true,
             nullptr,
             {},
             "also a table for letters two apart, which makes cycles"},
            {"skip chain, untied", two_apart("untied"), true, nullptr, {}, ""},
            {"no chain", network({}, false), true, nullptr, {}, "softmax of every letter's pixels alone"},
            {cat("feed-forward, ", alone, " hidden"),
             network({alone}, false),
             true,
             slower(),
             {},
             "one letter's pixels; as many parameters as the tied chain"},
            {cat("feed-forward with neighbours, ", wide, " hidden"),
             network({wide}, true),
             true,
             slower(),
             {},
             "pixels of three letters; as many parameters as the tied chain"}};
  }

 private:
  Optimizer slower() const { return with_rate(5e-3); }
  /// With the rate of the option, if that has one.
  Optimizer with_rate(double rate) const {
    return Adam{.rate = rate_ > 0 ? rate_ : rate, .final_rate = 0.02};
  }

  double rate_;

  Division words_;
  int length_;
  std::shared_ptr<const Dataset> training_;
  Dataset held_back_;
  Start start_;
  Model model_;
};

class Letters final : public Task {
 public:
  std::string name() const override { return "letters"; }
  std::string summary() const override {
    return "handwritten words by a chain of letters; data: a .npz file or its folder, or made at run time";
  }
  std::string data() const override { return "a .npz file of words or its folder"; }
  Settings defaults() const override { return defaults_of("bp", 4, "untied", 20); }
  std::vector<Option> options() const override {
    return {{"rate", Option::Number{0, 0, 10},
             "learning rate of Adam; 0: 0.02, and 0.005 where a network starts from the tied one",
             Option::Scope::training}};
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

}  // namespace unfurl::letters_model

std::shared_ptr<const unfurl::Task> unfurl::letters() { return std::make_shared<letters_model::Letters>(); }
