/// The networks that bench_step times.
#pragma once

#include <string>
#include <vector>

#include "unfurl/unfurl.hpp"

namespace unfurl::bench {

struct Bench {
  Network network;
  Dataset data;
  Loss loss;
  std::vector<std::string> results;
};

/// What the command line says of a network; 0: as the PyTorch program has it.
struct Shape {
  std::string tying = "last:3";
  int given_layers = 0, given_batch = 0, given_side = 0, labels = 8;

  int layers(int standard) const { return given_layers > 0 ? given_layers : standard; }
  int batch(int standard) const { return given_batch > 0 ? given_batch : standard; }
  int side(int standard) const { return given_side > 0 ? given_side : standard; }
};

/// The convolutional network that `unfurl compare denoiser` trains for comparison: four layers of 5 x 5 filters.
Bench convolution(const Shape& shape);

inline const std::string names =
    "deep_nmf, lista, bp_grid, crf_grid, potts_grid, mean_field_grid, mean_field_dense, bch, ldpc or "
    "convolution";

/// Throws DataError for a name that is none.
Bench make(const std::string& name, const Shape& shape);

}  // namespace unfurl::bench
