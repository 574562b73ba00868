// Gathering, summing and log-sum-exp over planes: the states of variables and the entries of tables.
#include <limits>

#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

/// One plane as a flat array.
template <class T>
ArrayMap<T> plane(const View<T>& v, int p) {
  return {v.row(p, 0), Eigen::Index(v.rows) * v.lanes};
}
template <class T>
ConstArrayMap<T> plane(const View<const T>& v, int p) {
  return {v.row(p, 0), Eigen::Index(v.rows) * v.lanes};
}

Type infer_gather_planes(const std::vector<Type>& t, const Attributes& a) {
  if (!a.index || a.index->count != t[0].planes)
    throw InternalError(cat("planes of ", to_string(t[0]), " do not fit the index"));
  return {static_cast<int>(a.index->target.size()), t[0].rows, t[0].lanes, t[0].domain};
}
Type infer_segment_planes(const std::vector<Type>& t, const Attributes& a) {
  if (!a.index || static_cast<int>(a.index->target.size()) != t[0].planes)
    throw InternalError(cat("planes of ", to_string(t[0]), " do not fit the index"));
  return {a.index->count, t[0].rows, t[0].lanes, t[0].domain};
}
Type infer_segment_log_sum_exp(const std::vector<Type>& t, const Attributes& a) {
  return infer_segment_planes(t, a).with(Domain::real);
}

template <class T>
void run_gather_planes(const Call<T>& c) {
  for (int p = 0; p < c.out.planes; ++p)
    plane(c.out, p) = plane(c.in[0], c.attributes->index->target[static_cast<std::size_t>(p)]);
}
Value vjp_gather_planes(Builder& b, Value out, int, Value g) {
  return b.segment_sum_planes(g, b.graph()[out].attributes.index);
}

template <class T>
void run_segment_sum_planes(const Call<T>& c) {
  const IndexTable& index = *c.attributes->index;
  for (int p = 0; p < c.out.planes; ++p) {
    auto to = plane(c.out, p);
    to.setZero();
    for (int i = index.offsets[static_cast<std::size_t>(p)];
         i < index.offsets[static_cast<std::size_t>(p) + 1]; ++i)
      to += plane(c.in[0], index.members[static_cast<std::size_t>(i)]);
  }
}
Value vjp_segment_sum_planes(Builder& b, Value out, int, Value g) {
  return b.gather_planes(g, b.graph()[out].attributes.index);
}

// Shifted by the largest entry; a segment of -inf only stays -inf (an impossible state), never NaN. That is written
// out, because the vectorised exp of -inf is the smallest number and not zero.
template <class T>
void run_segment_log_sum_exp(const Call<T>& c) {
  const IndexTable& index = *c.attributes->index;
  constexpr Eigen::Index block = 256;
  Eigen::Array<T, block, 1> top, sum;
  const T lowest = std::numeric_limits<T>::lowest();
  for (int p = 0; p < c.out.planes; ++p) {
    const auto begin = static_cast<std::size_t>(index.offsets[static_cast<std::size_t>(p)]);
    const auto end = static_cast<std::size_t>(index.offsets[static_cast<std::size_t>(p) + 1]);
    auto to = plane(c.out, p);
    for (Eigen::Index at = 0; at < to.size(); at += block) {
      const Eigen::Index n = std::min(block, to.size() - at);
      auto m = top.head(n);
      auto s = sum.head(n);
      m.setConstant(lowest);
      for (std::size_t i = begin; i < end; ++i) m = m.max(plane(c.in[0], index.members[i]).segment(at, n));
      s.setZero();
      for (std::size_t i = begin; i < end; ++i)
        s += (plane(c.in[0], index.members[i]).segment(at, n) - m).exp();
      for (Eigen::Index i = 0; i < n; ++i) m[i] = m[i] == lowest ? -std::numeric_limits<T>::infinity() : m[i];
      to.segment(at, n) = m + s.log();
    }
  }
}
Value vjp_segment_log_sum_exp(Builder& b, Value out, int, Value g) {
  const Node node = b.graph()[out];
  const Index& index = node.attributes.index;
  const bool single = index->count == 1;  // broadcasting does the gathering
  const auto spread = [&](Value v) { return single ? v : b.gather_planes(v, index); };
  // An impossible result (-inf) passes no gradient: all of its entries are -inf, of which 0 is taken.
  const Value finite = b.emit("finite_part", {out});
  return b.mul(spread(g), b.exp(b.sub(node.args[0], spread(finite))));
}

