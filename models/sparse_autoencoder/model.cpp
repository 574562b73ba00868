#include "models/sparse_autoencoder/model.hpp"

#include "unfurl/factors.hpp"
#include "unfurl/joint_sparsity.hpp"

namespace unfurl::sparse_autoencoder_model {

Choice::Choice(const Settings& s, std::shared_ptr<const Pictures> pictures)
    : dictionary(dictionary_by_name(s.word("dictionary"))),
      penalty(s.word("penalty")),
      count((is_local(dictionary) ? kernels : 1) * s.whole("nonzeros")),
      concepts(s.whole("concepts")),
      channels(s.whole("channels")),
      start(std::move(pictures)) {
  if (penalty == "joint" && !is_local(dictionary))
    throw ModelError("joint sparsity is of kernels and of the pixels where they are",
                     "--set penalty=joint --set dictionary=" + s.word("dictionary"),
                     "take the dictionary convolution or multiplier, or the penalty topk");
}

Model declare(const Choice& choice, int n) {
  Model m("sparse_autoencoder");
  const double scale = static_cast<double>(n) / side, unit = is_local(choice.dictionary) ? 1 : 1 / scale;
  const auto x = m.observed("x", {n * n});
  const auto z = m.latent("z", code_extents(choice.dictionary, n), nonneg);
  const Lifted D = lifted(m, choice.dictionary, n, *choice.start, x, choice.channels);
  m.factor("fit", SquaredError{unit * D.seen, (unit * D.dictionary) * z});
  const double count = choice.count * (is_local(choice.dictionary) ? scale * scale : 1);
  if (choice.penalty == "topk")
    m.factor("sparse", TopK{count, z});
  else if (choice.penalty == "joint")
    m.factor("sparse", JointTopK{choice.concepts, count / choice.concepts, z});
  else if (choice.penalty == "soft")
    m.factor("sparse", L1{m.param("lambda", 0.4, nonneg), z});
  else
    m.factor("sparse", L0{m.param("lambda", 0.5, nonneg), z});
  m.readout("picture", D.picture * z);
  m.family([=](const Structure& structure) { return declare(choice, structure.at(0)); });
  return m;
}

Network unfolded(const Model& model, const Settings& settings) {
  Schedule s = unrolled(model, settings);
  const std::string& penalty = settings.word("penalty");
  if (penalty == "soft" || penalty == "jump") s.tie("lambda").freeze("lambda");
  return s.compile();
}

}  // namespace unfurl::sparse_autoencoder_model
