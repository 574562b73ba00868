// Singular values of small matrices, one for each sample, by rotations of pairs of columns (one-sided Jacobi), in double
// precision.
#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

using Dense = Eigen::MatrixXd;

/// A = U S V^T with at most as many columns as rows; columns of U that belong to no positive value are 0. Memory grows once,
/// for each thread.
struct Decomposition {
  Dense a, u, v, direction, p, rest, result;
  Eigen::VectorXd s;

  bool run() {
    const Eigen::Index n = a.cols();
    u = a;
    v.setIdentity(n, n);
    for (int sweep = 0, turned = 1; turned > 0 && sweep < 60; ++sweep) {
      turned = 0;
      for (Eigen::Index i = 0; i < n; ++i)
        for (Eigen::Index j = i + 1; j < n; ++j) turned += rotate(i, j);
    }
    s = u.colwise().norm();
    const double least = s.maxCoeff() * 1e-14;
    for (Eigen::Index i = 0; i < n; ++i) {
      if (s[i] <= least) s[i] = 0;
      if (s[i] > 0)
        u.col(i) /= s[i];
      else
        u.col(i).setZero();
    }
    return a.allFinite();
  }

 private:
  int rotate(Eigen::Index i, Eigen::Index j) {
    const double x = u.col(i).squaredNorm(), y = u.col(j).squaredNorm(), z = u.col(i).dot(u.col(j));
    if (!(std::abs(z) > 1e-16 * std::sqrt(x * y))) return 0;
    const double zeta = (y - x) / (2 * z);
    const double t = (zeta >= 0 ? 1 : -1) / (std::abs(zeta) + std::sqrt(1 + zeta * zeta));
    const double cosine = 1 / std::sqrt(1 + t * t), sine = cosine * t;
    for (Dense* m : {&u, &v})
      for (Eigen::Index r = 0; r < m->rows(); ++r) {
        const double left = (*m)(r, i), right = (*m)(r, j);
        (*m)(r, i) = cosine * left - sine * right;
        (*m)(r, j) = sine * left + cosine * right;
      }
    return 1;
  }
};

Decomposition& decomposition() {
  static thread_local Decomposition mine;
  return mine;
}

/// The matrix of a sample, as it is or, where it has more columns than rows, transposed.
template <class T>
void load(const View<const T>& from, int lane, Eigen::Index columns, Dense& to) {
  const Eigen::Index rows = from.rows / columns;
  const bool transposed = rows < columns;
  to.resize(transposed ? columns : rows, transposed ? rows : columns);
  const T* data = from.data + lane * from.lane_stride;
  for (Eigen::Index i = 0; i < rows; ++i)
    for (Eigen::Index j = 0; j < columns; ++j)
      (transposed ? to(j, i) : to(i, j)) = static_cast<double>(data[(i * columns + j) * from.row_stride]);
}

/// Writes what `f` makes of the decomposition of every sample; its result has the decomposition's orientation.
template <class T, class F>
void map_matrices(const Call<T>& c, F f) {
  const Eigen::Index columns = c.attributes->template as<ir::MatrixRows>().columns;
  Decomposition& d = decomposition();
  for (int l = 0; l < c.out.lanes; ++l) {
    load(c.in[0], l, columns, d.a);
    if (d.run())
      f(d, l);
    else
      d.result.setConstant(d.a.rows(), d.a.cols(), std::numeric_limits<double>::quiet_NaN());
    for (Eigen::Index i = 0; i < c.out.rows; ++i) {
      const Eigen::Index row = i / columns, column = i % columns;
      c.out.data[i * c.out.row_stride + l] =
          static_cast<T>(c.out.rows / columns < columns ? d.result(column, row) : d.result(row, column));
    }
  }
}

template <class T>
double threshold_of(const Call<T>& c, int lane) {
  return static_cast<double>(c.in[1].data[lane * c.in[1].lane_stride]);
}

template <class T>
void run_shrink(const Call<T>& c) {
  map_matrices(c, [&](Decomposition& d, int l) {
    const double t = threshold_of(c, l);
    d.rest.noalias() = d.u * (d.s.array() - t).max(0).matrix().asDiagonal();
    d.result.noalias() = d.rest * d.v.transpose();
  });
}

/// With P = U^T G V, the symmetric part of P is multiplied by (f_i - f_j) / (s_i - s_j), the other one by (f_i + f_j) /
/// (s_i + s_j), and what of G V is outside of U by f_j / s_j.
template <class T>
void run_slope(const Call<T>& c) {
  const Eigen::Index columns = c.attributes->template as<ir::MatrixRows>().columns;
  map_matrices(c, [&](Decomposition& d, int l) {
    const double t = threshold_of(c, l);
    load(c.in[2], l, columns, d.direction);
    const auto f = [&](Eigen::Index i) { return std::max(d.s[i] - t, 0.0); };
    const double of_zero = t > 0 ? 0 : 1;
    d.rest.noalias() = d.direction * d.v;
    d.p.noalias() = d.u.transpose() * d.rest;
    d.rest.noalias() -= d.u * d.p;
    const Eigen::Index n = d.v.cols();
    for (Eigen::Index j = 0; j < n; ++j) d.rest.col(j) *= d.s[j] > 0 ? f(j) / d.s[j] : of_zero;
    for (Eigen::Index i = 0; i < n; ++i) {
      d.p(i, i) *= d.s[i] > t ? 1 : 0;
      for (Eigen::Index j = i + 1; j < n; ++j) {
        const double si = d.s[i], sj = d.s[j], apart = si - sj;
        const double even = std::abs(apart) > 1e-9 * (si + sj) ? (f(i) - f(j)) / apart : si > t ? 1 : 0;
        const double odd = si + sj > 0 ? (f(i) + f(j)) / (si + sj) : of_zero;
        const double sum = even * (d.p(i, j) + d.p(j, i)) / 2, other = odd * (d.p(i, j) - d.p(j, i)) / 2;
        d.p(i, j) = sum + other;
        d.p(j, i) = sum - other;
      }
    }
    d.rest.noalias() += d.u * d.p;
    d.result.noalias() = d.rest * d.v.transpose();
  });
}

template <class T>
void run_polar(const Call<T>& c) {
  map_matrices(c, [&](Decomposition& d, int l) {
    const double t = threshold_of(c, l);
    d.rest.noalias() = d.u * (d.s.array() > t).cast<double>().matrix().asDiagonal();
    d.result.noalias() = d.rest * d.v.transpose();
  });
}

}  // namespace

const Kernels shrink_singular_values{UNFURL_KERNELS(run_shrink)};
const Kernels shrink_singular_values_slope{UNFURL_KERNELS(run_slope)};
const Kernels polar_factor{UNFURL_KERNELS(run_polar)};

}  // namespace unfurl::cpu::kernels
