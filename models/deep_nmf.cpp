/// Deep NMF for speech enhancement [Hershey14], [LeRoux15]: magnitudes of noisy speech are explained by a dictionary whose
/// first half is speech and whose second half is noise; K multiplicative updates find the activations, and the share of
/// the speech is the mask.
///
/// The dictionary is first fitted to clean speech and to noise alone (sparse NMF). Training then gives every layer a copy
/// of its own, and the mask another, so that the masked magnitudes come near the clean ones. Frames may be inferred with
/// their neighbours, and one after the other, each starting from what the last one found [Wisdom17].
#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>

#include "models.hpp"
#include "models/speech.hpp"
#include "models/speech_report.hpp"
#include "models/speech_systems.hpp"

namespace unfurl {

namespace {

constexpr int usual_layers = 10;
constexpr double usual_beta = 1, usual_excerpt = 2;
constexpr int adaptation =
    5;  // iterations that adapt the noise to a mixture; many explain its speech as well
constexpr int fit_iterations = 40;  // further ones fit the recordings at hand, and lose on others

/// What the options say.
struct Shape : FrameShape {
  int rank = 100;                           ///< atoms of each of the two sources
  double sparsity = 5, noise_sparsity = 5;  ///< weights of the sums of the activations of speech and noise
  double beta = 1;  ///< of the divergence; proximal steps take squared errors whatever it says
  bool learned_beta = false;
  bool proximal = false;
  bool signs = false;        ///< parameters may be negative
  std::string start;         ///< of the activations: "constant", "carried", "mixed"
  bool convolutive = false;  ///< what is heard has a part that the last frame's activations left behind
  bool own_reconstruction = true;

