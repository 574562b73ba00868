/// Deep NMF with its data, and the systems that it is compared with.
#pragma once

#include <algorithm>
#include <mutex>
#include <optional>

#include "models/deep_nmf/model.hpp"
#include "models/deep_nmf/systems.hpp"
#include "models/speech/recordings.hpp"

namespace unfurl::deep_nmf_model {

class DeepNmfProblem final : public Problem {
 public:
  explicit DeepNmfProblem(const Settings& settings);

  const Model& model() const override;
  Loss loss() const override;
  Optimizer optimizer() const override { return optimizer(settings_.layers); }
  int batch() const override { return std::max(1, settings_.whole("batch") / shape_.frames); }
  Dataset validation() const override { return validation_; }
  DataSource training() const override;
  std::vector<Metric> evaluate(const Network& network) const override;
  std::vector<Grouping> groupings() const override;
  std::vector<Illustration> illustrate(const std::vector<Exhibit>& networks,
                                       const std::filesystem::path& folder) const override;
  Network network(const Settings& s) const override { return unrolled(s.layers, s.tying); }
  std::vector<Contender> contenders(const Settings& settings) const override;
  /// Masks of a network with two hidden layers on log-magnitudes.
  std::vector<Contender> baselines(const Settings& settings) const override;

 private:
  Network unrolled(int layers, const std::string& tying) const {
    return unrolled_network(model(), shape_, settings_, layers, tying);
  }
  /// How the dictionary of a source is fitted.
  SparseNmf fit(bool speech) const;
  /// The same task with other options, and with another algorithm if one is named.
  std::shared_ptr<const DeepNmfProblem> with(const std::map<std::string, std::string>& options,
                                             const std::string& algorithm = "") const;
  /// An unrolled network, of this task or of one with other options.
  Contender row(const SpeechSystem& s) const;
  /// Semi-supervised: the noise's dictionary is adapted to each mixture [Smaragdis07].
  Contender semi_supervised(int iterations) const;
  Contender unprocessed() const;
  Contender oracle() const;
  /// A feed-forward network on the frames of a problem (null: this one).
  Contender mask(const std::shared_ptr<const DeepNmfProblem>& other, int hidden) const;
  /// The one that is meant where the option leaves it open.
  std::string optimizer_name() const;
  Optimizer optimizer(int layers) const;
  /// States before the first frame.
  std::map<std::string, int> zeros() const;

  Settings settings_;
  Shape shape_;
  std::shared_ptr<const Speech> speech_;
  mutable std::once_flag declared_;
  mutable std::optional<Model> model_;
  Dataset validation_;
};

}  // namespace unfurl::deep_nmf_model
