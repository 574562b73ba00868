// The lists of systems.
#include "models/deep_nmf/systems.hpp"

#include <algorithm>

#include "models/deep_nmf/rows.hpp"
#include "unfurl/error.hpp"

namespace unfurl {

using namespace deep_nmf_rows;

namespace {

SpeechSystems few(int layers) {
  SpeechSystems s{{plain(25)}, {{.times = 1}, {.times = 10}}};
  const std::vector<int> depths = layers == 10 ? std::vector<int>{4, 10} : std::vector<int>{layers};
  for (const int k : depths) {
    s.unfolded.push_back(untrained(k));
    s.unfolded.push_back(tied(k));
    s.unfolded.push_back({"tied, one dictionary", k, "tied", shared()});
    if (k == depths.back()) s.unfolded.push_back({"one scalar per layer", k, "scaled"});
    s.unfolded.push_back(untied(k));
    if (k == depths.back()) s.unfolded.push_back(by_the_paper(k));
  }
  return s;
}

SpeechSystems untying(int k) {
  SpeechSystems s{{untrained(k),
                   tied(k),
                   {"tied, one dictionary", k, "tied", shared()},
                   {"one scalar per layer", k, "scaled"},
                   {"sparsity per layer",
                    k,
                    "untied",
                    {{"learn", "sparsity"}},
                    true,
                    "an untied weight for every atom and layer; the fitted dictionaries stay"},
                   {"mask alone", k, "last:0"},
                   {"last 1", k, "last:1"}}};
  if (k > 3) s.unfolded.push_back({"last 3", k, "last:3"});
  if (k > 4) s.unfolded.push_back({"two blocks", k, "blocks:2"});
  s.unfolded.push_back(untied(k));
  s.unfolded.push_back(by_the_paper(k));
  s.unfolded.push_back({"untied with sparsity", k, "untied", {{"learn", "both"}}});
  s.unfolded.push_back(
      {"untied with divergence", k, "untied", {{"learn", "divergence"}}, true, "a beta for every layer"});
  s.unfolded.push_back(
      {"sparsity and divergence per layer",
       k,
       "untied",
       {{"learn", "scalars"}},
       true,
       "an untied beta and weights of the activations in every layer, one trained dictionary for all"});
  for (const double weight : {1e-5, 1e-4})
    s.unfolded.push_back(
        {.name = detail::cat("near tied, ", weight),
         .layers = k,
         .tying = "untied",
         .note = "the squared differences of the layers' logarithms from their mean are added to the loss",
         .near_tied = weight});
  s.unfolded.push_back({.name = "layer by layer",
                        .layers = k,
                        .tying = "untied",
                        .note = "each stage trains through more layers than the one before",
                        .curriculum = std::min(k, 5)});
  return s;
}

/// What untying gains, from few layers to many.
SpeechSystems depth() {
  SpeechSystems s{{plain(25)}, {}, true, true};
  for (const int k : {2, 4, 10, 25}) {
    s.unfolded.push_back(tied(k));
    s.unfolded.push_back(untied(k));
    s.unfolded.push_back(by_the_paper(k));
  }
  return s;
}

SpeechSystems paper() {
  SpeechSystems s{{plain(200), plain(25)}, {}, true, true};
  for (const int k : {4, 10}) s.unfolded.push_back(untrained(k));
  for (const int k : {4, 10, 25}) {
    s.unfolded.push_back(tied(k));
    if (k == 25) {
      s.unfolded.push_back({"tied, one dictionary", k, "tied", shared()});
      for (const int c : {0, 1, 3})
        s.unfolded.push_back({detail::cat("C=", c), k, detail::cat("last:", c), plain_inference(), true,
                              "the mask and the last C layers are trained, the others are plain inference"});
      for (const int c : {1, 3}) {
        Options adam(plain_inference());
        adam["optimizer"] = "adam";
        s.unfolded.push_back({detail::cat("C=", c, ", Adam"), k, detail::cat("last:", c), adam});
      }
    }
    s.unfolded.push_back(untied(k));
    s.unfolded.push_back(by_the_paper(k));
  }
  const Options nine{{"past", "8"}};
  s.unfolded.push_back({"nine frames, tied", 10, "tied", nine});
  s.unfolded.push_back({"nine frames, C=3", 10, "last:3", nine});
  s.unfolded.push_back({"nine frames, untied", 10, "untied", nine});
  for (const int around : {0, 4})
    for (const int hidden : {64, 256, 1024}) s.masks.push_back({.hidden = hidden, .around = around});
  return s;
}

}  // namespace

std::map<std::string, std::string> plain_inference() {
  return {{"sparsity", "5.0"}, {"noise_sparsity", "-1.0"}};
}

SpeechSystems speech_systems(const std::string& name, int layers) {
  if (name == "few") return few(layers);
  if (name == "untying") return untying(layers);
  if (name == "optimizers") return optimizers(layers);
  if (name == "masks")
    return {{untied(layers), by_the_paper(layers)},
            {{.times = 1}, {.times = 10}, {.times = 10, .around = 4}}};
  if (name == "depth") return depth();
  if (name == "relatives") return relatives(layers);
  if (name == "paper") return paper();
  throw InternalError("no systems of this name: " + name);
}

}  // namespace unfurl