  explicit Shape(const Settings& s) {
    window = s.whole("window");
    hop = s.whole("hop");
    fft = s.whole("fft");
    past = s.whole("past");
    ahead = s.whole("ahead");
    frames = s.whole("frames");
    phase_sensitive = s.word("target") == "phase-sensitive";
    waveform = s.word("objective") == "si-sdr";
    noise = s.number("gamma") > 0;
    rank = s.whole("rank");
    sparsity = s.number("sparsity");
    noise_sparsity = s.number("noise_sparsity") < 0 ? sparsity : s.number("noise_sparsity");
    beta = s.number("beta");
    const std::string& learn = s.word("learn");
    learned_beta = learn == "divergence" || learn == "all" || learn == "scalars";
    proximal = s.algorithm.ends_with("ista");
    signs = s.algorithm == "lista" || (learned_beta && beta <= 0);
    start = s.word("start");
    convolutive = s.flag("convolutive");
    own_reconstruction = s.word("reconstruction") == "own";
  }
  int rows() const { return bins() * width(); }
  int atoms() const { return 2 * rank; }
  bool looks_back() const { return start != "constant" || convolutive; }
};

/// The model: V is a frame of the mixture's magnitudes, of which the dictionary explains a stack of neighbours.
Model declare(const Shape& s, const std::vector<double>& dictionary) {
  const auto bins = static_cast<std::size_t>(s.bins()), atoms = static_cast<std::size_t>(s.atoms());
  const auto present =
      dictionary.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(s.past) * bins * atoms);
  // clang-format off
  Model m("deep_nmf");
  auto V = m.observed("V", {s.bins()}, nonneg);
  auto W = m.param("W", matrix(s.rows(), s.atoms()), dictionary, nonneg);
  std::vector<double> weights(atoms, s.sparsity);
  std::fill(weights.begin() + s.rank, weights.end(), s.noise_sparsity);
  auto mu = m.param("mu", vector(s.atoms()), weights, nonneg);
  auto H = m.latent("H", {s.atoms()}, nonneg);
  const Expr stack = context(V, s.past, s.ahead);
  Expr explained = W * H;
  if (s.convolutive) {
    std::vector<double> faint(dictionary);
    for (double& entry : faint) entry *= 0.1;
    explained = explained + m.param("T", matrix(s.rows(), s.atoms()), faint, nonneg) * previous(H);
  }
  if (s.proximal)
    m.factor("fit", SquaredError{stack, explained});
  else if (s.learned_beta)
    m.factor("fit", BetaDivergence{m.param("beta", s.beta, s.beta > 0 ? nonneg : real), stack, explained});
  else
    m.factor("fit", BetaDivergence{s.beta, stack, explained});
  m.factor("sparse", L1{mu, H});
  if (s.start != "constant") {
    auto level = m.param("level", vector(s.atoms()), 0.1, nonneg);
    if (s.start == "mixed") {
      std::vector<double> transition(atoms * atoms, 1e-3);
      for (std::size_t i = 0; i < atoms; ++i) transition[i * atoms + i] = 1;
      auto U = m.param("U", matrix(s.atoms(), s.atoms()), transition, nonneg);
      m.start(H, U * previous(H) + level * mean(V));
    } else {
      auto u = m.param("u", vector(s.atoms()), 1, nonneg);
      m.start(H, cwise(u, previous(H)) + level * mean(V));
    }
  }
  const Expr R = s.own_reconstruction
      ? Expr(m.param("R", matrix(s.bins(), s.atoms()), {present, present + static_cast<std::ptrdiff_t>(bins * atoms)}, nonneg))
      : rows_of(W, s.past * s.bins(), s.bins());
  const Expr speech = slice(R, 0, s.rank) * slice(H, 0, s.rank);
  const Expr noise = slice(R, s.rank, s.rank) * slice(H, s.rank, s.rank);
  m.readout("speech", cwise(V, ratio_mask(speech, noise)));
  // clang-format on
  return m;
}

Network unrolled_network(const Model& model, const Shape& shape, const Settings& settings, int layers,
                         const std::string& tying) {
  Settings chosen = settings;
  chosen.layers = layers;
  chosen.tying = tying;
  Schedule s = unrolled(model, chosen);
  if (shape.own_reconstruction) s.tie("R");  // it is read in one place alone
  if (shape.start != "constant")             // so are these
    s.tie("level").tie(shape.start == "mixed" ? "U" : "u");
  if (shape.convolutive) s.tie("T");
  const std::string& learn = settings.word("learn");
  if (learn == "dictionaries" || learn == "divergence") s.freeze("mu");
  if (learn == "scalars") s.tie("W");
  if (learn == "sparsity") {
    s.freeze("W");
    if (shape.convolutive) s.freeze("T");
    if (shape.own_reconstruction) s.freeze("R");
  }
  return s.frames(shape.frames).compile();
}

/// How the dictionary of a source is fitted.
SparseNmf fit(const Shape& s, bool speech, int threads) {
  return {.rank = s.rank,
          .beta = s.proximal ? 2 : s.beta,
          .sparsity = speech ? s.sparsity : s.noise_sparsity,
          .iterations = fit_iterations,
          .threads = threads};
}

std::vector<double> dictionaries(const Speech& speech, const Shape& s, int threads) {
  return speech.dictionaries(s, fit(s, true, threads), fit(s, false, threads));
}

/// Refuses what cannot be trained, before anything is fitted.
Shape checked(const Settings& settings) {
  Shape s(settings);
  if (s.looks_back() && s.frames == 1)
    throw ModelError(
        "frames look at the last one's activations, but samples of one frame have none to learn from", "",
        "take samples of several frames, such as --set frames=16");
  const double excerpt = settings.number("excerpt");
  if (settings.flag("vary") && excerpt > 0 && s.frames * s.hop > excerpt * 16000)
    throw ModelError(
        detail::cat("samples of ", s.frames, " frames do not fit into an excerpt of ", excerpt, " s"), "",
        "take --set excerpt=0 or a longer one, or fewer frames");
  if (!settings.flag("vary") && excerpt != usual_excerpt)
    throw ModelError("excerpts are of varied mixtures alone", detail::cat("--set excerpt=", excerpt),
                     "take --set vary=yes, or leave excerpt out");
  if (s.proximal && s.beta != usual_beta)
    throw ModelError(detail::cat("algorithm ", settings.algorithm, " has squared errors, whatever beta is"),
                     detail::cat("--set beta=", s.beta), "take --algorithm mu, or leave beta out");
  if (s.noise && s.waveform)
    throw ModelError("gamma weighs the noise's error, which the objective si-sdr does not have", "",
                     "take --set objective=squared-error or kl, or --set gamma=0");
  if (s.phase_sensitive && s.waveform)
    throw ModelError("the objective si-sdr compares waveforms and has no use for a phase-sensitive target",
                     "", "leave one of --set target and --set objective as it is");
  if (s.waveform && s.frames == 1)
    throw ModelError("the objective si-sdr needs waveforms, but samples of one frame are a single window", "",
                     "take samples of several frames, such as --set frames=16");
  if (s.proximal && s.learned_beta)
    throw ModelError(
        detail::cat("algorithm ", settings.algorithm, " has squared errors, and so no beta to learn"), "",
        "take --algorithm mu, or --set learn=both");
  if (s.signs && settings.word("optimizer") == "multiplicative")
    throw ModelError(
        detail::cat("multiplicative backpropagation trains what is never negative, but ",
                    settings.algorithm == "lista" ? "lista's matrices" : "a beta that starts from 0 or less",
                    " may be"),
        "", "take --set optimizer=adam");
  return s;
}

class DeepNmfProblem final : public Problem {
 public:
  explicit DeepNmfProblem(const Settings& settings)
      : settings_(settings), shape_(checked(settings)), speech_(Speech::open(settings.data)) {
    std::vector<audio::Mixture> some;  // every sixth mixture: validation losses and gradient checks
    for (std::size_t i = 0; i < speech_->dev_mixtures().size(); i += 6)
      some.push_back(speech_->dev_mixtures()[i]);
    validation_ = frame_samples(some, shape_);
    for (const auto& [name, rows] : zeros())
      validation_.add(name, 1, rows,
                      std::vector<float>(static_cast<std::size_t>(validation_.samples() * rows)));
  }

