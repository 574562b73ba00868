#include "models/deep_nmf/problem.hpp"

#include <algorithm>

#include "models/speech/enhance.hpp"
#include "models/speech/losses.hpp"
#include "models/speech/report.hpp"

namespace unfurl::deep_nmf_model {

namespace {

constexpr int fit_iterations = 40;  // further ones fit the recordings at hand, and lose on others

}  // namespace

DeepNmfProblem::DeepNmfProblem(const Settings& settings)
    : settings_(settings), shape_(checked(settings)), speech_(Speech::open(settings.data)) {
  std::vector<audio::Mixture> some;  // every sixth mixture: validation losses and gradient checks
  for (std::size_t i = 0; i < speech_->dev_mixtures().size(); i += 6)
    some.push_back(speech_->dev_mixtures()[i]);
  validation_ = frame_samples(some, shape_);
  for (const auto& [name, rows] : zeros())
    validation_.add(name, 1, rows,
                    std::vector<float>(static_cast<std::size_t>(validation_.samples() * rows)));
}

const Model& DeepNmfProblem::model() const {
  std::call_once(declared_, [this] {  // not at once: masks need no dictionaries, which take a while to fit
    model_.emplace(declare(shape_, speech_->dictionaries(shape_, fit(true), fit(false))));
  });
  return *model_;
}
Loss DeepNmfProblem::loss() const {
  const std::string& objective = settings_.word("objective");
  if (objective == "si-sdr") return loss::si_sdr("speech", shape_);
  const auto distance = [&](const char* result, const char* target) {
    return objective == "kl" ? loss::beta_divergence(1, result, target) : loss::squared_error(result, target);
  };
  Loss speech = distance("speech", "S");
  if (!shape_.noise) return speech;
  return speech + settings_.number("gamma") * loss::of_noise(distance("noise", "N"), shape_);
}

DataSource DeepNmfProblem::training() const {
  return Speech::stream(speech_, {.shape = shape_,
                                  .mixtures = settings_.whole("mixtures"),
                                  .vary = settings_.flag("vary"),
                                  .excerpt = static_cast<std::size_t>(16000 * settings_.number("excerpt")),
                                  .seed = settings_.seed,
                                  .zeros = zeros()});
}

std::vector<Metric> DeepNmfProblem::evaluate(const Network& network) const {
  const auto& mixtures = speech_->dev_mixtures();
  return speech_metrics(mixtures, enhance_mixtures(network.frames(1), shape_, mixtures));
}

std::vector<Grouping> DeepNmfProblem::groupings() const { return speech_groupings(speech_->dev_mixtures()); }

std::vector<Illustration> DeepNmfProblem::illustrate(const std::vector<Exhibit>& networks,
                                                     const std::filesystem::path& folder) const {
  return illustrate_speech(networks, shape_, speech_->dev_mixtures(), folder);
}

SparseNmf DeepNmfProblem::fit(bool speech) const {
  return {.rank = shape_.rank,
          .beta = shape_.proximal ? 2 : shape_.beta,
          .sparsity = speech ? shape_.sparsity : shape_.noise_sparsity,
          .iterations = fit_iterations,
          .threads = settings_.threads};
}

std::shared_ptr<const DeepNmfProblem> DeepNmfProblem::with(const std::map<std::string, std::string>& options,
                                                           const std::string& algorithm) const {
  Settings other = settings_;
  if (!algorithm.empty()) other.algorithm = algorithm;
  for (const auto& [name, value] : options) other.options[name] = value;
  return std::make_shared<DeepNmfProblem>(other);
}

std::string DeepNmfProblem::optimizer_name() const {
  const std::string& name = settings_.word("optimizer");
  if (name != "auto") return name;
  return shape_.proximal || shape_.signs ? "adam" : "multiplicative";
}

/// Of Adam, logarithms of dictionaries take large rates, the larger the fewer layers. Proximal steps take smaller ones;
/// multiplicative backpropagation drives them to a mask of ones.
Optimizer DeepNmfProblem::optimizer(int layers) const {
  const double wanted = settings_.number("rate");
  const auto rate = [&](double otherwise) { return wanted > 0 ? wanted : otherwise; };
  const std::string name = optimizer_name();
  if (name == "paper") return MultiplicativeBackprop{.exponent = rate(1), .cancel_per_layer = false};
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

std::map<std::string, int> DeepNmfProblem::zeros() const {
  if (!shape_.looks_back()) return {};
  return {{"H.previous", shape_.atoms()}};
}

}  // namespace unfurl::deep_nmf_model
