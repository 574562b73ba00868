#include "models/deep_nmf/model.hpp"

#include <algorithm>

#include "unfurl/factors.hpp"
#include "unfurl/formulas.hpp"

namespace unfurl::deep_nmf_model {

Model declare(const Shape& s, const std::vector<double>& dictionary) {
  const auto bins = static_cast<std::size_t>(s.bins()), atoms = static_cast<std::size_t>(s.atoms());
  const auto present =
      dictionary.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(s.past) * bins * atoms);
  // clang-format off
  Model m("deep_nmf");
  auto V = m.observed("V", {s.bins()}, nonneg);
  auto fitted = m.param("W", matrix(s.rows(), s.atoms()), dictionary, nonneg);
  const Expr W = s.unit_columns ? unit_columns(fitted) : Expr(fitted);
  std::vector<double> weights(atoms, s.sparsity);
  std::fill(weights.begin() + s.rank, weights.end(), s.noise_sparsity);
  auto mu = m.param("mu", vector(s.atoms()), weights, nonneg);
  auto H = m.latent("H", {s.atoms()}, nonneg);
  const Expr stack = context(V, s.past, s.ahead);
  Expr explained = W * H;
  if (s.convolutive) {
    std::vector<double> faint(dictionary);
    for (double& entry : faint) entry *= 0.1;
    explained = explained + m.param("T", matrix(s.rows(), s.atoms()), faint, nonneg) * previous(H);
  }
  if (s.proximal)
    m.factor("fit", SquaredError{stack, explained});
  else if (s.learned_beta)
    m.factor("fit", BetaDivergence{m.param("beta", s.beta, s.beta > 0 ? nonneg : real), stack, explained});
  else
    m.factor("fit", BetaDivergence{s.beta, stack, explained});
  m.factor("sparse", L1{mu, H});
  if (s.start != "constant") {
    auto level = m.param("level", vector(s.atoms()), 0.1, nonneg);
    if (s.start == "mixed") {
      std::vector<double> transition(atoms * atoms, 1e-3);
      for (std::size_t i = 0; i < atoms; ++i) transition[i * atoms + i] = 1;
      auto U = m.param("U", matrix(s.atoms(), s.atoms()), transition, nonneg);
      m.start(H, U * previous(H) + level * mean(V));
    } else {
      auto u = m.param("u", vector(s.atoms()), 1, nonneg);
      m.start(H, cwise(u, previous(H)) + level * mean(V));
    }
  }
  const Expr R = s.own_reconstruction
      ? Expr(m.param("R", matrix(s.bins(), s.atoms()), {present, present + static_cast<std::ptrdiff_t>(bins * atoms)}, nonneg))
      : rows_of(W, s.past * s.bins(), s.bins());
  const Expr speech = slice(R, 0, s.rank) * slice(H, 0, s.rank);
  const Expr noise = slice(R, s.rank, s.rank) * slice(H, s.rank, s.rank);
  m.readout("speech", cwise(V, ratio_mask(speech, noise)));
  // clang-format on
  return m;
}

Network unrolled_network(const Model& model, const Shape& shape, const Settings& settings, int layers,
                         const std::string& tying) {
  Settings chosen = settings;
  chosen.layers = layers;
  chosen.tying = tying;
  Schedule s = unrolled(model, chosen);
  if (shape.own_reconstruction) s.tie("R");  // it is read in one place alone
  if (shape.start != "constant")             // so are these
    s.tie("level").tie(shape.start == "mixed" ? "U" : "u");
  if (shape.convolutive) s.tie("T");
  const std::string& learn = settings.word("learn");
  if (learn == "dictionaries" || learn == "divergence") s.freeze("mu");
  if (learn == "scalars") s.tie("W");
  if (learn == "sparsity") {
    s.freeze("W");
    if (shape.convolutive) s.freeze("T");
    if (shape.own_reconstruction) s.freeze("R");
  }
  return s.frames(shape.frames).compile();
}

}  // namespace unfurl::deep_nmf_model
