/// The networks that bench_step times.
#pragma once

#include <string>
#include <vector>

#include "unfurl/unfurl.hpp"

namespace unfurl::bench {

/// What the forward pass cannot do without, over all samples and layers, whatever program does it.
struct Needs {
  double exponentials = 0, logarithms = 0, tangents = 0, divisions = 0;
  double message_numbers = 0;  ///< in the message arrays of one layer
  int layers = 0;
  int trained_layers = 0;  ///< through which gradients go
};

struct Bench {
  Network network;
  Dataset data;
  Loss loss;
  std::vector<std::string> results;
  Needs needs{};
};

/// What the command line says of a network; 0: as the PyTorch program has it.
struct Shape {
  std::string tying = "last:3";
  int given_layers = 0, given_batch = 0, given_side = 0, labels = 8;
  std::string code;  ///< a file of a code

  int layers(int standard) const { return given_layers > 0 ? given_layers : standard; }
  int batch(int standard) const { return given_batch > 0 ? given_batch : standard; }
  int side(int standard) const { return given_side > 0 ? given_side : standard; }
};

/// The convolutional network that `unfurl compare denoiser` trains for comparison: four layers of 5 x 5 filters.
Bench convolution(const Shape& shape);

inline const std::string names =
    "deep_nmf, lista, bp_grid, crf_grid, potts_grid, mean_field_grid, mean_field_dense, bch, ldpc, "
    "code or convolution";

/// "bch" or "ldpc": weights of every message and of the channel, untied; cross-entropy at every layer.
Bench decoder(const std::string& code, const Shape& shape);
/// Plain belief propagation on the code in the file `shape.code`, as decoders run it.
Bench code_of(const Shape& shape);

/// States at random, "y", and noisy observations of them, +-1.
Dataset noisy_states(Random& random, const std::string& name, int sites, int batch);

/// Throws DataError for a name that is none.
Bench make(const std::string& name, const Shape& shape);

}  // namespace unfurl::bench
