// Sparse NMF in tiles of frames; tiles belong to a fixed number of slots, summed in order.
#include "unfurl/sparse_nmf.hpp"

#include <omp.h>

#include <Eigen/Core>
#include <cmath>

namespace unfurl {

namespace {

using detail::cat;
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr float floor_value = 1e-9f;
constexpr int tile_frames = 256;
constexpr int slots = 8;

/// Columns to norm one, but for the first `fixed` ones.
void normalise(Matrix& w, int fixed) {
  auto free = w.rightCols(w.cols() - fixed);
  const Eigen::RowVectorXf norm = free.colwise().norm().cwiseMax(floor_value);
  free.array().rowwise() /= norm.array();
}

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

/// The objective of one tile, without terms of V alone.
double divergence(const Matrix& v, const Matrix& l, double beta) {
  const auto b = static_cast<float>(beta);
  Eigen::ArrayXXf d;
  if (beta == 1)
    d = l.array() - v.array() * l.array().log();
  else if (beta == 0)
    d = v.array() / l.array() + l.array().log();
  else
    d = power(l, beta) / b - v.array() * power(l, beta - 1) / (b - 1);
  return static_cast<double>(d.sum());
}

/// Updates the activations of one tile, then adds its part of the dictionary's sums. With beta 1 the powers below are
/// one everywhere, and the products with them are sums.
void update_tile(const Matrix& v, const Matrix& w, Matrix& h, const SparseNmf& o, Sums& sums) {
  const double b = o.beta;
  const float mu = static_cast<float>(o.sparsity);
  Matrix l, quotient;
  const auto explain = [&] {
    l.noalias() = w * h;
    l = l.cwiseMax(floor_value);
    quotient = (v.array() * power(l, b - 2)).matrix();
  };
  explain();
  if (b == 1)
    h.array() *= (w.transpose() * quotient).array().colwise() /
                 (w.colwise().sum().transpose().array() + mu).cwiseMax(floor_value);
  else
    h.array() *= (w.transpose() * quotient).array() /
                 ((w.transpose() * power(l, b - 1).matrix()).array() + mu).cwiseMax(floor_value);
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
  const Eigen::ArrayXXf up = n.array() + w.array().rowwise() * pw.array();
  const Eigen::ArrayXXf down = (p.array() + w.array().rowwise() * nw.array()).cwiseMax(floor_value);
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
  if (o.rank < 1 || o.iterations < 0 || !(o.sparsity >= 0))
    throw DataError(
        cat("sparse NMF of rank ", o.rank, ", ", o.iterations, " iterations, sparsity ", o.sparsity));
  if (o.fixed < 0 || o.fixed > o.rank || (o.fixed > 0 && o.start.empty()))
    throw DataError(cat("sparse NMF of rank ", o.rank, " with ", o.fixed, " fixed atoms",
                        o.start.empty() ? " and no dictionary to take them from" : ""),
                    "", "give `start`, and fix at most `rank` of its atoms");
  float smallest = std::numeric_limits<float>::max();
  for (float v : frames.values) {
    if (!(v >= 0) || !std::isfinite(v))
      throw DataError(cat("a frame to factorise holds ", v), "", "give finite magnitudes");
    if (v > 0) smallest = std::min(smallest, v);
  }
  if (smallest == std::numeric_limits<float>::max()) smallest = floor_value;  // silence
  Random random(o.seed);
  Matrix w = first_dictionary(rows, o, random);
  const int tiles = (count + tile_frames - 1) / tile_frames;
  std::vector<Matrix> v(static_cast<std::size_t>(tiles)), h(v.size());
  for (int t = 0; t < tiles; ++t) {
    const int first = t * tile_frames, n = std::min(tile_frames, count - first);
    const auto i = static_cast<std::size_t>(t);
    v[i] = Eigen::Map<const Matrix>(frames.values.data() + static_cast<std::ptrdiff_t>(first) * rows, n, rows)
               .transpose();
    if (o.beta != 2) v[i] = (v[i].array() == 0).select(smallest, v[i]);  // a logarithm or quotient of zero
    h[i].resize(o.rank, n);
    for (Eigen::Index k = 0; k < h[i].size(); ++k) h[i].data()[k] = static_cast<float>(random.uniform());
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
        update_tile(v[static_cast<std::size_t>(t)], w, h[static_cast<std::size_t>(t)], o, mine);
    }
    for (int s = 1; s < slots; ++s) {
      sums[0].n += sums[static_cast<std::size_t>(s)].n;
      sums[0].p += sums[static_cast<std::size_t>(s)].p;
      sums[0].objective += sums[static_cast<std::size_t>(s)].objective;
    }
    out.objective.push_back(sums[0].objective);
    update_dictionary(w, sums[0].n, sums[0].p, o.fixed);
  }
  out.W.assign(w.data(), w.data() + w.size());
  return out;
}

}  // namespace unfurl
