// The rows of a comparison.
#include <algorithm>
#include <cmath>

#include "models/deep_nmf/problem.hpp"
#include "models/speech/enhance.hpp"
#include "models/speech/mask_network.hpp"

namespace unfurl::deep_nmf_model {

namespace {

constexpr int adaptation =
    5;  // iterations that adapt the noise to a mixture; many explain its speech as well

}  // namespace

std::vector<Contender> DeepNmfProblem::contenders(const Settings& settings) const {
  const SpeechSystems systems = speech_systems(settings.word("systems"), settings.layers);
  if (systems.own_depths && settings.layers != usual_layers)
    throw ModelError(
        detail::cat("the systems '", settings.word("systems"), "' have numbers of layers of their own"),
        detail::cat("--layers ", settings.layers), "leave it out");
  std::vector<Contender> rows{unprocessed()};
  if (systems.semi_supervised) rows.push_back(semi_supervised(25));
  bool told = false;  // which multiplicative rule
  for (const SpeechSystem& s : systems.unfolded) {
    const auto learn = s.options.find("learn");
    if (shape_.proximal && learn != s.options.end() &&
        (learn->second == "divergence" || learn->second == "scalars"))
      continue;  // it has no beta
    const auto chosen = s.options.find("optimizer");
    const bool multiplicative =
        chosen != s.options.end() && (chosen->second == "multiplicative" || chosen->second == "paper");
    if (shape_.signs && multiplicative) continue;
    rows.push_back(row(s));
    if (!s.trained || told || optimizer_name() != "multiplicative") continue;
    told = true;
    rows.back().note +=
        detail::cat(rows.back().note.empty() ? "" : "; ",
                    "trained, as all rows that say nothing else, by multiplicative steps from averaged "
                    "positive and negative entries of the gradient");
  }
  for (Contender& c : baselines(settings)) rows.push_back(std::move(c));
  rows.push_back(oracle());
  return rows;
}

std::vector<Contender> DeepNmfProblem::baselines(const Settings& settings) const {
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
        m.hidden > 0
            ? m.hidden
            : static_cast<int>((-linear + std::sqrt(linear * linear + 4 * (m.times * untied - outputs))) / 2);
    if (!others.contains(options)) others[options] = with(options);
    rows.push_back(mask(others[options], hidden));
  }
  return rows;
}

Contender DeepNmfProblem::row(const SpeechSystem& s) const {
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

Contender DeepNmfProblem::semi_supervised(int iterations) const {
  std::map<std::string, std::string> options(plain_inference());
  options["reconstruction"] = "shared";
  const auto shared = with(options);
  return {.name = detail::cat("sparse NMF, noise adapted, K=", iterations),
          .trained = false,
          .note = detail::cat("the noise's dictionary is fitted to each mixture first, in ", adaptation,
                              " iterations"),
          .measure = [shared, iterations] {
            SparseNmf options = shared->fit(false);
            options.rank = shared->shape_.atoms();
            options.iterations = adaptation;
            const auto& mixtures = shared->speech_->dev_mixtures();
            return speech_metrics(mixtures, adapt_to_mixtures(shared->unrolled(iterations, "tied").frames(1),
                                                              shared->shape_, options, mixtures));
          }};
}

Contender DeepNmfProblem::unprocessed() const {
  return {.name = "unprocessed", .trained = false, .measure = [this] {
            std::vector<std::vector<float>> same;
            for (const audio::Mixture& m : speech_->dev_mixtures()) same.push_back(m.mixture);
            return speech_metrics(speech_->dev_mixtures(), same);
          }};
}

Contender DeepNmfProblem::oracle() const {
  return {.name = "oracle ratio mask",
          .trained = false,
          .note = "the speech's share of both magnitudes: what masks could reach at most or so",
          .measure = [this] {
            const auto& mixtures = speech_->dev_mixtures();
            return speech_metrics(mixtures, oracle_mixtures(shape_, mixtures));
          }};
}

Contender DeepNmfProblem::mask(const std::shared_ptr<const DeepNmfProblem>& other, int hidden) const {
  const DeepNmfProblem& problem = other ? *other : *this;
  const int width = problem.shape_.width();
  return {.name = detail::cat("feed-forward mask, 2 x ", hidden,
                              width > 1 ? detail::cat(", ", width, " frames") : std::string()),
          .network = mask_network(problem.validation_["V"], problem.shape_, {hidden, hidden}, settings_.seed),
          .optimizer = Adam{.rate = mask_rate(problem.shape_, hidden), .final_rate = 0.01},
          .problem = other};
}

}  // namespace unfurl::deep_nmf_model
