// Sparse NMF in tiles of frames; tiles belong to a fixed number of slots, summed in order.
#include "unfurl/sparse_nmf.hpp"

#include <omp.h>

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/floors.hpp"

namespace unfurl {

namespace {

using detail::cat;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr float smallest = static_cast<float>(floors::smallest);
constexpr int tile_frames = 256;
constexpr int slots = 8;

/// Columns to norm one, but for the first `fixed` ones.
void normalise(Matrix& w, int fixed) {
  auto free = w.rightCols(w.cols() - fixed);
  const Eigen::RowVectorXf norm = free.cast<double>().colwise().norm().cast<float>().cwiseMax(smallest);
  free.array().rowwise() /= norm.array();
}

/// The frames in units of about their largest entry, so that no unit leaves the range of floats.
class Scale {
 public:
  Scale(const Samples& frames, const SparseNmf& o) : beta_(o.beta) {
    float largest = 0, least = std::numeric_limits<float>::max();
    for (const float v : frames.values) {
      if (!(v >= 0) || !std::isfinite(v))
        throw DataError(cat("a frame to factorise holds ", v), "", "give finite magnitudes");
      largest = std::max(largest, v);
      if (v > 0) least = std::min(least, v);
    }
    if (largest > 0) exponent_ = std::ilogb(largest);  // a power of two, which rounds nothing
    largest_ = largest > 0 ? down(largest) : 1;
    least_ = static_cast<float>(std::pow(10, -30 / std::max(1.0, 2 - o.beta)));
    silence_ = largest > 0 ? std::max(least_, down(least)) : static_cast<float>(floors::share);
    sparsity_ = static_cast<float>(o.sparsity * std::exp2((1 - beta_) * exponent_));
    if (!std::isfinite(sparsity_))
      throw DataError(
          cat("a sparsity of ", o.sparsity, " is beyond all floats beside frames with entries of ", largest,
              " and beta ", beta_),
          "", "scale the frames to entries of about one, or lower the sparsity");
  }
  float largest() const { return largest_; }  ///< of the scaled entries, from 1 to 2
  /// The powers that beta asks for, of this and of what is larger, are floats.
  float least() const { return least_; }
  float sparsity() const { return sparsity_; }
  float down(float v) const { return std::ldexp(v, -exponent_); }
  /// But for beta 2 there are logarithms, quotients and powers of the entries.
  float entry(float v) const { return beta_ == 2 ? down(v) : v == 0 ? silence_ : std::max(least_, down(v)); }
  double objective(double of_scaled) const { return of_scaled * std::exp2(beta_ * exponent_); }

