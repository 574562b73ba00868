// Belief propagation through pairwise tables that the samples share: a product of matrices of exponentials instead of
// one exponential for every entry of the joint table.
#include <cmath>
#include <limits>
#include <optional>

#include "backend/cpu/kernels/kernels.hpp"

namespace unfurl::cpu::kernels {

namespace {

template <class T>
using Columns = Eigen::Map<const Matrix<T>, 0, Eigen::OuterStride<>>;

/// The table of one row with the states of the first variable as rows; entries relative to the largest of each row.
template <class T>
struct Shifted {
  Matrix<T> log_entry, entry;
  Eigen::Array<T, Eigen::Dynamic, 1> top;

  Shifted(const View<const T>& table, int row, Eigen::Index first, Eigen::Index second, bool transpose)
      : log_entry(transpose ? second : first, transpose ? first : second) {
    for (Eigen::Index i = 0; i < first; ++i)
      for (Eigen::Index j = 0; j < second; ++j)
        (transpose ? log_entry(j, i) : log_entry(i, j)) = *table.row(static_cast<int>(i * second + j), row);
    top = log_entry.rowwise().maxCoeff().array();
    top = (top == -std::numeric_limits<T>::infinity()).select(T(0), top);
    entry = (log_entry.array().colwise() - top).exp().matrix();
  }
};

/// Calls body(table row, first column, columns) for blocks of columns, one for each row and sample, under one table.
template <class T, class F>
void for_columns(const View<const T>& table, const View<const T>& x, F body) {
  constexpr Eigen::Index block = 256;
  const Eigen::Index width = Eigen::Index(table.rows == 1 ? x.rows : 1) * x.lanes;
  for (int r = 0; r < table.rows; ++r)
    for (Eigen::Index at = 0; at < width; at += block)
      body(r, Eigen::Index(r) * x.lanes + at, std::min(block, width - at));
}

template <class T>
Columns<T> columns(const View<const T>& x, Eigen::Index from, Eigen::Index count) {
  return {x.data + from, x.planes, count, Eigen::OuterStride<>(x.plane_stride)};
}

/// Largest entry of each column, 0 where there is none above -inf.
template <class T>
Eigen::Array<T, 1, Eigen::Dynamic> column_tops(const Columns<T>& x) {
  Eigen::Array<T, 1, Eigen::Dynamic> top = x.colwise().maxCoeff().array();
  return (top == -std::numeric_limits<T>::infinity()).select(T(0), top);
}

/// log sum_j exp(a_j + b_j), exact for any numbers; -inf where every term is impossible.
template <class T, class A, class B>
T log_sum_exp_pair(const A& a, const B& b) {
  T top = -std::numeric_limits<T>::infinity();
  for (Eigen::Index j = 0; j < a.size(); ++j) top = std::max(top, a[j] + b[j]);
  if (top == -std::numeric_limits<T>::infinity()) return top;
  T sum = 0;
  for (Eigen::Index j = 0; j < a.size(); ++j) sum += std::exp(a[j] + b[j] - top);
  return top + std::log(sum);
}

// Both factors of a product are at most 1, so nothing overflows. A sum so small that its terms may have been lost
// (among them those of impossible states, for which the vectorised exp gives the smallest number) is done again.
template <class T>
void run_table_message(const Call<T>& c) {
  const View<const T>&table = c.in[0], &x = c.in[1];
  const T least =
      std::numeric_limits<T>::min() / (std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon());
  const bool transpose = c.attributes->template as<ir::TableMessage>().transpose;
  const Eigen::Index in = x.planes, out = c.out.planes;
  std::optional<Shifted<T>> m;
  int row = -1;
  Matrix<T> sums;
  for_columns(table, x, [&](int r, Eigen::Index from, Eigen::Index count) {
    if (r != row) m.emplace(table, r, transpose ? in : out, transpose ? out : in, transpose);
    row = r;
    const Columns<T> message = columns(x, from, count);
    const auto top = column_tops<T>(message);
    sums.noalias() = m->entry * (message.array().rowwise() - top).exp().matrix();
    for (Eigen::Index i = 0; i < out; ++i) {
      ArrayMap<T> to(c.out.data + i * c.out.plane_stride + from, count);
      to = sums.row(i).array().log() + top + m->top[i];
      for (Eigen::Index k = 0; k < count; ++k)
        if (sums(i, k) < least) to[k] = log_sum_exp_pair<T>(m->log_entry.row(i), message.col(k));
    }
  });
}

// sum over k of exp(x_ik + y_jk), each column k scaled so that exp(y) is at most 1 and, with the row's largest entry of
// the table, the whole term at most what exp(x) is. Where that may overflow, the terms are added one by one.
template <class T>
void run_sum_exp_pairs(const Call<T>& c) {
  const View<const T>&table = c.in[0], &x = c.in[1], &y = c.in[2];
  constexpr T most = 60;
  const T sign = c.accumulate < 0 ? T(-1) : T(1);
  std::optional<Shifted<T>> m;
  Matrix<T> sums, apart;
  int row = -1;
  const auto finish = [&] {
    if (row < 0) return;
    for (int p = 0; p < table.planes; ++p) {
      const Eigen::Index i = p / y.planes, j = p % y.planes;
      const bool possible = m->log_entry(i, j) != -std::numeric_limits<T>::infinity();
      const T total = possible ? m->entry(i, j) * sums(i, j) + apart(i, j) : T(0);
      T& to = *c.out.row(p, row);
      to = c.accumulate == 0 ? total : to + sign * total;
    }
  };
  for_columns(table, x, [&](int r, Eigen::Index from, Eigen::Index count) {
    if (r != row) {
      finish();
      row = r;
      m.emplace(table, r, x.planes, y.planes, false);
      sums = apart = Matrix<T>::Zero(x.planes, y.planes);
    }
    const Columns<T> first = columns(x, from, count), second = columns(y, from, count);
    const auto top = column_tops<T>(second);
    Matrix<T> lead = ((first.array().rowwise() + top).colwise() + m->top).matrix();
    for (Eigen::Index i = 0; i < lead.rows(); ++i)
      for (Eigen::Index k = 0; k < count; ++k)
        if (lead(i, k) > most) {
          lead(i, k) = -std::numeric_limits<T>::infinity();
          for (Eigen::Index j = 0; j < y.planes; ++j)
            apart(i, j) += std::exp(m->log_entry(i, j) + first(i, k) + second(j, k));
        }
    lead = lead.array().exp().matrix();
    sums.noalias() += lead * (second.array().rowwise() - top).exp().matrix().transpose();
  });
  finish();
}

}  // namespace

const Kernels table_message{UNFURL_KERNELS(run_table_message), .cut = Cut::rows};
const Kernels sum_exp_pairs{UNFURL_KERNELS(run_sum_exp_pairs)};

}  // namespace unfurl::cpu::kernels
