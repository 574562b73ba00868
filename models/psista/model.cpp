#include "models/psista/model.hpp"

#include <algorithm>
#include <cmath>

#include "unfurl/operators.hpp"

namespace unfurl::psista_model {

namespace {

/// The operator of a layer, counted from 0: neighbouring measurements in turn, or Gaussian mixtures, the same ones or others.
Operator operator_of(const Sketching& s, int layer) {
  if (s.kind != "rows")
    return sketch(s.rows, s.kind == "fresh" ? 1000 + static_cast<std::uint64_t>(layer) : 1000);
  std::vector<int> entries;
  for (int i = 0; i < s.rows; ++i) entries.push_back((layer * s.rows + i) % measurements);
  return std::sqrt(static_cast<double>(measurements) / s.rows) * mask(entries);
}

/// The factor that counts in a layer.
std::string turn_of(const Sketching& s, int layer) {
  if (s.full(layer)) return "full";
  if (s.kind == "gauss") return "sketch";
  return "sketch " + std::to_string(s.kind == "rows" ? layer * s.rows % measurements : layer);
}

}  // namespace

std::string Sketching::text() const {
  if (kind == "none") return "full";
  const std::string often = period > 0 ? ", full every " + std::to_string(period) : ", never full";
  return kind + ", " + std::to_string(rows) + often;
}

Sketching sketching_of(const Settings& settings) {
  return {settings.word("sketch"), settings.whole("period"), settings.whole("rows")};
}

Sketched declare(const std::vector<double>& dictionary, const Sketching& sketching, int layers) {
  Sketched s;
  Model& m = s.model;
  const auto b = m.observed("b", {measurements});
  const auto A = m.param("A", matrix(measurements, unknowns), dictionary);
  const auto x = m.latent("x", {unknowns});
  m.factor("sparse", L1{m.param("lambda", 0.5, nonneg), x});
  for (int layer = 0; layer < layers; ++layer) {
    const std::string name = turn_of(sketching, layer);
    if (std::find(s.turns.begin(), s.turns.end(), name) == s.turns.end()) {
      const Operator part = sketching.full(layer) ? identity() : operator_of(sketching, layer);
      m.factor(name, SquaredError{part * b, sketching.full(layer) ? A * x : (part * dense(A)) * x});
    }
    s.turns.push_back(name);
  }
  return s;
}

Network unfolded(const Sketched& s, const Settings& settings) {
  if (settings.algorithm != "ista")
    throw ModelError("the layers of 'psista' are those of ISTA", "--algorithm " + settings.algorithm,
                     "leave it out");
  const ProximalGradient rule{.step = 0.4, .turns = s.turns};
  return unrolled(s.model, rule, settings).tie("A").freeze("A").compile();
}

}  // namespace unfurl::psista_model