 private:
  double beta_;
  int exponent_ = 0;
  float largest_ = 1, least_ = 0, silence_ = 0, sparsity_ = 0;
};

/// What the dictionary update needs from the frames.
struct Sums {
  Matrix n, p;
  double objective = 0;
};

Eigen::ArrayXXf power(const Matrix& m, double exponent) {
  if (exponent == 0) return Eigen::ArrayXXf::Ones(m.rows(), m.cols());
  if (exponent == -1) return m.array().inverse();
  if (exponent == 1) return m.array();
  return m.array().pow(static_cast<float>(exponent));
}

/// The divergence of one tile.
double divergence(const Matrix& target, const Matrix& approximation, double beta) {
  const Eigen::ArrayXXd v = target.array().cast<double>(), l = approximation.array().cast<double>();
  if (beta == 2) return 0.5 * (v - l).square().sum();
  if (beta == 1) return (v * (v / l).log() - v + l).sum();
  if (beta == 0) return (v / l - (v / l).log() - 1).sum();
  return (v.pow(beta) + (beta - 1) * l.pow(beta) - beta * v * l.pow(beta - 1)).sum() / (beta * (beta - 1));
}

/// Updates the activations of one tile, then adds its part of the dictionary's sums. With beta 1 the powers below are
/// one everywhere, and the products with them are sums.
void update_tile(const Matrix& v, const Matrix& w, Matrix& h, double b, const Scale& scale, Sums& sums) {
  const float mu = scale.sparsity();
  Matrix l, quotient;
  const auto explain = [&] {
    l.noalias() = w * h;
    l = l.cwiseMax(scale.least());
    quotient = (v.array() * power(l, b - 2)).matrix();
  };
  explain();
  if (b == 1)
    h.array() *= (w.transpose() * quotient).array().colwise() /
                 (w.colwise().sum().transpose().array() + mu + smallest);
  else
    h.array() *= (w.transpose() * quotient).array() /
                 ((w.transpose() * power(l, b - 1).matrix()).array() + mu + smallest);
  explain();
  sums.objective += divergence(v, l, b) + static_cast<double>(mu) * h.cast<double>().sum();
  sums.n.noalias() += quotient * h.transpose();
  if (b == 1)
    sums.p.rowwise() += h.rowwise().sum().transpose();
  else
    sums.p.noalias() += power(l, b - 1).matrix() * h.transpose();
}

void update_dictionary(Matrix& w, const Matrix& n, const Matrix& p, int fixed) {
  const Eigen::RowVectorXf pw = p.cwiseProduct(w).colwise().sum(), nw = n.cwiseProduct(w).colwise().sum();
  // What is not used at all stays as it is.
  const Eigen::ArrayXXf up = n.array() + w.array().rowwise() * pw.array() + smallest;
  const Eigen::ArrayXXf down = p.array() + w.array().rowwise() * nw.array() + smallest;
  const Eigen::Index free = w.cols() - fixed;
  w.rightCols(free).array() *= up.rightCols(free) / down.rightCols(free);
  normalise(w, fixed);
}

/// The dictionary before the first iteration.
Matrix first_dictionary(int rows, const SparseNmf& o, Random& random) {
  Matrix w(rows, o.rank);
  if (o.start.empty()) {
    for (Eigen::Index i = 0; i < w.size(); ++i) w.data()[i] = static_cast<float>(random.uniform());
  } else {
    if (o.start.size() != static_cast<std::size_t>(w.size()))
      throw DataError(cat("a dictionary of ", o.start.size(), " entries to start from, but frames have ",
                          rows, " rows and the rank is ", o.rank),
                      "", cat("give ", w.size(), " entries, row by row"));
    for (Eigen::Index i = 0; i < w.size(); ++i) {
      const auto entry = static_cast<float>(o.start[static_cast<std::size_t>(i)]);
      if (!(entry >= 0) || !std::isfinite(entry))
        throw DataError(cat("a dictionary to start from holds ", entry), "",
                        "give finite entries that are not negative");
      w.data()[i] = entry;
    }
  }
  normalise(w, o.fixed);
  return w;
}

}  // namespace

Dictionary fit_dictionary(const Samples& frames, const SparseNmf& o) {
  const int count = frames.count(), rows = static_cast<int>(frames.size());
  if (count == 0) throw DataError("no frames to fit a dictionary to");
  if (o.rank < 1 || o.iterations < 0 || !(o.sparsity >= 0) || !std::isfinite(o.sparsity) ||
      !std::isfinite(o.beta))
    throw DataError(cat("sparse NMF of rank ", o.rank, ", ", o.iterations, " iterations, sparsity ",
                        o.sparsity, ", beta ", o.beta),
                    "", "rank >= 1, iterations and sparsity >= 0, and finite numbers");
  if (o.fixed < 0 || o.fixed > o.rank || (o.fixed > 0 && o.start.empty()))
    throw DataError(cat("sparse NMF of rank ", o.rank, " with ", o.fixed, " fixed atoms",
                        o.start.empty() ? " and no dictionary to take them from" : ""),
                    "", "give `start`, and fix at most `rank` of its atoms");
  const Scale scale(frames, o);
  Random random(o.seed);
  Matrix w = first_dictionary(rows, o, random);
  const int tiles = (count + tile_frames - 1) / tile_frames;
  std::vector<Matrix> v(static_cast<std::size_t>(tiles)), h(v.size());
  for (int t = 0; t < tiles; ++t) {
    const int first = t * tile_frames, n = std::min(tile_frames, count - first);
    const auto i = static_cast<std::size_t>(t);
    v[i] = Eigen::Map<const Matrix>(frames.values.data() + static_cast<std::ptrdiff_t>(first) * rows, n, rows)
               .transpose();
    v[i] = v[i].unaryExpr([&](float entry) { return scale.entry(entry); });
    h[i].resize(o.rank, n);
    for (Eigen::Index k = 0; k < h[i].size(); ++k)
      h[i].data()[k] = scale.largest() * static_cast<float>(random.uniform());
  }
  Dictionary out{rows, o.rank, {}, {}};
  const int threads = o.threads > 0 ? o.threads : omp_get_max_threads();
  std::vector<Sums> sums(slots);
  for (int iteration = 0; iteration < o.iterations; ++iteration) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (int s = 0; s < slots; ++s) {
      Sums& mine = sums[static_cast<std::size_t>(s)];
      mine.n.setZero(rows, o.rank);
      mine.p.setZero(rows, o.rank);
      mine.objective = 0;
      for (int t = s; t < tiles; t += slots)
        update_tile(v[static_cast<std::size_t>(t)], w, h[static_cast<std::size_t>(t)], o.beta, scale, mine);
    }
    for (int s = 1; s < slots; ++s) {
      sums[0].n += sums[static_cast<std::size_t>(s)].n;
      sums[0].p += sums[static_cast<std::size_t>(s)].p;
      sums[0].objective += sums[static_cast<std::size_t>(s)].objective;
    }
    out.objective.push_back(scale.objective(sums[0].objective));
    update_dictionary(w, sums[0].n, sums[0].p, o.fixed);
    if (!std::isfinite(out.objective.back()) || !w.allFinite())
      throw NumericalError(
          cat("sparse NMF with beta ", o.beta, " leaves the range of floats in iteration ", iteration + 1),
          "", "take a beta nearer to 1, or frames whose entries differ by less");
  }
  out.W.assign(w.data(), w.data() + w.size());
  return out;
}

}  // namespace unfurl
