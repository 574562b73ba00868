/// Generative fitting of dictionaries: sparse non-negative matrix factorisation of clean sources.
#pragma once

#include <cstdint>
#include <vector>

#include "unfurl/data.hpp"

namespace unfurl {

/// Minimises D_beta(V | W H) + sparsity * sum(H) over W and H >= 0 with columns of W of Euclidean norm one, by
/// multiplicative updates that respect the norm [LeRoux15b]:
///   N = (V / L^(2-beta)) H^T,  P = L^(beta-1) H^T,   W <- W * ( N + W 1(P * W) ) / ( P + W 1(N * W) ), normalised,
/// where 1(A) holds column sums in every row. Starts from uniform random numbers, or from a dictionary of which the first
/// atoms may stay: semi-supervised NMF [Smaragdis07] knows the speech and finds the noise in the mixture itself.
///
/// Frames may have any unit: V times c gives the same dictionary, with sparsity times c^(beta - 1). Entries that are zero count
/// as the smallest one that is not, and those below 10^(-30 / max(1, 2 - beta)) of the largest as that, unless beta is 2.
struct SparseNmf {
  int rank = 100;
  double beta = 1;
  double sparsity = 5;
  int iterations = 100;
  std::uint64_t seed = 1;
  int threads = 0;              ///< 0: all; results do not depend on it
  std::vector<double> start{};  ///< W before the first iteration, [rows, rank]; empty: random
  int fixed = 0;                ///< so many atoms of `start`, the first ones, stay as they are
};

struct Dictionary {
  int rows = 0, rank = 0;
  std::vector<double> W;  ///< [rows, rank], row-major, unit columns but for the fixed ones
  std::vector<double>
      objective;  ///< after every iteration, in the unit of V^beta; never rises by more than rounding
};

/// `frames` are samples of [1, rows]. Throws DataError for negative or non-finite entries or options, for no frames at all,
/// and for a start that does not fit; NumericalError where single precision does not do.
Dictionary fit_dictionary(const Samples& frames, const SparseNmf& options);

}  // namespace unfurl