  const Model& model() const override {
    std::call_once(declared_, [this] {  // not at once: masks need no dictionaries, which take a while to fit
      model_.emplace(declare(shape_, dictionaries(*speech_, shape_, settings_.threads)));
    });
    return *model_;
  }
  Loss loss() const override {
    const std::string& objective = settings_.word("objective");
    if (objective == "si-sdr") return loss::si_sdr("speech", shape_);
    const auto distance = [&](const char* result, const char* target) {
      return objective == "kl" ? loss::beta_divergence(1, result, target)
                               : loss::squared_error(result, target);
    };
    const Loss speech = distance("speech", "S");
    if (!shape_.noise) return speech;
    return speech + settings_.number("gamma") * loss::of_noise(distance("noise", "N"), shape_);
  }
  Optimizer optimizer() const override { return optimizer(settings_.layers); }
  int batch() const override { return std::max(1, settings_.whole("batch") / shape_.frames); }
  Dataset validation() const override { return validation_; }
  DataSource training() const override {
    return Speech::stream(speech_, {.shape = shape_,
                                    .mixtures = settings_.whole("mixtures"),
                                    .vary = settings_.flag("vary"),
                                    .excerpt = static_cast<std::size_t>(16000 * settings_.number("excerpt")),
                                    .seed = settings_.seed,
                                    .zeros = zeros()});
  }
  std::vector<Metric> evaluate(const Network& network) const override {
    const auto& mixtures = speech_->dev_mixtures();
    return speech_metrics(mixtures, enhance_mixtures(network.frames(1), shape_, mixtures));
  }
  std::vector<Grouping> groupings() const override { return speech_groupings(speech_->dev_mixtures()); }
  std::vector<Illustration> illustrate(const std::vector<Exhibit>& networks,
                                       const std::filesystem::path& folder) const override {
    return illustrate_speech(networks, shape_, speech_->dev_mixtures(), folder);
  }
  Network network(const Settings& s) const override { return unrolled(s.layers, s.tying); }

