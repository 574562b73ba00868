#include "models/deep_nmf/rows.hpp"

namespace unfurl::deep_nmf_rows {

Options shared() { return {{"reconstruction", "shared"}}; }

SpeechSystem untrained(int layers) {
  return {.name = "untrained", .layers = layers, .trained = false, .role = Role::untrained};
}
SpeechSystem tied(int layers) { return {.name = "tied", .layers = layers, .role = Role::tied}; }
SpeechSystem untied(int layers) {
  return {.name = "untied", .layers = layers, .tying = "untied", .role = Role::untied};
}

SpeechSystem by_the_paper(int layers) {
  return {.name = "untied, the paper's rule",
          .layers = layers,
          .tying = "untied",
          .options = {{"optimizer", "paper"}, {"unit_columns", "yes"}},
          .note =
              "multiplicative backpropagation as published: both halves of the gradient go through all "
              "layers, and dictionaries have columns of norm one"};
}

SpeechSystem plain(int iterations) {
  return {"sparse NMF", iterations,
          "tied",       plain_inference(),
          false,        "plain inference with the fitted dictionaries and the sparsity that suits it"};
}

SpeechSystems optimizers(int k) {
  SpeechSystems s{{tied(k)}};
  s.unfolded.push_back(by_the_paper(k));
  for (const char* optimizer : {"adam", "projected", "multiplicative"})
    s.unfolded.push_back({detail::cat("untied, ", optimizer), k, "untied", {{"optimizer", optimizer}}});
  s.unfolded.push_back({"untied, kl", k, "untied", {{"objective", "kl"}}});
  s.unfolded.push_back(
      {"untied, si-sdr",
       k,
       "untied",
       {{"objective", "si-sdr"}, {"gamma", "0.0"}, {"target", "magnitude"}, {"frames", "50"}},
       true,
       "of half a second at a time: the scale of a single frame is free"});
  s.unfolded.push_back({"untied, phase-sensitive",
                        k,
                        "untied",
                        {{"target", "phase-sensitive"}, {"objective", "squared-error"}}});
  s.unfolded.push_back({"untied, noise weighted",
                        k,
                        "untied",
                        {{"gamma", "0.5"}, {"objective", "squared-error"}},
                        true,
                        "the error of the noise counts half as much as that of the speech"});
  return s;
}

SpeechSystems relatives(int k) {
  const auto recurrent = [](const char* option, const char* value) {
    return Options{{option, value}, {"frames", "8"}};
  };
  SpeechSystems s{{tied(k), untied(k)}};
  s.unfolded.push_back({"four earlier frames", k, "untied", {{"past", "4"}}});
  s.unfolded.push_back({"warm start", k, "untied", recurrent("start", "carried")});
  s.unfolded.push_back({"mixed start", k, "untied", recurrent("start", "mixed")});
  s.unfolded.push_back({"convolutive", k, "untied", recurrent("convolutive", "yes")});
  for (const char* algorithm : {"ista", "fista"}) {
    const std::string name = algorithm == std::string("ista") ? "ISTA" : "FISTA";
    Options mixed = recurrent("start", "mixed"), alone;
    mixed["beta"] = alone["beta"] = "1";  // squared errors have no other
    s.unfolded.push_back(
        {.name = name, .layers = k, .tying = "untied", .options = alone, .algorithm = algorithm});
    s.unfolded.push_back({.name = name + ", mixed start",
                          .layers = k,
                          .tying = "untied",
                          .options = mixed,
                          .algorithm = algorithm});
  }
  return s;
}

}  // namespace unfurl::deep_nmf_rows
