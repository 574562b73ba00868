// What the command line may choose.
#include "models/deep_nmf/shape.hpp"

namespace unfurl::deep_nmf_model {

std::vector<Option> choices() {
  using Scope = Option::Scope;
  using Whole = Option::Whole;
  using Number = Option::Number;
  using Word = Option::Word;
  using Flag = Option::Flag;
  return {
      {"window", Whole{400, 16, 8192}, "samples under the window, even"},
      {"hop", Whole{160, 1, 8191}, "samples from frame to frame, fewer than the window's"},
      {"fft", Whole{0, 0, 16384}, "samples that are transformed, zeros after the window; 0: the window's"},
      {"past", Whole{0, 0, 100}, "earlier frames that a frame is explained with"},
      {"ahead", Whole{0, 0, 100},
       "later frames that a frame is explained with; each delays the sound by a hop"},
      {"frames", Whole{1, 1, 1000}, "consecutive frames in a training sample"},
      {"rank", Whole{100, 1, 10000}, "atoms of each source"},
      {"sparsity", Number{0.2, 0, 1e6}, "weight of the sum of the activations"},
      {"noise_sparsity", Number{-1, -1, 1e6},
       "the same for the noise's activations; negative: the same number"},
      {"beta", Number{usual_beta, -2, 4},
       "of the divergence: 0 Itakura-Saito, 1 Kullback-Leibler, 2 Euclidean"},
      {"start", Word{"constant", {"constant", "carried", "mixed"}},
       "activations start equal, from the last frame's, or from a learned mixture of these"},
      {"convolutive", Flag{false},
       "whether a second dictionary explains what the last frame's activations leave behind"},
      {"reconstruction", Word{"own", {"own", "shared"}},
       "the mask's dictionary: a parameter of its own, or the layers'"},
      {"unit_columns", Flag{false},
       "whether the dictionary's columns are divided by their norms, as [LeRoux15] writes the model"},
      {"learn", Word{"dictionaries", {"dictionaries", "sparsity", "both", "divergence", "all", "scalars"}},
       "what is trained: dictionaries, weights of the activations, both, dictionaries and beta, all of "
       "these, or all with one dictionary for all layers"},
      {"target", Word{"magnitude", {"magnitude", "phase-sensitive"}},
       "what masked magnitudes should be: |S|, or what of S has the mixture's phase", Scope::loss},
      {"objective", Word{"squared-error", {"squared-error", "kl", "si-sdr"}}, "loss of the training",
       Scope::loss},
      {"gamma", Number{0, 0, 1e6}, "weight of the noise's error beside the speech's", Scope::loss},
      {"optimizer", Word{"auto", {"auto", "multiplicative", "paper", "adam", "projected"}},
       "multiplicative: multiplicative steps from averaged positive and negative entries of the gradient; "
       "paper: multiplicative backpropagation as published, both halves propagated, for unit_columns=yes; "
       "adam: Adam on logarithms; projected: projected Adam; auto: the first, or Adam for proximal steps and "
       "parameters of either sign",
       Scope::training},
      {"rate", Number{0, 0, 10},
       "wanted change of a multiplicative step, exponent of the published one, or learning rate of Adam; 0 "
       "chooses one",
       Scope::training},
      {"mixtures", Whole{700, 1, 1000000}, "mixtures in an epoch, at most as many as the folder lists",
       Scope::training},
      {"batch", Whole{512, 1, 1000000}, "frames in a batch", Scope::training},
      {"systems", Word{"few", {"few", "paper", "untying", "optimizers", "depth", "relatives", "masks"}},
       "what compare trains: the usual rows, those of the published experiment, those between tied and "
       "untied, optimizers and objectives, the gain of untying by depth, layers that look at other frames "
       "and proximal ones, or the untied network against masks alone",
       Scope::comparing},
      {"vary", Flag{true},
       "whether speech and noise are put together anew, with other speeds, for every epoch", Scope::training},
      {"excerpt", Number{usual_excerpt, 0, 3600}, "most seconds of a varied mixture; 0: all of its speech",
       Scope::training},
  };
}

}  // namespace unfurl::deep_nmf_model