  std::vector<Contender> contenders(const Settings& settings) const override {
    const SpeechSystems systems = speech_systems(settings.word("systems"), settings.layers);
    if (systems.own_depths && settings.layers != usual_layers)
      throw ModelError(
          detail::cat("the systems '", settings.word("systems"), "' have numbers of layers of their own"),
          detail::cat("--layers ", settings.layers), "leave it out");
    std::vector<Contender> rows{unprocessed()};
    if (systems.semi_supervised) rows.push_back(semi_supervised(25));
    for (const SpeechSystem& s : systems.unfolded) {
      const auto learn = s.options.find("learn");
      if (shape_.proximal && learn != s.options.end() &&
          (learn->second == "divergence" || learn->second == "scalars"))
        continue;  // it has no beta
      const auto chosen = s.options.find("optimizer");
      if (shape_.signs && chosen != s.options.end() && chosen->second == "multiplicative") continue;
      rows.push_back(row(s));
    }
    for (Contender& c : baselines(settings)) rows.push_back(std::move(c));
    rows.push_back(oracle());
    return rows;
  }

  /// Masks of a network with two hidden layers on log-magnitudes.
  std::vector<Contender> baselines(const Settings& settings) const override {
    const double outputs = shape_.bins(),
                 untied = shape_.atoms() * (static_cast<double>(settings.layers) * shape_.rows() + outputs);
    std::vector<Contender> rows;
    std::map<std::map<std::string, std::string>, std::shared_ptr<const DeepNmfProblem>> others{{{}, nullptr}};
    for (const SpeechMask& m : speech_systems(settings.word("systems"), settings.layers).masks) {
      std::map<std::string, std::string> options;
      if (shape_.looks_back() || shape_.frames > 1)
        options = {{"frames", "1"}, {"start", "constant"}, {"convolutive", "no"}};
      if (m.around > 0) options["past"] = options["ahead"] = std::to_string(m.around);
      // weights and biases of inputs -> h -> h -> outputs
      const double inputs = m.around > 0 ? outputs * (2 * m.around + 1) : shape_.rows(),
                   linear = inputs + outputs + 2;
      const int hidden =
          m.hidden > 0 ? m.hidden
                       : static_cast<int>(
                             (-linear + std::sqrt(linear * linear + 4 * (m.times * untied - outputs))) / 2);
      if (!others.contains(options)) others[options] = with(options);
      rows.push_back(mask(others[options], hidden));
    }
    return rows;
  }

 private:
  Network unrolled(int layers, const std::string& tying) const {
    return unrolled_network(model(), shape_, settings_, layers, tying);
  }

  /// The same task with other options, and with another algorithm if one is named.
  std::shared_ptr<const DeepNmfProblem> with(const std::map<std::string, std::string>& options,
                                             const std::string& algorithm = "") const {
    Settings other = settings_;
    if (!algorithm.empty()) other.algorithm = algorithm;
    for (const auto& [name, value] : options) other.options[name] = value;
    return std::make_shared<DeepNmfProblem>(other);
  }

  /// An unrolled network, of this task or of one with other options.
  Contender row(const SpeechSystem& s) const {
    const auto other = s.options.empty() && s.algorithm.empty() ? nullptr : with(s.options, s.algorithm);
    const DeepNmfProblem& problem = other ? *other : *this;
    return {.name = s.name,
            .network = problem.unrolled(s.layers, s.tying),
            .trained = s.trained,
            .optimizer = problem.optimizer(s.layers),
            .note = s.note,
            .loss = s.near_tied > 0 ? problem.loss().near_tied(s.near_tied) : Loss{},
            .curriculum = std::max(1, std::min(s.curriculum, settings_.epochs)),
            .role = s.role,
            .problem = other};
  }

  /// Semi-supervised: the noise's dictionary is adapted to each mixture [Smaragdis07].
  Contender semi_supervised(int iterations) const {
    std::map<std::string, std::string> options(plain_inference());
    options["reconstruction"] = "shared";
    const auto shared = with(options);
    return {.name = detail::cat("sparse NMF, noise adapted, K=", iterations),
            .trained = false,
            .note = detail::cat("the noise's dictionary is fitted to each mixture first, in ", adaptation,
                                " iterations"),
            .measure = [shared, iterations] {
              SparseNmf options = fit(shared->shape_, false, shared->settings_.threads);
              options.rank = shared->shape_.atoms();
              options.iterations = adaptation;
              const auto& mixtures = shared->speech_->dev_mixtures();
              return speech_metrics(
                  mixtures, adapt_to_mixtures(shared->unrolled(iterations, "tied").frames(1), shared->shape_,
                                              options, mixtures));
            }};
  }

