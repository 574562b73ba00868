#include "models/grid/pixels.hpp"

#include <algorithm>
#include <cmath>

namespace unfurl::grid_model {

std::vector<Metric> measure(const Network& network, const Dataset& images, const std::string& labels) {
  const Dataset result = network.run(images, {"x.logit"});
  const Samples& logit = result["x.logit"];
  const std::vector<float>& label = images[labels].values;
  const std::size_t pixels = images[labels].size(), planes = static_cast<std::size_t>(logit.planes);
  const std::size_t states = std::max<std::size_t>(planes, 2);
  Metric wrong{"pixel error", "%", false, 0, {}}, entropy{"cross-entropy", "nats", false, 0, {}};
  for (std::size_t image = 0; image < label.size() / pixels; ++image) {
    double errors = 0, nats = 0;
    for (std::size_t i = 0; i < pixels; ++i) {
      const auto belief = [&](std::size_t s) -> double {  // of two states one plane: the log-ratio
        if (planes == 1) return s == 0 ? 0 : logit.values[image * pixels + i];
        return logit.values[(image * planes + s) * pixels + i];
      };
      const auto truth = static_cast<std::size_t>(label[image * pixels + i]);
      std::size_t best = 0;
      double sum = 0;
      for (std::size_t s = 1; s < states; ++s)
        if (belief(s) > belief(best)) best = s;
      for (std::size_t s = 0; s < states; ++s) sum += std::exp(belief(s) - belief(best));
      errors += best != truth;
      nats += std::log(sum) + belief(best) - belief(truth);
    }
    wrong.per_item.push_back(100 * errors / static_cast<double>(pixels));
    entropy.per_item.push_back(nats / static_cast<double>(pixels));
  }
  for (Metric* m : {&wrong, &entropy}) {
    for (const double v : m->per_item) m->value += v;
    m->value /= static_cast<double>(m->per_item.size());
  }
  return {wrong, entropy};
}

}  // namespace unfurl::grid_model
