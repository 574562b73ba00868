#include "unfurl/metrics.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <complex>
#include <kissfft/kissfft.hh>
#include <limits>
#include <vector>

#include "unfurl/error.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;
using Complex = std::complex<double>;

/// The signal as doubles scaled to unit energy; the ratios do not depend on scale, the rounding would.
Eigen::VectorXd unit_energy(std::span<const float> samples, std::string_view name) {
  const Eigen::VectorXd signal =
      Eigen::Map<const Eigen::VectorXf>(samples.data(), static_cast<Eigen::Index>(samples.size()))
          .cast<double>();
  const double norm = signal.norm();
  if (!std::isfinite(norm))
    throw DataError(cat("the ", name, " signal holds a value that is not finite"), {},
                    "find out what made it before measuring its distance");
  if (norm == 0)
    throw DataError(cat("the ", name, " signal is silent, so its ratio to the distortion is undefined"), {},
                    "leave silent signals out of the evaluation");
  return signal / norm;
}

void require_same_length(std::span<const float> reference, std::span<const float> estimate) {
  if (reference.empty() || reference.size() != estimate.size())
    throw DataError(cat("signals of ", reference.size(), " (reference) and ", estimate.size(),
                        " (estimate) samples cannot be compared"),
                    {}, "give two signals of the same length, at least one sample long");
}

/// Smallest product of powers of 2, 3 and 5 that is not below n: the sizes at which the transform is fast.
std::size_t fast_size(std::size_t n) {
  std::size_t best = std::numeric_limits<std::size_t>::max();
  for (std::size_t fives = 1; fives < 5 * n; fives *= 5)
    for (std::size_t threes = fives; threes < 3 * n; threes *= 3) {
      std::size_t size = threes;
      while (size < n) size *= 2;
      best = std::min(best, size);
    }
  return best;
}

struct Correlations {
  Eigen::VectorXd automatic;  ///< sum_n reference[n] reference[n + lag], lag = 0 ... lags - 1
  Eigen::VectorXd cross;      ///< sum_n reference[n] estimate[n + lag]
};

/// Both correlations with two complex transforms: the signals travel as real and imaginary part, the (real)
/// correlations travel back in the same way.
Correlations correlations(const Eigen::VectorXd& reference, const Eigen::VectorXd& estimate,
                          Eigen::Index lags) {
  const Eigen::Index length = reference.size();
  const std::size_t size = fast_size(static_cast<std::size_t>(length + lags - 1));
  std::vector<Complex> time(size), frequency(size);
  for (Eigen::Index i = 0; i < length; ++i) time[static_cast<std::size_t>(i)] = {reference[i], estimate[i]};
  kissfft<double>(size, false).transform(time.data(), frequency.data());

  for (std::size_t k = 0; k < size; ++k) {
    const Complex z = frequency[k], mirror = std::conj(frequency[(size - k) % size]);
    const Complex r = 0.5 * (z + mirror);
    const Complex e = Complex(0, -0.5) * (z - mirror);
    time[k] = std::norm(r) + Complex(0, 1) * std::conj(r) * e;
  }
  kissfft<double>(size, true).transform(time.data(), frequency.data());

  Correlations result{Eigen::VectorXd(lags), Eigen::VectorXd(lags)};
  for (Eigen::Index lag = 0; lag < lags; ++lag) {
    const Complex both = frequency[static_cast<std::size_t>(lag)] / static_cast<double>(size);
    result.automatic[lag] = both.real();
    result.cross[lag] = both.imag();
  }
  return result;
}

/// Ratio for an estimate of unit energy of which `explained` lies in the span of the reference. What is left
/// is known to rounding only, so it is never taken for less.
double ratio_db(double explained) {
  constexpr double kRounding = 1e-15;
  return 10 * std::log10(std::max(explained, kRounding) / std::max(1 - explained, kRounding));
}

}  // namespace

double sdr(std::span<const float> reference, std::span<const float> estimate, int taps) {
  require_same_length(reference, estimate);
  if (taps < 1)
    throw DataError(cat("a distortion filter of ", taps, " taps"), {}, "take at least 1; usual is 512");
  const auto [automatic, cross] =
      correlations(unit_energy(reference, "reference"), unit_energy(estimate, "estimated"), taps);

  // The delayed references have the Gram matrix G[i, j] = automatic[|i - j|]; with G filter = cross the
  // projection has the energy filter' cross, and what it misses is orthogonal to it.
  Eigen::MatrixXd gram(taps, taps);
  for (Eigen::Index j = 0; j < taps; ++j)
    for (Eigen::Index i = 0; i < taps; ++i) gram(i, j) = automatic[std::abs(i - j)];
  // A reference of few frequencies makes G singular; LDLT is slower but leaves the vanishing pivots out.
  const Eigen::LLT<Eigen::MatrixXd> cholesky(gram);
  const Eigen::VectorXd filter =
      cholesky.info() == Eigen::Success ? cholesky.solve(cross).eval() : gram.ldlt().solve(cross).eval();
  return ratio_db(filter.dot(cross));
}

double si_sdr(std::span<const float> reference, std::span<const float> estimate) {
  require_same_length(reference, estimate);
  const double cosine = unit_energy(reference, "reference").dot(unit_energy(estimate, "estimated"));
  return ratio_db(cosine * cosine);
}

}  // namespace unfurl::audio
