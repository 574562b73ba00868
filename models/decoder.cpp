/// Neural belief propagation [Nachmani16]: decoding of a binary code, unfolded, with weights of messages and of the channel that
/// are learned. Noisy words are decoded from log-ratios; errors of quantum codes, and of detector error models, from syndromes.
/// Training needs the zero word only: decoders are symmetric, so that the word sent does not matter.
#include "models/decoder/curves.hpp"
#include "models/decoder/model.hpp"
#include "models/decoder/words.hpp"
#include "unfurl/code_files.hpp"
#include "unfurl/decoding.hpp"

namespace unfurl::decoder_model {

namespace {

constexpr int parts_per_epoch = 10;

class DecoderProblem final : public Problem {
 public:
  DecoderProblem(Code code, const Settings& settings)
      : code_(std::move(code)),
        noise_{!code_.logical.rows.empty() || !code_.priors.empty(), settings.number("low"),
               settings.number("high")},
        settings_(settings),
        model_(declare(code_, Shape(settings), noise_.flips)) {
    if (noise_.low > noise_.high)
      throw ModelError(detail::cat("noise from ", noise_.low, " to ", noise_.high), "--set low, --set high",
                       "give the lower end first");
    if (noise_.flips && !(noise_.low > 0 && noise_.high < 1))
      throw ModelError(
          detail::cat("flips of probabilities from ", noise_.low, " to ", noise_.high),
          "--set low, --set high",
          "this code is decoded from syndromes: give probabilities, such as --set low=0.02 --set high=0.15");
  }
  const Model& model() const override { return model_; }
  Loss loss() const override {
    const Loss last = noise_.flips ? parity_loss(code_) : loss::cross_entropy("bit", "bits");
    return settings_.word("loss") == "every" ? last.every_layer() : last;
  }
  Optimizer optimizer() const override {
    return Adam{.rate = settings_.number("rate"), .final_rate = 0.05, .clip = 1};
  }
  int batch() const override { return settings_.whole("batch"); }
  DataSource training() const override {
    const bool random = settings_.flag("random_words");
    return {[words = std::make_shared<const Words>(code_, noise_, random), seed = settings_.seed,
             count = settings_.whole("words") / parts_per_epoch](int epoch, int part) {
              const auto number =
                  static_cast<std::uint64_t>(epoch) * parts_per_epoch + static_cast<std::uint64_t>(part);
              return std::make_shared<const Dataset>(words->make(count, Random(seed).next() + number));
            },
            parts_per_epoch, true};
  }
  Dataset validation() const override {
    return Words(code_, noise_, false).make(std::min(600, 5 * batch()), 0x5eed);
  }

  /// Words that are wrong, and bits, at the upper end of the noise's range and in its middle, counted with words that leave when
  /// their checks are met. Items are groups of words.
  std::vector<Metric> evaluate(const Network& network) const override {
    Decoder decoder(code_.checks, network, {.threads = network.threads()});
    std::vector<Metric> metrics;
    const double middle = (noise_.low + noise_.high) / 2;
    for (const double level : noise_.flips ? std::vector<double>{middle, noise_.low} : levels_of_words())
      for (Metric& m : errors_at(decoder, code_, noise_.flips, level, settings_.whole("test")))
        metrics.push_back(std::move(m));
    return metrics;
  }

  std::vector<Illustration> illustrate(const std::vector<Exhibit>& networks,
                                       const std::filesystem::path&) const override {
    return error_curves(networks, code_, noise_, settings_.whole("test"));
  }

  Network network(const Settings& settings) const override {
    Network network = unrolled(model_, algorithm_of(model_, code_, settings), settings).compile();
    const double spread = settings.number("spread");
    if (spread > 0) spread_weights(network, spread, settings.seed);
    return network;
  }

  /// Weights of every kind on the same checks, whatever `weights` says.
  std::vector<Contender> contenders(const Settings& settings) const override {
    struct Row {
      const char *name, *weights, *tying;
      Role role;
      bool shared = false;
    };
    std::vector<Row> rows = {{"untrained", "none", "tied", Role::untrained},
                             {"one scalar", "scalar", "tied", Role::tied},
                             {"one scalar per layer", "scalar", "untied", Role::scaled},
                             {"by degree, per layer", "degree", "untied", Role::other},
                             {"edges, tied", "edge", "tied", Role::other},
                             {"edges, untied", "edge", "untied", Role::untied},
                             {"pairs of edges, untied", "pair", "untied", Role::other}};
    if (settings.whole("cyclic") > 0)
      rows.insert(rows.end(), {{"edges along shifts, untied", "edge", "untied", Role::other, true},
                               {"pairs along shifts, untied", "pair", "untied", Role::other, true}});
    std::vector<Contender> contenders;
    for (const Row& row : rows) {
      Settings s = settings;
      s.tying = row.tying;
      s.options["weights"] = row.weights;
      if (!row.shared) s.options["cyclic"] = "0";
      if (row.role == Role::untrained) {
        s.options["damping"] = "no";
        s.options["spread"] = "0";
      }
      contenders.push_back({.name = row.name,
                            .network = DecoderProblem(code_, s).network(s),
                            .trained = row.role != Role::untrained,
                            .role = row.role});
    }
    return contenders;
  }

