// The projection in three ways, each with an estimate of its error; the first whose error does not matter counts.
#include "audio/metrics/projection.hpp"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <complex>
#include <kissfft/kissfft.hh>
#include <limits>
#include <numeric>
#include <optional>
#include <vector>

#include "unfurl/at.hpp"
#include "unfurl/error.hpp"

namespace unfurl::audio {
namespace {

using Complex = std::complex<double>;
__extension__ typedef __float128 Quadruple;

constexpr double double_rounding = std::numeric_limits<double>::epsilon() / 2;
constexpr double quadruple_rounding = 0x1p-113;
/// Error that is allowed, relative to the smaller one of the two amplitudes. The estimates lie a hundredfold above the errors.
constexpr double allowed = 1e-4;

/// The signal scaled by a power of two to a largest magnitude from 1 to 2: as exact as it was given, since where delays are
/// nearly dependent the last bits count.
std::vector<double> exactly(std::span<const float> samples) {
  std::vector<double> signal(samples.begin(), samples.end());
  double largest = 0;
  for (const double x : signal) largest = std::max(largest, std::abs(x));
  const int exponent = std::ilogb(largest);
  for (double& x : signal) x = std::ldexp(x, -exponent);
  return signal;
}

double energy(const std::vector<double>& signal) {
  return std::inner_product(signal.begin(), signal.end(), signal.begin(), 0.0);
}

// ---- Normal equations: quick, where the delays are far from dependent ----------------------------------

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

/// Solves G filter = cross, where G[i, j] = automatic[|i - j|] holds the products of the delayed references and `cross` those
/// with the estimate. The energies are those of the filtered reference and of what it leaves of the estimate themselves, so
/// an error of the filter counts squared. Nothing where that might matter.
std::optional<Projection> project_by_normal_equations(const std::vector<double>& reference,
                                                      const std::vector<double>& estimate, int taps) {
  const std::size_t size = fast_size(reference.size() + at(taps) - 1);
  std::vector<Complex> time(size), both(size), frequency(size);
  const kissfft<double> forward(size, false), backward(size, true);
  // The signals travel as real and imaginary part, the (real) correlations travel back in the same way.
  for (std::size_t i = 0; i < reference.size(); ++i) time[i] = {reference[i], estimate[i]};
  forward.transform(time.data(), both.data());
  const auto spectra = [&](std::size_t k) {
    const Complex z = both[k], mirror = std::conj(both[(size - k) % size]);
    return std::pair{0.5 * (z + mirror), Complex(0, -0.5) * (z - mirror)};
  };
  for (std::size_t k = 0; k < size; ++k) {
    const auto [r, e] = spectra(k);
    time[k] = std::norm(r) + Complex(0, 1) * std::conj(r) * e;
  }
  backward.transform(time.data(), frequency.data());
  const double n = static_cast<double>(size);
  Eigen::VectorXd automatic(taps), cross(taps);
  for (int lag = 0; lag < taps; ++lag) {
    automatic[lag] = frequency[at(lag)].real() / n;
    cross[lag] = frequency[at(lag)].imag() / n;
  }

  Eigen::MatrixXd gram(taps, taps);
  for (Eigen::Index j = 0; j < taps; ++j)
    for (Eigen::Index i = 0; i < taps; ++i) gram(i, j) = automatic[std::abs(i - j)];
  const Eigen::LLT<Eigen::MatrixXd> cholesky(gram);
  const double condition = cholesky.info() == Eigen::Success ? cholesky.rcond() : 0;
  if (!(condition > 100 * taps * double_rounding)) return {};  // else the condition itself is rounding
  const Eigen::VectorXd filter = cholesky.solve(cross);

  std::fill(time.begin(), time.end(), Complex(0));
  for (int lag = 0; lag < taps; ++lag) time[at(lag)] = filter[lag];
  forward.transform(time.data(), frequency.data());
  Projection result;
  for (std::size_t k = 0; k < size; ++k) {
    const auto [r, e] = spectra(k);
    const Complex projection = r * frequency[k];
    result.explained += std::norm(projection) / n;
    result.missed += std::norm(e - projection) / n;
  }
  // G and `cross` are known to rounding; what that leaves of the gradient costs this much energy.
  const double norm = gram.cwiseAbs().colwise().sum().maxCoeff();
  const double gradient = taps * double_rounding * (norm * filter.norm() + cross.norm());
  const double smaller = std::min(result.explained, result.missed);
  const double total = energy(estimate), transforms = 100 * double_rounding * std::sqrt(total);
  if (!(gradient * gradient / (condition * norm) < 1e-9 * smaller) ||
      !(transforms < allowed * std::sqrt(smaller)))
    return {};
  return Projection{result.explained / total, result.missed / total};
}

// ---- Lattice: orthogonal delays, one after the other ---------------------------------------------------

/// Sums over the samples, each in eight parts, which the compiler turns into vector registers.
template <class Real>
struct Sum {
  Real parts[8] = {};
  Real total() const {
    return ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]));
  }
};

