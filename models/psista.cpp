/// Sparse codes from many cheap measurements of the residual: periodic sketched ISTA [Tokumura26], in a setting of our own
/// (the benchmark of `lista` with noise at 30 dB; the paper's body was not to be had).
///
///     x <- soft( x - t A_k'(A_k x - b_k), t lambda ),   A_k = A in every p-th layer, else a sketch Phi_k A, b_k = Phi_k b
///
/// Steps and weights are trained for each layer. A sketch of m' rows costs m'/m of the multiply-adds.
#include <cmath>
#include <numeric>

#include "models/models.hpp"
#include "models/sparse_codes.hpp"
#include "unfurl/operators.hpp"

namespace unfurl {

namespace {

constexpr int measurements = SparseCodes::measurements, unknowns = SparseCodes::unknowns;
constexpr int codes_per_epoch = 2048, test_codes = 2048, validation_codes = 512;

/// What layers do that are not full.
struct Sketching {
  std::string kind;  ///< none, rows, gauss, fresh
  int period = 2;    ///< every so many layers one is full; 0: none
  int rows = 100;

  bool full(int layer) const { return kind == "none" || (period > 0 && (layer + 1) % period == 0); }
  /// The operator of a layer, counted from 0: neighbouring measurements in turn, or Gaussian mixtures, the same ones or others.
  Operator of(int layer) const {
    if (kind != "rows")
      return sketch(rows, kind == "fresh" ? 1000 + static_cast<std::uint64_t>(layer) : 1000);
    std::vector<int> entries;
    for (int i = 0; i < rows; ++i) entries.push_back((layer * rows + i) % measurements);
    return std::sqrt(static_cast<double>(measurements) / rows) * mask(entries);
  }
  /// The factor that counts in a layer.
  std::string turn(int layer) const {
    if (full(layer)) return "full";
    if (kind == "gauss") return "sketch";
    return "sketch " + std::to_string(kind == "rows" ? layer * rows % measurements : layer);
  }
  std::string text() const {
    if (kind == "none") return "full";
    const std::string often = period > 0 ? ", full every " + std::to_string(period) : ", never full";
    return kind + ", " + std::to_string(rows) + often;
  }
};

struct Sketched {
  Model model{"psista"};
  std::vector<std::string> turns;
};

Sketched declare(const std::vector<double>& dictionary, const Sketching& sketching, int layers) {
  Sketched s;
  Model& m = s.model;
  const auto b = m.observed("b", {measurements});
  const auto A = m.param("A", matrix(measurements, unknowns), dictionary);
  const auto x = m.latent("x", {unknowns});
  m.factor("sparse", L1{m.param("lambda", 0.5, nonneg), x});
  for (int layer = 0; layer < layers; ++layer) {
    const std::string name = sketching.turn(layer);
    if (std::find(s.turns.begin(), s.turns.end(), name) == s.turns.end()) {
      const Operator part = sketching.full(layer) ? identity() : sketching.of(layer);
      m.factor(name, SquaredError{part * b, sketching.full(layer) ? A * x : (part * dense(A)) * x});
    }
    s.turns.push_back(name);
  }
  return s;
}

Network unfolded(const Sketched& s, const Settings& settings) {
  if (settings.algorithm != "ista")
    throw ModelError("the layers of 'psista' are those of ISTA", "--algorithm " + settings.algorithm,
                     "leave it out");
  const ProximalGradient rule{.step = 0.4, .turns = s.turns};
  return unrolled(s.model, rule, settings).tie("A").freeze("A").compile();
}

Sketching sketching_of(const Settings& settings) {
  return {settings.word("sketch"), settings.whole("period"), settings.whole("rows")};
}

class PsistaProblem : public Problem {
 public:
  explicit PsistaProblem(const Settings& settings)
      : seed_(settings.seed),
        codes_{gaussian_dictionary(stream(0)), 0.1, settings.number("snr")},
        test_(codes_.draw(test_codes, stream(1))),
        validation_(codes_.draw(validation_codes, stream(2))),
        sketched_(declare(codes_.dictionary, sketching_of(settings), settings.layers)) {}

  const Model& model() const override { return sketched_.model; }
  Loss loss() const override { return loss::squared_error("x", "code"); }
  Optimizer optimizer() const override {
    return Adam{.rate = 3e-2, .beta2 = 0.99, .final_rate = 0.05, .clip = 1, .relative = true};
  }
  int batch() const override { return 64; }
  DataSource training() const override {
    return {[this](int epoch, int) {
      return std::make_shared<const Dataset>(codes_.draw(codes_per_epoch, stream(3 + epoch)));
    }};
  }
  Dataset validation() const override { return validation_; }
  std::vector<Metric> evaluate(const Network& network) const override { return {code_error(network, test_)}; }
  Network network(const Settings& settings) const override { return unfolded(sketched_, settings); }

  /// The frontier of error over multiply-adds.
  std::vector<Contender> contenders(const Settings& settings) const override {
    std::vector<Contender> rows;
    const auto add = [&](const Sketching& s, Role role = Role::other) {
      rows.push_back({.name = s.text(),
                      .network = unfolded(declare(codes_.dictionary, s, settings.layers), settings),
                      .curriculum = settings.curriculum,
                      .role = role});
    };
    add({.kind = "none"}, Role::untied);
    for (const int count : {50, 100, 150}) add({"rows", 2, count});
    for (const int count : {50, 100, 150}) add({"gauss", 2, count});
    for (const char* kind : {"rows", "gauss"})
      for (const int period : {4, 0}) add({kind, period, 100});
    add({"fresh", 2, 100});
    return rows;
  }

 private:
  std::uint64_t stream(int k) const { return seed_ * 1000003 + static_cast<std::uint64_t>(k); }

  std::uint64_t seed_;
  SparseCodes codes_;
  Dataset test_, validation_;
  Sketched sketched_;
};

class Psista : public Task {
 public:
  std::string name() const override { return "psista"; }
  std::string summary() const override {
    return "sparse codes by unfolded ISTA on sketches of the measurements; makes its own data";
  }
  Settings defaults() const override {
    Settings s;
    s.algorithm = "ista";
    s.layers = 16;
    s.tying = "untied";
    s.epochs = 10;
    return s;
  }
  std::vector<Option> options() const override {
    return {{"sketch", Option::Word{"rows", {"none", "rows", "gauss", "fresh"}},
             "what layers that are not full look at"},
            {"period", Option::Whole{2, 0, 1000}, "layers from one full one to the next; 0: none is"},
            {"rows", Option::Whole{100, 1, measurements}, "numbers that a sketch has"},
            {"snr", Option::Number{30, 0, 200}, "of the measurements, in dB"}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<PsistaProblem>(complete(*this, settings));
  }
  Model sketch(const Settings& settings) const override {
    const Settings all = complete(*this, settings);
    return declare(gaussian_dictionary(1), sketching_of(all), all.layers).model;
  }
  Network sketch_network(const Settings& settings) const override {
    const Settings all = complete(*this, settings);
    return unfolded(declare(gaussian_dictionary(1), sketching_of(all), all.layers), all);
  }
};

}  // namespace

std::shared_ptr<const Task> psista() { return std::make_shared<Psista>(); }

}  // namespace unfurl