 private:
  static std::vector<double> levels_of_words() { return {5, 4, 6}; }

  Code code_;
  Noise noise_;
  Settings settings_;
  Model model_;
};

class DecoderTask final : public Task {
 public:
  std::string name() const override { return "decoder"; }
  std::string summary() const override {
    return "binary codes, classical and quantum, by belief propagation with learned weights; makes its own "
           "noise";
  }
  std::string data() const override { return "a code: .alist, .npy, .npz, .qc, .dem or 0/1 text"; }
  Settings defaults() const override { return defaults_of("bp", 5, "untied", 20); }
  std::vector<Option> options() const override {
    return {
        {"code",
         Option::Word{"bch:63,45",
                      {"hamming:3",         "bch:15,7",          "bch:63,45",         "bch:63,45,63",
                       "light_bch:63,45,0", "light_bch:63,45,1", "light_bch:63,45,2", "light_bch:63,45,3",
                       "light_bch:63,45,4", "bch:63,36",         "bch:63,36,63",      "light_bch:63,36,0",
                       "light_bch:63,36,1", "ldpc:1024,3,6",     "repetition:5",      "surface:3",
                       "surface:5",         "surface:7",         "surface_apart:3",   "surface_joint:3",
                       "surface_apart:5",   "surface_joint:5",   "surface_apart:7",   "surface_joint:7",
                       "bicycle:72",        "bicycle_apart:72",  "bicycle_joint:72"}},
         "the code, unless --data gives a file"},
        {"weights", Option::Word{"edge", {"none", "scalar", "degree", "edge", "pair"}},
         "of messages and of the channel: none; one; one for each degree; one for each edge and bit; one for "
         "each pair of edges"},
        {"cyclic", Option::Whole{0, 0, 1 << 20},
         "weights of edges, bits and pairs are the same for all that cyclic shifts within blocks of so many "
         "bits move onto each other: the length of a cyclic code, the lifting of a quasi-cyclic one; 0: "
         "every "
         "one has its own"},
        {"rule", Option::Word{"sum-product", {"sum-product", "min-sum", "offset"}},
         "how checks answer; offset: min-sum that learns how far messages move towards zero"},
        {"schedule", Option::Word{"flooding", {"flooding", "layered"}},
         "all checks at once, or row by row with the newest messages"},
        {"spread", Option::Number{0, 0, 1},
         "deviation of the weights before training, around 1: breaks ties between errors that do the same"},
        {"damping", Option::Flag{false}, "learn a damping of messages, from 0.1 on", Option::Scope::network},
        {"low", Option::Number{1, 1e-6, 20}, "least Eb/N0 in dB, or probability of flips",
         Option::Scope::loss},
        {"high", Option::Number{6, 1e-6, 20}, "largest", Option::Scope::loss},
        {"loss", Option::Word{"every", {"every", "last"}},
         "compares the words of every layer, or those of the last one", Option::Scope::loss},
        {"random_words", Option::Flag{false}, "train on random words of the code", Option::Scope::training},
        {"rate", Option::Number{0.01, 1e-6, 10}, "of Adam", Option::Scope::training},
        {"words", Option::Whole{19200, 10, 100000000}, "words to train on in each epoch",
         Option::Scope::training},
        {"batch", Option::Whole{120, 1, 100000}, "words of a step", Option::Scope::training},
        {"test", Option::Whole{20000, 50, 100000000}, "words at every level of noise",
         Option::Scope::training}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    const Settings all = complete(*this, settings);
    return std::make_unique<DecoderProblem>(
        all.data.empty() ? code_by_name(all.word("code")) : read_code(all.data), all);
  }
};

}  // namespace

}  // namespace unfurl::decoder_model

std::shared_ptr<const unfurl::Task> unfurl::decoder() {
  return std::make_shared<decoder_model::DecoderTask>();
}
