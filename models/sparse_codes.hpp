/// What the models of sparse codes share: the synthetic benchmark of [Chen18].
#pragma once

#include <limits>
#include <vector>

#include "unfurl/experiment.hpp"

namespace unfurl {

/// Codes of 500 numbers, each non-zero with probability `density` and then Gaussian, and 250 measurements b = A x of each,
/// with noise at `snr` dB below the mean power of A x.
struct SparseCodes {
  static constexpr int measurements = 250, unknowns = 500;
  std::vector<double> dictionary;  ///< A, [measurements, unknowns]
  double density = 0.1;
  double snr = std::numeric_limits<double>::infinity();

  /// Variance of the noise of a measurement.
  double noise() const;
  /// "code" and "b".
  Dataset draw(int count, std::uint64_t seed) const;
  /// The same of which every second code is 1.3 times as dense, and "weight", by which a code is rarer among these: weighted means
  /// are those of draw(). Codes that are hard and rare decide less by chance (importance sampling, with the mixture of both as
  /// proposal, so that no weight is above 2).
  Dataset draw_denser(int count, std::uint64_t seed) const;
};

/// Squared error of the result "x" to "code", times "weight".
Loss weighted_code_error();

/// Independent Gaussian entries, then columns of length one.
std::vector<double> gaussian_dictionary(std::uint64_t seed);

/// Error of the result "x" relative to the power of the codes, both summed over the whole set (the mean of single ones is
/// lower), in dB; and of every code.
Metric code_error(const Network& network, const Dataset& data);

/// Parameters of one number by name, each tried at `steps` values, a factor apart, to both sides of the best so far: all
/// combinations, then with the square root of the factors, for as many rounds. Leaves the network at the best.
void grid_search(Network& network, const std::vector<std::string>& names, double factor, int steps,
                 int rounds, const Dataset& data);

}  // namespace unfurl