  Contender unprocessed() const {
    return {.name = "unprocessed", .trained = false, .measure = [this] {
              std::vector<std::vector<float>> same;
              for (const audio::Mixture& m : speech_->dev_mixtures()) same.push_back(m.mixture);
              return speech_metrics(speech_->dev_mixtures(), same);
            }};
  }

  Contender oracle() const {
    return {.name = "oracle ratio mask",
            .trained = false,
            .note = "the speech's share of both magnitudes: what masks could reach at most or so",
            .measure = [this] {
              const auto& mixtures = speech_->dev_mixtures();
              return speech_metrics(mixtures, oracle_mixtures(shape_, mixtures));
            }};
  }

  /// A feed-forward network on the frames of a problem (null: this one).
  Contender mask(const std::shared_ptr<const DeepNmfProblem>& other, int hidden) const {
    const DeepNmfProblem& problem = other ? *other : *this;
    const int width = problem.shape_.width();
    return {
        .name = detail::cat("feed-forward mask, 2 x ", hidden,
                            width > 1 ? detail::cat(", ", width, " frames") : std::string()),
        .network = mask_network(problem.validation_["V"], problem.shape_, {hidden, hidden}, settings_.seed),
        .optimizer = Adam{.rate = mask_rate(problem.shape_, hidden), .final_rate = 0.01},
        .problem = other};
  }

  /// Of Adam, logarithms of dictionaries take large rates, the larger the fewer layers. Proximal steps take smaller ones;
  /// multiplicative backpropagation drives them to a mask of ones.
  Optimizer optimizer(int layers) const {
    const double wanted = settings_.number("rate");
    const auto rate = [&](double otherwise) { return wanted > 0 ? wanted : otherwise; };
    std::string name = settings_.word("optimizer");
    if (name == "auto") name = shape_.proximal || shape_.signs ? "adam" : "multiplicative";
    if (name == "multiplicative")
      return MultiplicativeBackprop{.exponent = 1e4,
                                    .change = rate(0.05),
                                    .final_change = 0.02,
                                    .average = 0.7,  // longer ones lose: 0.9 by 0.3 dB, 0.95 by 0.6 dB
                                    .smoothing = 1e-3};
    if (name == "projected")
      return Adam{.rate = rate(1e-3), .final_rate = 0.01, .positivity = Positivity::projected};
    return Adam{.rate = rate(shape_.proximal ? 0.05 : layers <= 4 ? 0.2 : 0.1), .final_rate = 0.01};
  }

  /// States before the first frame.
  std::map<std::string, int> zeros() const {
    if (!shape_.looks_back()) return {};
    return {{"H.previous", shape_.atoms()}};
  }

