/// Detection of symbols x sent from many antennas at once, y = H x + noise, over channels H that are known and of every sample's
/// own: expectation propagation [Cespedes14], whose layers learn their damping and variances.
#include <algorithm>
#include <cmath>
#include <optional>

#include "models/mimo/transmissions.hpp"
#include "models/models.hpp"
#include "unfurl/complex.hpp"
#include "unfurl/formulas.hpp"
#include "unfurl/linear_gaussian.hpp"

namespace unfurl::mimo_model {

namespace {

using detail::cat;

Link link_of(const Settings& s) {
  return {s.whole("antennas"), s.word("symbols") == "16qam", s.number("correlation")};
}

Model declare(const Link& link) {
  const int n = link.antennas;
  Model m("mimo");
  const Complex y = complex_observed(m, "y", {n}), H = complex_observed_matrix(m, "H", n, n);
  const Observed noise = m.observed("noise", {}, nonneg);
  const Param trust = m.param("trust", 1.0, space::positive);  // of the variance as it is known
  const ComplexLatent x = complex_latent(m, "x", {n});
  m.factor("observation", LinearGaussian{0.5 * trust * noise, y.pair(), (H * x).pair()});
  m.factor("symbols", OneOf{link.levels(), x.latent()});
  return m;
}

class MimoProblem final : public Problem {
 public:
  explicit MimoProblem(const Settings& settings)
      : link_(link_of(settings)), seed_(settings.seed), model_(declare(link_)) {
    const double middle = settings.number("snr");
    for (const int step : {-4, -2, 0, 2}) snr_.push_back(middle + step);
    test_ = transmit(link_, snr_, settings.whole("test"), stream(0));
    validation_ = transmit(link_, {middle - 1, middle + 1}, 400, stream(1));
  }

  const Model& model() const override { return model_; }
  Loss loss() const override { return loss::cross_entropy("x", "labels"); }
  Optimizer optimizer() const override {
    return Adam{.rate = 3e-2, .beta2 = 0.99, .final_rate = 0.05, .clip = 1};
  }
  int batch() const override { return 64; }
  DataSource training() const override {
    return {[this](int epoch, int) {
      return std::make_shared<const Dataset>(
          transmit(link_, {snr_[1], snr_[2], snr_[3]}, 1024, stream(2 + epoch)));
    }};
  }
  Dataset validation() const override { return validation_; }
  std::vector<Metric> evaluate(const Network& network) const override {
    return {bit_errors(link_, network, test_)};
  }
  std::vector<Grouping> groupings() const override {
    Grouping by{"SNR", {}};
    for (const double v : snr_)
      for (int i = 0; i < test_.samples() / static_cast<int>(snr_.size()); ++i)
        by.labels.push_back(cat(v, " dB"));
    return {by};
  }

  std::vector<Contender> contenders(const Settings& settings) const override {
    const int k = settings.layers;
    std::vector<Contender> rows;
    const auto plain = [&](const std::string& name, int layers, std::vector<double> dampings,
                           Role role = Role::other) {
      std::string note;
      rows.push_back({.name = name,
                      .network = best(layers, dampings, note),
                      .trained = false,
                      .note = note,
                      .role = role});
    };
    plain("LMMSE", 1, {0});
    plain("EP", k, {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}, Role::untrained);
    plain("EP, ten iterations", 10, {0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9});
    const AlgorithmPointer ep = ExpectationPropagation{.damping = 0.2};
    rows.push_back({.name = "tied", .network = unroll(model_, ep, k).compile(), .role = Role::tied});
    rows.push_back(
        {.name = "untied", .network = unroll(model_, ep, k).untie(all).compile(), .role = Role::untied});
    for (Contender& baseline : baselines(settings)) rows.push_back(std::move(baseline));
    return rows;
  }
  /// The most probable symbols, where there are few enough.
  std::vector<Contender> baselines(const Settings&) const override {
    const double joint = 2 * link_.antennas * std::log2(static_cast<double>(link_.levels().size()));
    if (joint > 8) return {};
    return {{.name = "maximum likelihood", .trained = false, .note = "by enumeration", .measure = [this] {
               return std::vector<Metric>{bit_errors(link_, most_probable(link_, test_), test_)};
             }}};
  }

 private:
  /// Plain iterations with the damping that has the least errors on other data.
  Network best(int layers, const std::vector<double>& dampings, std::string& note) const {
    std::optional<Network> found;
    double least = 0;
    for (const double damping : dampings) {
      Network network = unroll(model_, ExpectationPropagation{.damping = damping}, layers).compile();
      const double errors = dampings.size() > 1 ? bit_errors(link_, network, validation_).value : 0;
      if (found && errors >= least) continue;
      least = errors;
      found = std::move(network);
      if (dampings.size() > 1) note = cat("damping ", damping, ", the best on other data");
    }
    return *found;
  }

  std::uint64_t stream(int k) const { return seed_ * 1000003 + static_cast<std::uint64_t>(k); }

  Link link_;
  std::uint64_t seed_;
  std::vector<double> snr_;
  Model model_;
  Dataset test_, validation_;
};

class Mimo final : public Task {
 public:
  std::string name() const override { return "mimo"; }
  std::string summary() const override {
    return "symbols sent from many antennas at once, by expectation propagation; makes its own data";
  }
  Settings defaults() const override {
    Settings s;
    s.algorithm = "ep";
    s.layers = 4;
    s.tying = "untied";
    s.epochs = 6;
    return s;
  }
  std::vector<Option> options() const override {
    return {{"antennas", Option::Whole{16, 1, 128}, "antennas that send, and that hear"},
            {"symbols", Option::Word{"qpsk", {"qpsk", "16qam"}}, "the constellation"},
            {"correlation", Option::Number{0, 0, 0.99},
             "of the channels of neighbouring antennas, on both sides"},
            {"snr", Option::Number{12, -20, 80}, "dB around which to train and to test"},
            {"test", Option::Whole{4000, 10, 1000000}, "samples at each of four SNRs"}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    return std::make_unique<MimoProblem>(complete(*this, settings));
  }
  Model sketch(const Settings& settings) const override {
    return declare(link_of(complete(*this, settings)));
  }
  Network sketch_network(const Settings& settings) const override {
    return unrolled(sketch(settings), complete(*this, settings)).compile();
  }
};

}  // namespace

}  // namespace unfurl::mimo_model

std::shared_ptr<const unfurl::Task> unfurl::mimo() { return std::make_shared<mimo_model::Mimo>(); }
