#include "models/restore/restored.hpp"

#include "models/exhibits.hpp"

namespace unfurl::restore_model {

std::vector<Illustration> restored_pictures(const std::vector<Exhibit>& networks, const Division& data) {
  constexpr int most = 2;
  std::vector<Illustration> all;
  for (int which = 0; which < std::min(most, data.test.samples()); ++which) {
    const Dataset one = data.test.slice(which, 1);
    Illustration shown;
    shown.title = detail::cat("Test picture ", which);
    const auto show = [&](const std::string& name, std::vector<float> pixels) {
      for (float& v : pixels) v = std::clamp(v, 0.0F, 1.0F);
      shown.panels.push_back({name, data.height, data.width, std::move(pixels), {}});
    };
    show("degraded", one["y"].values);
    show("clean", one["clean"].values);
    for (const Exhibit& exhibit : networks)
      show(label_of(exhibit, networks), exhibit.network.run(one, {"x"})["x"].values);
    all.push_back(std::move(shown));
  }
  return all;
}

}  // namespace unfurl::restore_model
