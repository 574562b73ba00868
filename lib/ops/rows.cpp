// Moving whole rows (variables, edges) between arrays.
#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

void copy_check(bool fits, const Type& t, const Attributes& a) {
  if (!fits) throw InternalError(cat("rows ", a.begin, "+", a.shape.rows, " do not fit ", to_string(t)));
}

template <class T>
void copy_row(const View<T>& out, int p, int r, const View<const T>& in, int from) {
  ArrayMap<T>(out.row(p, r), out.lanes) = ConstArrayMap<T>(in.row(p, from), out.lanes);
}

/// `count` neighbouring rows at once.
template <class T>
void copy_rows(const View<T>& out, int p, int r, const View<const T>& in, int from, int count) {
  if (out.row(p, r) == in.row(p, from)) return;  // the plan placed one inside the other
  const Eigen::Index n = Eigen::Index(count) * out.lanes;
  ArrayMap<T>(out.row(p, r), n) = ConstArrayMap<T>(in.row(p, from), n);
}

Type infer_gather_rows(const std::vector<Type>& t, const Attributes& a) {
  copy_check(a.index && a.index->count == t[0].rows, t[0], a);
  return {t[0].planes, static_cast<int>(a.index->target.size()), t[0].lanes, t[0].domain};
}
template <class T>
void run_gather_rows(const Call<T>& c) {
  for (int p = 0; p < c.out.planes; ++p)
    for (int r = 0; r < c.out.rows; ++r)
      copy_row(c.out, p, r, c.in[0], c.attributes->index->target[static_cast<std::size_t>(r)]);
}
Value vjp_gather_rows(Builder& b, Value out, int, Value g) {
  return b.segment_sum_rows(g, b.graph()[out].attributes.index);
}

Type infer_segment_sum_rows(const std::vector<Type>& t, const Attributes& a) {
  copy_check(a.index && static_cast<int>(a.index->target.size()) == t[0].rows, t[0], a);
  return {t[0].planes, a.index->count, t[0].lanes, t[0].domain};
}
template <class T>
void run_segment_sum_rows(const Call<T>& c) {
  const IndexTable& index = *c.attributes->index;
  for (int p = 0; p < c.out.planes; ++p)
    for (int r = 0; r < c.out.rows; ++r) {
      ArrayMap<T> to(c.out.row(p, r), c.out.lanes);
      const int begin = index.offsets[static_cast<std::size_t>(r)],
                end = index.offsets[static_cast<std::size_t>(r) + 1];
      if (begin == end) to.setZero();
      for (int i = begin; i < end; ++i) {
        const ConstArrayMap<T> from(c.in[0].row(p, index.members[static_cast<std::size_t>(i)]), c.out.lanes);
        if (i == begin)
          to = from;
        else
          to += from;
      }
    }
}
Value vjp_segment_sum_rows(Builder& b, Value out, int, Value g) {
  return b.gather_rows(g, b.graph()[out].attributes.index);
}

Type infer_slice_rows(const std::vector<Type>& t, const Attributes& a) {
  copy_check(a.begin >= 0 && a.shape.rows >= 0 && a.begin + a.shape.rows <= t[0].rows, t[0], a);
  return {t[0].planes, a.shape.rows, t[0].lanes, t[0].domain};
}
template <class T>
void run_slice_rows(const Call<T>& c) {
  for (int p = 0; p < c.out.planes; ++p) copy_rows(c.out, p, 0, c.in[0], c.attributes->begin, c.out.rows);
}
Value vjp_slice_rows(Builder& b, Value out, int, Value g) {
  const Node node = b.graph()[out];
  return b.pad_rows(g, node.attributes.begin, b.type(node.args[0]).rows);
}

Type infer_pad_rows(const std::vector<Type>& t, const Attributes& a) {
  copy_check(a.begin >= 0 && a.begin + t[0].rows <= a.shape.rows, t[0], a);
  return {t[0].planes, a.shape.rows, t[0].lanes, t[0].domain};
}
template <class T>
void run_pad_rows(const Call<T>& c) {
  ArrayMap<T>(c.out.data, eigen_index(c.out.size())).setZero();
  for (int p = 0; p < c.out.planes; ++p) copy_rows(c.out, p, c.attributes->begin, c.in[0], 0, c.in[0].rows);
}
Value vjp_pad_rows(Builder& b, Value out, int, Value g) {
  const Node node = b.graph()[out];
  return b.slice_rows(g, node.attributes.begin, b.type(node.args[0]).rows);
}

Type infer_concat_rows(const std::vector<Type>& t, const Attributes& a) {
  if (t.empty()) throw InternalError("nothing to concatenate");
  Type out = t[0].with(all_nonneg(t) ? Domain::nonneg : Domain::real);
  out.rows = 0;
  for (const Type& part : t) {
    copy_check(part.planes == out.planes && part.lanes == out.lanes, part, a);
    out.rows += part.rows;
  }
  return out;
}
template <class T>
void run_concat_rows(const Call<T>& c) {
  for (int p = 0; p < c.out.planes; ++p) {
    int begin = 0;
    for (const auto& part : c.in) {
      copy_rows(c.out, p, begin, part, 0, part.rows);
      begin += part.rows;
    }
  }
}
Value vjp_concat_rows(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  int begin = 0;
  for (int i = 0; i < arg; ++i) begin += b.type(node.args[static_cast<std::size_t>(i)]).rows;
  return b.slice_rows(g, begin, b.type(node.args[static_cast<std::size_t>(arg)]).rows);
}

}  // namespace

const OpDef gather_rows{.name = "gather_rows",
                        .infer = infer_gather_rows,
                        .vjp = vjp_gather_rows,
                        .sign = sign_plus,
                        UNFURL_KERNELS(run_gather_rows)};
const OpDef segment_sum_rows{.name = "segment_sum_rows",
                             .infer = infer_segment_sum_rows,
                             .vjp = vjp_segment_sum_rows,
                             .sign = sign_plus,
                             UNFURL_KERNELS(run_segment_sum_rows)};
const OpDef slice_rows{.name = "slice_rows",
                       .infer = infer_slice_rows,
                       .vjp = vjp_slice_rows,
                       .sign = sign_plus,
                       UNFURL_KERNELS(run_slice_rows)};
const OpDef pad_rows{.name = "pad_rows",
                     .infer = infer_pad_rows,
                     .vjp = vjp_pad_rows,
                     .sign = sign_plus,
                     UNFURL_KERNELS(run_pad_rows)};
const OpDef concat_rows{.name = "concat_rows",
                        .arity = -1,
                        .infer = infer_concat_rows,
                        .vjp = vjp_concat_rows,
                        .sign = sign_plus,
                        UNFURL_KERNELS(run_concat_rows)};

}  // namespace unfurl::ir::ops