template <class T>
void run_segment_max(const Call<T>& c) {
  const IndexTable& index = *c.attributes->index;
  for (int p = 0; p < c.out.planes; ++p) {
    auto to = plane(c.out, p);
    to.setConstant(-std::numeric_limits<T>::infinity());
    for (int i = index.offsets[static_cast<std::size_t>(p)];
         i < index.offsets[static_cast<std::size_t>(p) + 1]; ++i)
      to = to.binaryExpr(plane(c.in[0], index.members[static_cast<std::size_t>(i)]),
                         [](T most, T v) { return v <= most || most != most ? most : v; });  // a NaN stays
  }
}
Value vjp_segment_max(Builder& b, Value out, int, Value g) {
  const Node node = b.graph()[out];
  const Index& index = node.attributes.index;
  return b.mul(index->count == 1 ? g : b.gather_planes(g, index),
               b.emit("segment_largest_planes", {node.args[0]}, node.attributes));
}

// The largest entries of a segment share equally: a subgradient, also where they tie.
template <class T>
void run_segment_largest(const Call<T>& c) {
  const IndexTable& index = *c.attributes->index;
  const Eigen::Index n = Eigen::Index(c.out.rows) * c.out.lanes;
  const T impossible = -std::numeric_limits<T>::infinity();
  for (int p = 0; p < index.count; ++p) {
    const int begin = index.offsets[static_cast<std::size_t>(p)],
              end = index.offsets[static_cast<std::size_t>(p) + 1];
    const auto member = [&](int i) { return index.members[static_cast<std::size_t>(i)]; };
    for (Eigen::Index at = 0; at < n; ++at) {
      T top = impossible, ties = 0;
      for (int i = begin; i < end; ++i) top = std::max(top, plane(c.in[0], member(i))[at]);
      for (int i = begin; i < end; ++i) ties += plane(c.in[0], member(i))[at] == top ? T(1) : T(0);
      for (int i = begin; i < end; ++i)
        plane(c.out, member(i))[at] =
            plane(c.in[0], member(i))[at] == top && top != impossible ? T(1) / ties : T(0);
    }
  }
}
Type infer_segment_largest(const std::vector<Type>& t, const Attributes& a) {
  (void)infer_segment_planes(t, a);
  return t[0].with(Domain::nonneg);
}

Type infer_one_hot(const std::vector<Type>& t, const Attributes& a) {
  if (t[0].planes != 1) throw InternalError(cat("labels must be one plane, not ", to_string(t[0])));
  return {a.shape.planes, t[0].rows, t[0].lanes, Domain::nonneg};
}
template <class T>
void run_one_hot(const Call<T>& c) {
  for (int p = 0; p < c.out.planes; ++p)
    plane(c.out, p) = (plane(c.in[0], 0) == static_cast<T>(p)).template cast<T>();
}

}  // namespace

const OpDef gather_planes{.name = "gather_planes",
                          .infer = infer_gather_planes,
                          .vjp = vjp_gather_planes,
                          .sign = sign_plus,
                          UNFURL_KERNELS(run_gather_planes)};
const OpDef segment_sum_planes{.name = "segment_sum_planes",
                               .infer = infer_segment_planes,
                               .vjp = vjp_segment_sum_planes,
                               .sign = sign_plus,
                               UNFURL_KERNELS(run_segment_sum_planes)};
const OpDef segment_log_sum_exp_planes{.name = "segment_log_sum_exp_planes",
                                       .infer = infer_segment_log_sum_exp,
                                       .vjp = vjp_segment_log_sum_exp,
                                       .sign = sign_plus,
                                       UNFURL_KERNELS(run_segment_log_sum_exp)};
const OpDef segment_max_planes{.name = "segment_max_planes",
                               .infer = infer_segment_planes,
                               .vjp = vjp_segment_max,
                               .sign = sign_plus,
                               UNFURL_KERNELS(run_segment_max)};
const OpDef segment_largest_planes{
    .name = "segment_largest_planes", .infer = infer_segment_largest, UNFURL_KERNELS(run_segment_largest)};
const OpDef one_hot{.name = "one_hot", .infer = infer_one_hot, UNFURL_KERNELS(run_one_hot)};

}  // namespace unfurl::ir::ops
