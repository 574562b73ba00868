// What the files of lib/ops share: type rules, sign rules, and loops over broadcast operands.
#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>

#include "unfurl/ir.hpp"

namespace unfurl::ir {

// The result may take the place of an operand, but entries do not depend on each other.
#if defined(__clang__)
#define UNFURL_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define UNFURL_INDEPENDENT _Pragma("GCC ivdep")
#endif

#define UNFURL_KERNELS(function) .f32 = function<float>, .f64 = function<double>

/// Largest common shape of elementwise operands; throws where an extent is neither equal nor one.
Type broadcast_type(const std::vector<Type>& types, Domain domain);

inline bool all_nonneg(const std::vector<Type>& types) {
  for (const Type& t : types)
    if (t.domain == Domain::real) return false;
  return true;
}

template <Domain D>
Type infer_domain(const std::vector<Type>& t, const Attributes&) {
  return broadcast_type(t, D);
}
/// Non-negative where all operands are.
inline Type infer_joint(const std::vector<Type>& t, const Attributes&) {
  return broadcast_type(t, all_nonneg(t) ? Domain::nonneg : Domain::real);
}

inline Sign sign_plus(const std::vector<Type>&, const Attributes&, int) { return Sign::plus; }
inline Sign sign_mixed(const std::vector<Type>&, const Attributes&, int) { return Sign::mixed; }
/// Rising in an operand that is non-negative.
inline Sign sign_plus_if_nonneg(const std::vector<Type>& t, const Attributes&, int arg) {
  return t[static_cast<std::size_t>(arg)].domain == Domain::real ? Sign::mixed : Sign::plus;
}

template <class T>
using ArrayMap = Eigen::Map<Eigen::Array<T, Eigen::Dynamic, 1>>;
template <class T>
using ConstArrayMap = Eigen::Map<const Eigen::Array<T, Eigen::Dynamic, 1>>;
template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

inline Eigen::Index eigen_index(std::size_t n) { return static_cast<Eigen::Index>(n); }

/// out = f(in) for operands of the result's own shape; f maps Eigen arrays.
template <class T, class F>
void map_array(const Call<T>& c, F f) {
  const Eigen::Index n = eigen_index(c.out.size());
  ArrayMap<T>(c.out.data, n) = f(ConstArrayMap<T>(c.in[0].data, n));
}

/// The same for f that falls like exp: exactly 0 where exp has no normal number. The vectorised one has its smallest there,
/// for -inf too, but what is impossible may have no probability at all.
template <class T, class F>
void map_to_zero(const Call<T>& c, F f) {
  constexpr Eigen::Index block = 256;
  Eigen::Array<T, block, 1> from_block;
  const T least = std::log(std::numeric_limits<T>::min());
  const Eigen::Index n = eigen_index(c.out.size());
  for (Eigen::Index at = 0; at < n; at += block) {
    const Eigen::Index k = std::min(block, n - at);
    auto from = from_block.head(k);
    from = ConstArrayMap<T>(c.in[0].data + at, k);
    ArrayMap<T> to(c.out.data + at, k);
    to = f(from);
    for (Eigen::Index i = 0; i < k; ++i) to[i] = from[i] < least ? T(0) : to[i];
  }
}

/// Calls body(out, a, a_step, b, b_step, n) for runs in which each operand is contiguous (step 1) or constant
/// (step 0), as long as the broadcasting allows.
template <class T, class F>
void for_runs(const Call<T>& c, F body) {
  const View<T>& o = c.out;
  const View<const T>&a = c.in[0], &b = c.in[1];
  const auto uniform = [](const View<const T>& v, int lanes) {  // rows and lanes walk as one extent
    return lanes == 1 ? v.row_stride <= 1 : v.row_stride == lanes * v.lane_stride;
  };
  const auto step_of = [&](const View<const T>& v) { return o.lanes == 1 ? v.row_stride : v.lane_stride; };
  if ((o.rows == 1 || (uniform(a, o.lanes) && uniform(b, o.lanes))) && o.rows * o.lanes > 1) {
    const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(o.rows) * o.lanes;
    const std::ptrdiff_t sa = o.rows == 1 ? a.lane_stride : step_of(a),
                         sb = o.rows == 1 ? b.lane_stride : step_of(b);
    if (o.planes == 1 || (a.plane_stride == n * sa && b.plane_stride == n * sb)) {
      body(o.data, a.data, sa, b.data, sb, n * o.planes);
      return;
    }
    for (int p = 0; p < o.planes; ++p) body(o.row(p, 0), a.row(p, 0), sa, b.row(p, 0), sb, n);
    return;
  }
  for (int p = 0; p < o.planes; ++p)
    for (int r = 0; r < o.rows; ++r)
      body(o.row(p, r), a.row(p, r), a.lane_stride, b.row(p, r), b.lane_stride,
           static_cast<std::ptrdiff_t>(o.lanes));
}

/// out = f(a, b), entry by entry.
template <class T, class F>
void map_pair(const Call<T>& c, F f) {
  for_runs(c, [f](T* o, const T* a, std::ptrdiff_t sa, const T* b, std::ptrdiff_t sb, std::ptrdiff_t n) {
    if (sa && sb) UNFURL_INDEPENDENT
    for (std::ptrdiff_t i = 0; i < n; ++i) o[i] = f(a[i], b[i]);
    else if (sa) UNFURL_INDEPENDENT for (std::ptrdiff_t i = 0; i < n; ++i) o[i] = f(a[i], *b);
    else if (sb) UNFURL_INDEPENDENT for (std::ptrdiff_t i = 0; i < n; ++i) o[i] = f(*a, b[i]);
    else for (std::ptrdiff_t i = 0; i < n; ++i) o[i] = f(*a, *b);
  });
}

}  // namespace unfurl::ir
