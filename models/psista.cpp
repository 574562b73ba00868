/// Sparse codes from many cheap measurements of the residual: periodic sketched ISTA [Tokumura26], in a setting of our own
/// (the benchmark of `lista` with noise at 30 dB; the paper's body was not to be had).
///
///     x <- soft( x - t A_k'(A_k x - b_k), t lambda ),   A_k = A in every p-th layer, else a sketch Phi_k A, b_k = Phi_k b
///
/// Steps and weights are trained for each layer. A sketch of m' rows costs m'/m of the multiply-adds.
///
/// Trained steps of single layers come to many times 1 / L, since errors are sparse and what soft thresholding takes is to be
/// given back: a rare code that is not found until there is amplified a thousandfold. Hence codes that are denser, which are
/// rare by themselves, in training.
#include "models/psista/model.hpp"

namespace unfurl::psista_model {

namespace {

constexpr int codes_per_epoch = 2048, test_codes = 2048, validation_codes = 512;

class PsistaProblem : public Problem {
 public:
  explicit PsistaProblem(const Settings& settings)
      : seed_(settings.seed),
        codes_{gaussian_dictionary(stream(seed_, 0)), 0.1, settings.number("snr")},
        test_(codes_.draw(test_codes, stream(seed_, 1))),
        validation_(codes_.draw(validation_codes, stream(seed_, 2))
                        .add("weight", 1, 1, std::vector<float>(validation_codes, 1))),
        sketched_(declare(codes_.dictionary, sketching_of(settings), settings.layers)) {}

  const Model& model() const override { return sketched_.model; }
  Loss loss() const override { return weighted_code_error(); }
  Optimizer optimizer() const override {
    return Adam{.rate = 6e-2, .beta2 = 0.99, .final_rate = 0.05, .clip = 1, .relative = true};
  }
  int batch() const override { return 64; }
  DataSource training() const override {
    return fresh([this](int epoch) { return codes_.draw_denser(codes_per_epoch, stream(seed_, 3 + epoch)); });
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
  Settings defaults() const override { return defaults_of("ista", 16, "untied", 10); }
  std::vector<Option> options() const override {
    return {{"sketch", Option::Word{"rows", {"none", "rows", "gauss", "fresh"}},
             "what layers that are not full look at"},
            {"period", Option::Whole{2, 0, 1000}, "layers from one full one to the next; 0: none is"},
            {"rows", Option::Whole{100, 2, measurements}, "numbers that a sketch has"},
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

}  // namespace unfurl::psista_model

std::shared_ptr<const unfurl::Task> unfurl::psista() { return std::make_shared<psista_model::Psista>(); }
