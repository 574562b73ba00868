/// Random binary grids with their exact marginals.
#pragma once

#include "models/models.hpp"

namespace unfurl::spin_glass_model {

inline int sites_of(int side) { return side * side; }
inline int edges_of(int side) { return 2 * side * (side - 1); }

/// Couplings "J" and fields "h" are data; with `own_weights` every edge weighs its coupling.
Model declare(int side, bool own_weights = true);

/// The same grids for every seed, which decides the order of training: made once. "p" is p(x = 1), and
/// "J,h" all of a grid in one array, for networks that take one.
struct Grids {
  explicit Grids(const SpinGlassSizes& sizes);
  int side;
  Dataset training, validation, test;
};

}  // namespace unfurl::spin_glass_model
