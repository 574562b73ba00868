#include "models/tomosar/model.hpp"

#include <algorithm>

#include "models/tomosar/scene.hpp"
#include "unfurl/complex.hpp"
#include "unfurl/formulas.hpp"

namespace unfurl::tomosar_model {

Model declare(bool own_thresholds, double share, bool windowed) {
  Model m("tomosar");
  const Complex g = complex_observed(m, "g", {baselines});
  const ComplexParam A = complex_param(m, "A", matrix(baselines, grid), steering());
  const ComplexLatent x = complex_latent(m, "x", {grid});
  m.factor("fit", ComplexSquaredError{g, A * x});
  if (own_thresholds)
    m.factor("sparse", ComplexL1{1.0, x});
  else
    m.factor("sparse",
             ComplexL1{m.param("share", share, nonneg) * max(abs(adjoint(dense(A), {grid}) * g)), x});
  const Operator window_of_image =
      windowed ? dense(m.param("window", matrix(grid, grid), window(1.5))) : identity();
  m.readout("image", Complex(window_of_image * x.real(), window_of_image * x.imag()).pair());
  return m;
}

AlgorithmPointer hyperlista(int block) {
  return HyperLista{.threshold = 0.02,
                    .momentum = 0.6,
                    .selection = 0.0018,
                    .step = 0.05,
                    .count = HyperLista::Count::fractional,
                    .counts_support = false,
                    .floor = 0.2,
                    .ridge = 20,
                    .block = block > 0 ? std::optional(block) : std::nullopt};
}

Network unfolded(const Settings& settings) {
  const bool own = settings.algorithm == "hyperlista";
  const Model model = declare(own, 0.2, own);
  const AlgorithmPointer rule = own ? hyperlista(settings.whole("block")) : algorithm_for(model, settings);
  Schedule schedule = unrolled(model, rule, settings).tie("A").freeze("A");
  if (own) schedule.tie("window").freeze("window");
  return schedule.compile();
}

}  // namespace unfurl::tomosar_model