/// The least-squares lattice [Itakura71, Cybenko84]: what the reference's delay m does not share with those before it is its
/// backward prediction error, which follows from the forward error of the same order. So the delays become orthogonal as by
/// Gram and Schmidt, in time O(length taps), from the samples and never from their correlations, whose condition is the
/// square. The estimate loses its part along each of them in turn.
template <class Real>
class Lattice {
 public:
  Lattice(const std::vector<double>& reference, const std::vector<double>& estimate, int taps)
      : length_(reference.size()),
        taps_(at(taps)),
        forward_(length_ + taps_ + 1),
        backward_(length_ + 2 * taps_ + 1),
        rest_(length_ + taps_ + 1),
        forward_filter_(Eigen::VectorXd::Zero(taps + 1)),
        backward_filter_(Eigen::VectorXd::Zero(taps + 1)) {
    for (std::size_t i = 0; i < length_; ++i) {
      forward_[i] = backward_[taps_ + i] = static_cast<Real>(reference[i]);
      rest_[i] = static_cast<Real>(estimate[i]);
    }
    forward_filter_[0] = backward_filter_[0] = 1;
  }

  std::optional<Projection> project(double rounding, double negligible) {
    const Products start = products(0);
    const double scale = std::sqrt(static_cast<double>(start.backward / start.rest));
    Projection result{0, 1};
    double error = 0;  // of either amplitude
    for (std::size_t m = 0; m < taps_; ++m) {
      const Products p = products(m);
      result.missed = static_cast<double>(p.rest / start.rest);
      if (result.missed < negligible) break;
      const Real share = p.rest_backward / p.backward;
      result.explained += static_cast<double>(share * share * p.backward / start.rest);
      // As a filter of the reference the backward error is known to rounding times the norm of the filter.
      error += rounding * backward_filter_.norm() *
               (scale * std::abs(static_cast<double>(share)) +
                std::sqrt(result.missed * static_cast<double>(start.backward / p.backward)));
      next_order(m, share, p.forward_delayed / p.backward);
    }
    if (result.missed >= negligible) result.missed = static_cast<double>(products(taps_).rest / start.rest);
    const double smaller = std::min(result.explained, result.missed);
    if (!(error < std::max(allowed * std::sqrt(smaller), std::sqrt(negligible)))) return {};
    return result;
  }

 private:
  /// Of the errors of order m; `delayed` is the backward error one sample later.
  struct Products {
    Real backward{}, rest{}, rest_backward{}, forward_delayed{};
  };
  Products products(std::size_t m) const {
    const Real *forward = forward_.data(), *backward = &backward_[taps_ - m], *rest = rest_.data();
    Sum<Real> bb, rr, rb, fd;
    const auto add = [&](std::size_t t, std::size_t part) {
      bb.parts[part] += backward[t] * backward[t];
      rr.parts[part] += rest[t] * rest[t];
      rb.parts[part] += rest[t] * backward[t];
      fd.parts[part] += forward[t + 1] * backward[t];
    };
    const std::size_t reach = length_ + m;
    std::size_t t = 0;
    for (; t + 8 <= reach; t += 8)
      for (std::size_t part = 0; part < 8; ++part) add(t + part, part);
    for (; t < reach; ++t) add(t, 0);
    return {bb.total(), rr.total(), rb.total(), fd.total()};
  }

  /// Takes the share of the backward error from the rest, then brings both errors to order m + 1. Every order delays the
  /// backward error by one sample: its beginning moves instead, over a zero.
  void next_order(std::size_t m, Real share, Real reflection) {
    Real *forward = forward_.data(), *delayed = &backward_[taps_ - m - 1], *rest = rest_.data();
    const std::size_t reach = length_ + m + 1;
    for (std::size_t t = 0; t < reach; ++t) {
      const Real f = forward[t], b = delayed[t];
      rest[t] -= share * delayed[t + 1];
      forward[t] = f - reflection * b;
      delayed[t] = b - reflection * f;
    }
    const double k = static_cast<double>(reflection);
    for (auto i = static_cast<Eigen::Index>(m) + 1; i >= 0; --i) {
      const double f = forward_filter_[i], b = i > 0 ? backward_filter_[i - 1] : 0;
      forward_filter_[i] = f - k * b;
      backward_filter_[i] = b - k * f;
    }
  }

  std::size_t length_, taps_;
  std::vector<Real> forward_, backward_, rest_;
  Eigen::VectorXd forward_filter_, backward_filter_;  // that make the errors out of the reference
};

}  // namespace

Projection project_on_delays(std::span<const float> reference, std::span<const float> estimate, int taps,
                             double negligible) {
  const std::vector<double> r = exactly(reference), e = exactly(estimate);
  if (taps > 1)
    if (const auto found = project_by_normal_equations(r, e, taps)) return *found;
  if (const auto found = Lattice<double>(r, e, taps).project(double_rounding, negligible)) return *found;
  if (const auto found = Lattice<Quadruple>(r, e, taps).project(quadruple_rounding, negligible))
    return *found;
  throw NumericalError(detail::cat("the ", taps,
                                   " delays of the reference are so nearly dependent that "
                                   "what they explain of the estimate cannot be told"),
                       {}, "allow a shorter distortion filter, with fewer taps");
}

}  // namespace unfurl::audio
