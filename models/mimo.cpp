/// Detection of symbols x sent from many antennas at once, y = H x + noise, over channels H that are known and of every sample's
/// own: expectation propagation [Cespedes14] and orthogonal AMP [He18], whose layers learn damping and variances.
#include <cmath>

#include "models/mimo/bit_errors.hpp"
#include "models/mimo/transmissions.hpp"
#include "models/models.hpp"
#include "unfurl/complex.hpp"
#include "unfurl/contenders.hpp"
#include "unfurl/formulas.hpp"
#include "unfurl/linear_gaussian.hpp"

namespace unfurl::mimo_model {

namespace {

using detail::cat;

Link link_of(const Settings& s) {
  return {s.whole("users"), s.word("symbols") == "16qam", s.number("correlation")};
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
      : link_(link_of(settings)),
        seed_(settings.seed),
        middle_(settings.number("snr")),
        model_(declare(link_)) {
    for (const int step : {-4, -2, 0, 2, 4}) snr_.push_back(middle_ + step);
    test_ = transmit(link_, snr_, settings.whole("test"), stream(seed_, 0));
    validation_ = transmit(link_, {middle_ - 1, middle_ + 1}, 128, stream(seed_, 1));
  }

  const Model& model() const override { return model_; }
  /// Bounded, as errors are: cross-entropy would rather have all layers doubt than a few symbols wrong with confidence.
  Loss loss() const override { return (0.5 / link_.antennas) * loss::squared_error("x", "sent"); }
  Optimizer optimizer() const override {
    return Adam{.rate = 3e-2, .beta2 = 0.99, .final_rate = 0.05, .clip = 1};
  }
  int batch() const override { return 64; }
  DataSource training() const override {
    return fresh([this](int epoch) {
      return transmit(link_, {middle_ - 1, middle_, middle_ + 1, middle_ + 2}, 512, stream(seed_, 3 + epoch));
    });
  }
  Dataset validation() const override { return validation_; }
  std::vector<Metric> evaluate(const Network& network) const override {
    return metrics(bit_errors(link_, network, test_));
  }
  std::vector<Grouping> groupings() const override {
    Grouping by{"SNR in dB", {}};
    for (const double v : snr_)
      for (int i = 0; i < test_.samples() / static_cast<int>(snr_.size()); ++i) by.labels.push_back(cat(v));
    return {by};
  }

  std::vector<Contender> contenders(const Settings& settings) const override {
    const int k = settings.layers;
    const auto ep = [](double damping) { return ExpectationPropagation{.damping = damping}; };
    const auto oamp = [](double damping) {
      return ExpectationPropagation{.damping = damping, .averaged = true};
    };
    const auto row = [&](const std::string& name, const AlgorithmPointer& algorithm, const char* tying,
                         Role role) {
      return trained_row(name, unroll(model_, algorithm, k).tying(tying).compile(), "", role);
    };
    std::vector<Contender> rows = {untrained_row("LMMSE", unroll(model_, ep(0), 1).compile()),
                                   plain("EP", ep, k, Role::untrained),
                                   plain("EP, ten iterations", ep, 10),
                                   plain("OAMP", oamp, k),
                                   row("tied", ep(0.4), "tied", Role::tied),
                                   row("untied", ep(0.4), "untied", Role::untied),
                                   row("OAMP, untied", oamp(0.4), "untied", Role::other)};
    append(rows, baselines(settings));
    return rows;
  }
  /// The most probable symbols, where there are few enough.
  std::vector<Contender> baselines(const Settings&) const override {
    const double joint = 2 * link_.antennas * std::log2(static_cast<double>(link_.levels().size()));
    if (joint > 8) return {};
    return {{.name = "maximum likelihood", .trained = false, .note = "by enumeration", .measure = [this] {
               return metrics(bit_errors(link_, most_probable(link_, test_), test_));
             }}};
  }

 private:
  /// Plain iterations with the damping that has the least errors on data of their own.
  template <class Make>
  Contender plain(const std::string& name, const Make& make, int layers, Role role = Role::other) const {
    const Dataset data = transmit(link_, {middle_ - 1, middle_ + 1}, 600, stream(seed_, 2));
    const std::vector<double> dampings = {0.0, 0.2, 0.4, 0.6, 0.8};
    const auto made = [&](double damping) { return unroll(model_, make(damping), layers).compile(); };
    auto [network, damping] = *best_choice(
        dampings, made, [&](const Network& tried) { return bit_errors(link_, tried, data).value; });
    return untrained_row(name, std::move(network), cat("damping ", damping, ", the best on other data"),
                         role);
  }

  std::vector<Metric> metrics(const Metric& errors) const {
    return {errors, snr_where(link_, errors, snr_, 1e-3), snr_where(link_, errors, snr_, 1e-4)};
  }

  Link link_;
  std::uint64_t seed_;
  double middle_;
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
  Settings defaults() const override { return defaults_of("ep", 4, "untied", 12); }
  std::vector<Option> options() const override {
    return {{"users", Option::Whole{16, 1, 128}, "antennas that send, and as many that hear"},
            {"symbols", Option::Word{"qpsk", {"qpsk", "16qam"}}, "the constellation"},
            {"correlation", Option::Number{0, 0, 0.99},
             "of the channels of neighbouring antennas, on both sides"},
            {"snr", Option::Number{12, -20, 80}, "dB around which to train, and to test 4 dB up and down"},
            {"test", Option::Whole{4000, 10, 1000000}, "samples at each of five SNRs"}};
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
