#include "models/superimposed_csi/model.hpp"

#include <cmath>

#include "models/superimposed_csi/frames.hpp"
#include "models/superimposed_csi/spectrum_network.hpp"
#include "unfurl/complex.hpp"
#include "unfurl/formulas.hpp"

namespace unfurl::superimposed_csi_model {

Model declare(Prior prior, std::uint64_t seed) {
  Model m("superimposed_csi");
  const Complex y = complex_observed(m, "y", {symbols});
  const Observed rho = m.observed("rho", {}, nonneg), noise = m.observed("noise", {}, nonneg);
  const Param Q = m.param("Q", matrix(symbols, antennas), walsh());
  const ComplexLatent x = complex_latent(m, "x", {antennas}), d = complex_latent(m, "d", {symbols});
  const Expr rest = 1.0 - rho, scale = sqrt(max(rho / (antennas * rest), 0.0)),
             variance = rho / (2 * antennas * rest);
  const Complex sum = dense(Q) * x + d;
  m.factor("observation", LinearGaussian{noise / (2 * rest), y.pair() / sqrt(max(rest, 0.0)), sum.pair()});
  if (prior == Prior::gaussian) {
    m.factor("channel_prior", GaussianPrior{variance, x.latent()});
  } else {
    const Param threshold = m.param("threshold", 1.5, nonneg);
    if (prior == Prior::spectral)
      m.factor("channel_prior", SpectralPrior{threshold, variance, x.latent()});
    else
      m.factor("channel_prior", declare_spectrum_network(m, threshold, variance, x.latent(), 12, seed));
  }
  m.factor("symbols", OneOf{{-std::sqrt(0.5), std::sqrt(0.5)}, d.latent()});
  m.readout("channel", x.pair() / scale);
  return m;
}

Schedule schedule(const Model& model, const InterferenceCancellation& algorithm, int layers) {
  return unroll(model, algorithm, layers).freeze("Q");
}

}  // namespace unfurl::superimposed_csi_model
