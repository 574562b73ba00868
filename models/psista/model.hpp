/// The model whose layers look at sketches of the measurements.
#pragma once

#include <string>
#include <vector>

#include "models/models.hpp"
#include "models/sparse_codes.hpp"

namespace unfurl::psista_model {

constexpr int measurements = SparseCodes::measurements, unknowns = SparseCodes::unknowns;

/// What layers do that are not full.
struct Sketching {
  std::string kind;  ///< none, rows, gauss, fresh
  int period = 2;    ///< every so many layers one is full; 0: none
  int rows = 100;

  bool full(int layer) const { return kind == "none" || (period > 0 && (layer + 1) % period == 0); }
  std::string text() const;
};
Sketching sketching_of(const Settings& settings);

/// A factor for each of the operators that layers look through, and for each layer the name of the one that counts, and 1 / L
/// of that: sketches have larger norms than A.
struct Sketched {
  Model model{"psista"};
  std::vector<std::string> turns;
  std::vector<double> safe_steps;
};

Sketched declare(const std::vector<double>& dictionary, const Sketching& sketching, int layers);
/// The dictionary is known and stays; steps start in proportion to the safe ones. Throws ModelError for another algorithm than ISTA.
Network unfolded(const Sketched& s, const Settings& settings);

}  // namespace unfurl::psista_model