  Settings settings_;
  Shape shape_;
  std::shared_ptr<const Speech> speech_;
  mutable std::once_flag declared_;
  mutable std::optional<Model> model_;
  Dataset validation_;
};

class DeepNmf final : public AudioTask {
 public:
  std::string name() const override { return "deep_nmf"; }
  std::string summary() const override {
    return "speech enhancement by unfolded sparse NMF; data: a folder of speech, noise and mixtures";
  }
  Settings defaults() const override {
    Settings s;
    s.algorithm = "mu";
    s.layers = usual_layers;
    s.tying = "untied";
    s.epochs = 7;
    s.average = 0.5;
    return s;
  }
  std::vector<Option> options() const override {
    using Scope = Option::Scope;
    using Whole = Option::Whole;
    using Number = Option::Number;
    using Word = Option::Word;
    using Flag = Option::Flag;
    return {
        {"window", Whole{400, 16, 8192}, "samples under the window, even"},
        {"hop", Whole{160, 1, 8191}, "samples from frame to frame, fewer than the window's"},
        {"fft", Whole{0, 0, 16384}, "samples that are transformed, zeros after the window; 0: the window's"},
        {"past", Whole{0, 0, 100}, "earlier frames that a frame is explained with"},
        {"ahead", Whole{0, 0, 100},
         "later frames that a frame is explained with; each delays the sound by a hop"},
        {"frames", Whole{1, 1, 1000}, "consecutive frames in a training sample"},
        {"rank", Whole{100, 1, 10000}, "atoms of each source"},
        {"sparsity", Number{0.2, 0, 1e6}, "weight of the sum of the activations"},
        {"noise_sparsity", Number{-1, -1, 1e6},
         "the same for the noise's activations; negative: the same number"},
        {"beta", Number{usual_beta, -2, 4},
         "of the divergence: 0 Itakura-Saito, 1 Kullback-Leibler, 2 Euclidean"},
        {"start", Word{"constant", {"constant", "carried", "mixed"}},
         "activations start equal, from the last frame's, or from a learned mixture of these"},
        {"convolutive", Flag{false},
         "whether a second dictionary explains what the last frame's activations leave behind"},
        {"reconstruction", Word{"own", {"own", "shared"}},
         "the mask's dictionary: a parameter of its own, or the layers'"},
        {"learn", Word{"dictionaries", {"dictionaries", "sparsity", "both", "divergence", "all", "scalars"}},
         "what is trained: dictionaries, weights of the activations, both, dictionaries and beta, all of "
         "these, or all with one dictionary for all layers"},
        {"target", Word{"magnitude", {"magnitude", "phase-sensitive"}},
         "what masked magnitudes should be: |S|, or what of S has the mixture's phase", Scope::loss},
        {"objective", Word{"squared-error", {"squared-error", "kl", "si-sdr"}}, "loss of the training",
         Scope::loss},
        {"gamma", Number{0, 0, 1e6}, "weight of the noise's error beside the speech's", Scope::loss},
        {"optimizer", Word{"auto", {"auto", "multiplicative", "adam", "projected"}},
         "multiplicative backpropagation, Adam on logarithms, or projected Adam; auto is the first, or Adam "
         "for proximal steps and parameters of either sign",
         Scope::training},
        {"rate", Number{0, 0, 10},
         "wanted change of a multiplicative step, or learning rate of Adam; 0 chooses one", Scope::training},
        {"mixtures", Whole{700, 1, 1000000}, "mixtures in an epoch, at most as many as the folder lists",
         Scope::training},
        {"batch", Whole{512, 1, 1000000}, "frames in a batch", Scope::training},
        {"systems", Word{"few", {"few", "paper", "untying", "optimizers", "depth", "relatives", "masks"}},
         "what compare trains: the usual rows, those of the published experiment, those between tied and "
         "untied, optimizers and objectives, the gain of untying by depth, layers that look at other frames "
         "and proximal ones, or the untied network against masks alone",
         Scope::comparing},
        {"vary", Flag{true},
         "whether speech and noise are put together anew, with other speeds, for every epoch",
         Scope::training},
        {"excerpt", Number{usual_excerpt, 0, 3600}, "most seconds of a varied mixture; 0: all of its speech",
         Scope::training},
    };
  }
  std::string data() const override { return "a folder of speech, noise and mixtures"; }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<DeepNmfProblem>(complete(*this, settings));
  }
  Model sketch(const Settings& settings) const override {
    const Shape shape(settings);
    return declare(
        shape, std::vector<double>(
                   static_cast<std::size_t>(shape.rows()) * static_cast<std::size_t>(shape.atoms()), 0.1));
  }
  Network sketch_network(const Settings& s) const override {
    return unrolled_network(sketch(s), Shape(s), s, s.layers, s.tying);
  }
  std::unique_ptr<audio::Enhancer> enhancer(const Network& network, const Settings& settings) const override {
    return speech_enhancer(network.frames(1), Shape(settings));
  }
};

}  // namespace

std::shared_ptr<const Task> deep_nmf() { return std::make_shared<DeepNmf>(); }

}  // namespace unfurl
