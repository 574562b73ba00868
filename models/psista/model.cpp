#include "models/psista/model.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

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

/// The factor that looks at all measurements, or at what the operator leaves of them.
FactorSpec fit(const Observed& b, const Param& A, const Latent& x, const Operator* part) {
  if (part == nullptr) return SquaredError{b, A * x};
  return SquaredError{*part * b, (*part * dense(A)) * x};
}

/// 1 / L of layers that look at that.
double safe_step(const std::vector<double>& dictionary, const Operator* part) {
  Model m("turn");
  const auto b = m.observed("b", {measurements});
  const auto A = m.param("A", matrix(measurements, unknowns), dictionary);
  m.factor("fit", fit(b, A, m.latent("x", {unknowns}), part));
  return unroll(m, ProximalGradient{}, 1).compile().parameter("ista.step").values[0];
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
  std::map<std::string, double> safe;
  for (int layer = 0; layer < layers; ++layer) {
    const std::string name = turn_of(sketching, layer);
    if (!safe.contains(name)) {
      std::optional<Operator> part;
      if (!sketching.full(layer)) part = operator_of(sketching, layer);
      m.factor(name, fit(b, A, x, part ? &*part : nullptr));
      safe[name] = safe_step(dictionary, part ? &*part : nullptr);
    }
    s.turns.push_back(name);
    s.safe_steps.push_back(safe[name]);
  }
  return s;
}

Network unfolded(const Sketched& s, const Settings& settings) {
  if (settings.algorithm != "ista")
    throw ModelError("the layers of 'psista' are those of ISTA", "--algorithm " + settings.algorithm,
                     "leave it out");
  Network network =
      unrolled(s.model, ProximalGradient{.turns = s.turns}, settings).tie("A").freeze("A").compile();
  constexpr double longer = 2.3;  // what is left of codes is sparse, and A takes less of that than its norm
  for (Parameter& p : network.parameters()) {
    if (p.base != "ista.step") continue;
    double least = HUGE_VAL;
    for (const int layer : p.places) least = std::min(least, s.safe_steps[static_cast<std::size_t>(layer)]);
    p.values[0] = longer * least;
  }
  return network;
}

}  // namespace unfurl::psista_model
