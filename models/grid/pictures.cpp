#include "models/grid/pictures.hpp"

#include <cmath>

#include "models/exhibits.hpp"
#include "models/grid/pixels.hpp"
#include "unfurl/at.hpp"

namespace unfurl::grid_model {

namespace {

Panel empty_panel(const std::string& name, int side, const Colours& colours) {
  Panel panel{name, side, side, {}, {}};
  panel.planes = colours.empty() ? 1 : 3;
  panel.values.resize(at(panel.planes) * at(side) * at(side));
  return panel;
}

/// The mean of the states' colours; `weight(state, pixel)` sums to one over states.
template <class Weight>
Panel mixed(const std::string& name, int side, const Colours& colours, Weight weight) {
  Panel panel = empty_panel(name, side, colours);
  const std::size_t pixels = at(side) * at(side);
  for (std::size_t i = 0; i < pixels; ++i) {
    if (colours.empty()) panel.values[i] = static_cast<float>(weight(1, i));
    for (std::size_t s = 0; s < colours.size(); ++s)
      for (std::size_t c = 0; c < 3; ++c)
        panel.values[c * pixels + i] += static_cast<float>(weight(s, i)) * colours[s][c];
  }
  return panel;
}

/// The marginals of one image, [states, pixels].
std::vector<double> marginals(const Samples& logit) {
  const std::size_t pixels = at(logit.rows), planes = at(logit.planes),
                    states = std::max<std::size_t>(planes, 2);
  std::vector<double> p(states * pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    double sum = 0, most = 0;
    const auto belief = [&](std::size_t s) -> double {  // of two states one plane: the log-ratio
      return planes == 1 ? (s == 0 ? 0 : logit.values[i]) : logit.values[s * pixels + i];
    };
    for (std::size_t s = 0; s < states; ++s) most = std::max(s == 0 ? belief(0) : most, belief(s));
    for (std::size_t s = 0; s < states; ++s) sum += p[s * pixels + i] = std::exp(belief(s) - most);
    for (std::size_t s = 0; s < states; ++s) p[s * pixels + i] /= sum;
  }
  return p;
}

Illustration of_image(const std::vector<Exhibit>& networks, const Dataset& image, const std::string& seen,
                      const std::string& labels, int side, const Colours& colours) {
  const std::size_t pixels = at(side) * at(side);
  Illustration shown;
  shown.caption = colours.empty() ? "Brightness: the probability that a pixel is bright."
                                  : "Colours of pixels, mixed as their marginals say.";
  Panel noisy = empty_panel("noisy", side, colours);
  for (std::size_t i = 0; i < noisy.values.size(); ++i)
    noisy.values[i] = std::clamp((image[seen].values[i] + 1) / 2, 0.0F, 1.0F);
  shown.panels.push_back(std::move(noisy));
  shown.panels.push_back(mixed("clean", side, colours, [&](std::size_t s, std::size_t i) {
    return static_cast<std::size_t>(image[labels].values[i]) == s ? 1.0 : 0.0;
  }));
  for (const Exhibit& exhibit : networks) {
    const std::vector<double> p = marginals(exhibit.network.run(image, {"x.logit"})["x.logit"]);
    const double wrong = measure(exhibit.network, image, labels)[0].value;
    shown.panels.push_back(
        mixed(detail::cat(label_of(exhibit, networks), ": ", std::round(10 * wrong) / 10, " % wrong"), side,
              colours, [&](std::size_t s, std::size_t i) { return p[s * pixels + i]; }));
  }
  return shown;
}

}  // namespace

std::vector<Illustration> restored_pictures(const std::vector<Exhibit>& networks, const Dataset& images,
                                            const std::string& seen, const std::string& labels, int side,
                                            const Colours& colours) {
  if (networks.empty()) return {};
  const Chosen chosen = choose(measure(networks.front().network, images, labels)[0].per_item);
  std::vector<Illustration> all;
  for (const bool worst : {false, true}) {
    const std::size_t which = worst ? chosen.worst : chosen.middling;
    all.push_back(of_image(networks, images.slice(static_cast<int>(which), 1), seen, labels, side, colours));
    all.back().title = detail::cat("Image ", which, ", ", worst ? "the hardest" : "a middling one", " for '",
                                   networks.front().name, "'");
  }
  return all;
}

}  // namespace unfurl::grid_model
