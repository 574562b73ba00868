// Moving whole rows (variables, edges) between arrays.
#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

void check_fits(bool fits, const Type& t, const std::string& what) {
  if (!fits) throw InternalError(cat(what, " do not fit ", to_string(t)));
}

std::string text_of(const Rows& rows) { return cat("rows ", rows.begin, "+", rows.count); }

int first_row(const Attributes& a) { return a.as<Rows>().begin; }

Type infer_gather_rows(const std::vector<Type>& t, const Attributes& a) {
  const Index& index = a.as<Indexed>().index;
  check_fits(index && index->count == t[0].rows, t[0], "the targets of an index table");
  return {t[0].planes, static_cast<int>(index->target.size()), t[0].lanes, t[0].domain};
}

Value vjp_gather_rows(Builder& b, Value out, int, Value g) { return b.segment_sum_rows(g, index_of(b, out)); }

Type infer_segment_sum_rows(const std::vector<Type>& t, const Attributes& a) {
  const Index& index = a.as<Indexed>().index;
  check_fits(index && static_cast<int>(index->target.size()) == t[0].rows, t[0],
             "the entries of an index table");
  return {t[0].planes, index->count, t[0].lanes, t[0].domain};
}

Value vjp_segment_sum_rows(Builder& b, Value out, int, Value g) { return b.gather_rows(g, index_of(b, out)); }

Type infer_slice_rows(const std::vector<Type>& t, const Attributes& a) {
  const Rows& rows = a.as<Rows>();
  check_fits(rows.begin >= 0 && rows.count >= 0 && rows.begin + rows.count <= t[0].rows, t[0], text_of(rows));
  return {t[0].planes, rows.count, t[0].lanes, t[0].domain};
}

Value vjp_slice_rows(Builder& b, Value out, int, Value g) {
  const Node node = b.graph()[out];
  return b.pad_rows(g, first_row(node.attributes), b.type(node.args[0]).rows);
}

Type infer_pad_rows(const std::vector<Type>& t, const Attributes& a) {
  const Rows& rows = a.as<Rows>();
  check_fits(rows.begin >= 0 && rows.begin + t[0].rows <= rows.count, t[0], text_of(rows));
  return {t[0].planes, rows.count, t[0].lanes, t[0].domain};
}

Value vjp_pad_rows(Builder& b, Value out, int, Value g) {
  const Node node = b.graph()[out];
  return b.slice_rows(g, first_row(node.attributes), b.type(node.args[0]).rows);
}

Type infer_concat_rows(const std::vector<Type>& t, const Attributes&) {
  if (t.empty()) throw InternalError("nothing to concatenate");
  Type out = t[0].with(all_nonneg(t) ? Domain::nonneg : Domain::real);
  out.rows = 0;
  for (const Type& part : t) {
    check_fits(part.planes == out.planes && part.lanes == out.lanes, part, cat("rows of ", to_string(t[0])));
    out.rows += part.rows;
  }
  return out;
}

Value vjp_concat_rows(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  int begin = 0;
  for (int i = 0; i < arg; ++i) begin += b.type(node.args[static_cast<std::size_t>(i)]).rows;
  return b.slice_rows(g, begin, b.type(node.args[static_cast<std::size_t>(arg)]).rows);
}

Type infer_neighbour_sum(const std::vector<Type>& t, const Attributes& a) {
  const Neighbours& n = a.as<Neighbours>();
  check_fits(n.from && n.to && n.from->count == t[0].rows && n.from->target.size() == n.to->target.size(),
             t[0], "the neighbours");
  return {t[0].planes, n.to->count, t[0].lanes, t[0].domain};
}

Value vjp_neighbour_sum(Builder& b, Value out, int, Value g) {  // the same the other way
  const Neighbours n = b.graph()[out].attributes.as<Neighbours>();
  return b.neighbour_sum(g, n.to, n.from);
}

Value expand_neighbour_sum(Builder& b, const std::vector<Value>& v, const Attributes& a) {
  const Neighbours& n = a.as<Neighbours>();
  return b.segment_sum_rows(b.gather_rows(v[0], n.from), n.to);
}

}  // namespace

const Operation gather_rows{.name = "gather_rows",
                            .attributes = Indexed{},
                            .keeps_finite = true,
                            .infer = infer_gather_rows,
                            .vjp = vjp_gather_rows,
                            .sign = sign_plus};
const Operation segment_sum_rows{.name = "segment_sum_rows",
                                 .attributes = Indexed{},
                                 .keeps_finite = true,
                                 .infer = infer_segment_sum_rows,
                                 .vjp = vjp_segment_sum_rows,
                                 .sign = sign_plus};
const Operation slice_rows{.name = "slice_rows",
                           .attributes = Rows{},
                           .keeps_finite = true,
                           .parts = Parts::result_of_operand,
                           .first_row = first_row,
                           .infer = infer_slice_rows,
                           .vjp = vjp_slice_rows,
                           .sign = sign_plus};
const Operation pad_rows{.name = "pad_rows",
                         .attributes = Rows{},
                         .infer = infer_pad_rows,
                         .vjp = vjp_pad_rows,
                         .sign = sign_plus};
const Operation concat_rows{.name = "concat_rows",
                            .arity = -1,
                            .keeps_finite = true,
                            .parts = Parts::operands_of_result,
                            .infer = infer_concat_rows,
                            .vjp = vjp_concat_rows,
                            .sign = sign_plus};

/// segment_sum_rows of gather_rows, without an array of what is gathered.
const Operation neighbour_sum{.name = "neighbour_sum",
                              .attributes = Neighbours{},
                              .keeps_finite = true,
                              .infer = infer_neighbour_sum,
                              .vjp = vjp_neighbour_sum,
                              .sign = sign_plus,
                              .expand = expand_neighbour_sum};

}  // namespace unfurl::ir::ops
