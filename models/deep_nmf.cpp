/// Deep NMF for speech enhancement [Hershey14], [LeRoux15]: magnitudes of noisy speech are explained by a dictionary whose
/// first half is speech and whose second half is noise; K multiplicative updates find the activations, and the share of
/// the speech is the mask.
///
/// The dictionary is first fitted to clean speech and to noise alone (sparse NMF). Training then gives every layer a copy
/// of its own, and the mask another, so that the masked magnitudes come near the clean ones. Frames may be inferred with
/// their neighbours, and one after the other, each starting from what the last one found [Wisdom17].
#include "models/deep_nmf/problem.hpp"
#include "models/models.hpp"
#include "models/speech/enhance.hpp"

namespace unfurl::deep_nmf_model {

namespace {

class DeepNmf final : public AudioTask {
 public:
  std::string name() const override { return "deep_nmf"; }
  std::string summary() const override {
    return "speech enhancement by unfolded sparse NMF; data: a folder of speech, noise and mixtures";
  }
  Settings defaults() const override {
    Settings s = defaults_of("mu", usual_layers, "untied", 7);
    s.average = 0.5;
    return s;
  }
  std::vector<Option> options() const override { return choices(); }
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

}  // namespace unfurl::deep_nmf_model

std::shared_ptr<const unfurl::Task> unfurl::deep_nmf() { return std::make_shared<deep_nmf_model::DeepNmf>(); }
