#include "models/sparse_autoencoder/model.hpp"

#include "unfurl/factors.hpp"

namespace unfurl::sparse_autoencoder_model {

Model declare(const Choice& choice, int n) {
  Model m("sparse_autoencoder");
  const double scale = static_cast<double>(n) / side, unit = is_local(choice.dictionary) ? 1 : 1 / scale;
  const auto x = m.observed("x", {n * n});
  const auto z = m.latent("z", code_extents(choice.dictionary, n), nonneg);
  const Operator D = dictionary(m, choice.dictionary, n, *choice.start);
  m.factor("fit", SquaredError{unit * x, (unit * D) * z});
  if (choice.penalty == "topk")
    m.factor("sparse", TopK{choice.count * (is_local(choice.dictionary) ? scale * scale : 1), z});
  else if (choice.penalty == "soft")
    m.factor("sparse", L1{m.param("lambda", 0.4, nonneg), z});
  else
    m.factor("sparse", L0{m.param("lambda", 0.5, nonneg), z});
  m.readout("picture", D * z);
  m.family([=](const Structure& structure) { return declare(choice, structure.at(0)); });
  return m;
}

Network unfolded(const Model& model, const Settings& settings) {
  Schedule s = unrolled(model, settings);
  if (settings.word("penalty") != "topk") s.tie("lambda").freeze("lambda");
  return s.compile();
}

}  // namespace unfurl::sparse_autoencoder_model
