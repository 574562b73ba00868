/// Restoring pictures x from y = A x + noise, where A is a blur, or keeps few of the frequencies:
///
///     minimise over x   1/2 |y - A x|^2 + g(x)
///
/// by proximal gradient or ADMM. With g the total variation [Rudin92] that is a classical algorithm, whose layers learn
/// their steps and weights; with g known by its proximal map alone, a small convolutional network, the map is learned, too
/// [Venkatakrishnan13], [Zhang17].
#include "models/models.hpp"
#include "models/restore/problem.hpp"
#include "models/restore/proximal_network.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/operators.hpp"

namespace unfurl::restore_model {

Model declare(const Choice& choice) {
  Model m("restore");
  const int h = choice.height, w = choice.width;
  auto y = m.observed("y", {h, w});
  auto x = m.latent("x", {h, w});
  const Operator A =
      choice.few_frequencies
          ? fourier(m.param("kept", vector(h * (w / 2 + 1)), kept_frequencies(h, w)))
          : convolution(
                m.param("blur", matrix(1, 25), blur_weights()),
                {.height = 5, .width = 5, .padding_down = 2, .padding_right = 2, .border = Border::circular});
  m.start(x, y);
  m.factor("fit", SquaredError{y, A * x});
  if (choice.learned) {
    m.factor("prior", declare_proximal_network(m, x, channels, choice.seed));
  } else {
    auto lambda = m.param("lambda", choice.weight, nonneg);
    if (choice.admm)
      m.factor("prior", L1{lambda, grid_differences() * x});
    else
      m.factor("prior", TotalVariation{lambda, x, 10});
  }
  return m;
}

Network unfolded(const Model& model, const Settings& settings) {
  Schedule s = unrolled(model, settings);
  s.freeze(settings.word("task") == "frequencies" ? "kept" : "blur");
  return s.compile();
}

namespace {

class Restore final : public Task {
 public:
  explicit Restore(const PictureSizes& sizes) : sizes_(sizes) {}
  std::string name() const override { return "restore"; }
  std::string summary() const override {
    return "blurred pictures and such of few frequencies; data: a folder in MNIST's format, or made at run "
           "time";
  }
  std::string data() const override { return "a folder with train- and t10k-images-idx3-ubyte.gz"; }
  Settings defaults() const override { return defaults_of("ista", 8, "untied", 20); }
  std::vector<Option> options() const override {
    return {{"task", Option::Word{"blur", {"blur", "frequencies"}}, "what degrades the pictures"},
            {"prior", Option::Word{"network", {"network", "tv"}},
             "a learned proximal network, or total variation; compare has both"}};
  }
  std::unique_ptr<Problem> prepare(const Settings& settings) const override {
    const Settings all = complete(*this, settings);
    return make_problem(std::make_shared<const Division>(divide(sizes_, all)), all);
  }
  Model sketch(const Settings& settings) const override {
    return declare(Choice(complete(*this, settings), sizes_.side, sizes_.side));
  }
  Network sketch_network(const Settings& settings) const override {
    return unfolded(sketch(settings), complete(*this, settings));
  }

 private:
  PictureSizes sizes_;
};

}  // namespace

}  // namespace unfurl::restore_model

std::shared_ptr<const unfurl::Task> unfurl::restore(const PictureSizes& sizes) {
  return std::make_shared<restore_model::Restore>(sizes);
}
