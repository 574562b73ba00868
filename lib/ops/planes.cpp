// Gathering, summing and log-sum-exp over planes: the states of variables and the entries of tables.
#include <numeric>

#include "ops/rules.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type infer_gather_planes(const std::vector<Type>& t, const Attributes& a) {
  const Index& index = a.as<Indexed>().index;
  if (!index || index->count != t[0].planes)
    throw InternalError(cat("planes of ", to_string(t[0]), " do not fit the index"));
  return {static_cast<int>(index->target.size()), t[0].rows, t[0].lanes, t[0].domain};
}

Type infer_segment_planes(const std::vector<Type>& t, const Attributes& a) {
  const Index& index = a.as<Indexed>().index;
  if (!index || static_cast<int>(index->target.size()) != t[0].planes)
    throw InternalError(cat("planes of ", to_string(t[0]), " do not fit the index"));
  return {index->count, t[0].rows, t[0].lanes, t[0].domain};
}

Type infer_segment_log_sum_exp(const std::vector<Type>& t, const Attributes& a) {
  return infer_segment_planes(t, a).with(Domain::real);
}

Value vjp_gather_planes(Builder& b, Value out, int, Value g) {
  return b.segment_sum_planes(g, index_of(b, out));
}

Value vjp_segment_sum_planes(Builder& b, Value out, int, Value g) {
  return b.gather_planes(g, index_of(b, out));
}

Value vjp_segment_log_sum_exp(Builder& b, Value out, int, Value g) {
  const Node node = b.graph()[out];
  const Index index = index_of(b, out);
  const bool single = index->count == 1;  // broadcasting does the gathering
  const auto spread = [&](Value v) { return single ? v : b.gather_planes(v, index); };
  // An impossible result (-inf) passes no gradient: all of its entries are -inf, of which 0 is taken.
  const Value finite = b.zero_if_infinite(out);
  return b.mul(spread(g), b.exp(b.sub(node.args[0], spread(finite))));
}

Type infer_normalize(const std::vector<Type>& t, const Attributes&) { return t[0].with(Domain::real); }

Value expand_normalize(Builder& b, const std::vector<Value>& v, const Attributes&) {
  return b.sub(v[0], b.log_sum_exp_planes(v[0]));
}

Value vjp_normalize(Builder& b, Value out, int, Value g) {
  return b.graph().add(normalize_planes_pull, {out, g}, {}, b.graph()[out].layer, b.graph()[out].origin);
}

Type infer_normalize_pull(const std::vector<Type>& t, const Attributes&) {
  if (!t[0].same_shape(t[1]))
    throw InternalError(cat(to_string(t[1]), " is no gradient of ", to_string(t[0])));
  return t[0].with(Domain::real);
}

Value expand_normalize_pull(Builder& b, const std::vector<Value>& v, const Attributes&) {
  const Type total{1, b.type(v[1]).rows, b.type(v[1]).lanes};
  return b.sub(v[1], b.mul(b.exp(v[0]), b.sum_to(v[1], total)));
}

Value vjp_segment_max(Builder& b, Value out, int, Value g) {
  const Node node = b.graph()[out];
  const Index index = index_of(b, out);
  return b.mul(index->count == 1 ? g : b.gather_planes(g, index),
               b.segment_largest_planes(node.args[0], index));
}

Type infer_segment_largest(const std::vector<Type>& t, const Attributes& a) {
  (void)infer_segment_planes(t, a);
  return t[0].with(Domain::nonneg);
}

Type infer_one_hot(const std::vector<Type>& t, const Attributes& a) {
  if (t[0].planes != 1) throw InternalError(cat("labels must be one plane, not ", to_string(t[0])));
  return {a.as<States>().states, t[0].rows, t[0].lanes, Domain::nonneg};
}

Type infer_concat_planes(const std::vector<Type>& t, const Attributes&) {
  if (t.empty()) throw InternalError("nothing to concatenate");
  Type out = t[0].with(all_nonneg(t) ? Domain::nonneg : Domain::real);
  out.planes = 0;
  for (const Type& part : t) {
    if (part.rows != out.rows || part.lanes != out.lanes)
      throw InternalError(cat("planes of ", to_string(part), " do not fit ", to_string(t[0])));
    out.planes += part.planes;
  }
  return out;
}

Value vjp_concat_planes(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  int begin = 0;
  for (int i = 0; i < arg; ++i) begin += b.type(node.args[static_cast<std::size_t>(i)]).planes;
  std::vector<int> own(static_cast<std::size_t>(b.type(node.args[static_cast<std::size_t>(arg)]).planes));
  std::iota(own.begin(), own.end(), begin);
  return b.gather_planes(g, make_index(std::move(own), b.type(out).planes));
}

}  // namespace

const Operation gather_planes{.name = "gather_planes",
                              .attributes = Indexed{},
                              .keeps_finite = true,
                              .infer = infer_gather_planes,
                              .vjp = vjp_gather_planes,
                              .sign = sign_plus};
const Operation segment_sum_planes{.name = "segment_sum_planes",
                                   .attributes = Indexed{},
                                   .keeps_finite = true,
                                   .infer = infer_segment_planes,
                                   .vjp = vjp_segment_sum_planes,
                                   .sign = sign_plus};
const Operation concat_planes{.name = "concat_planes",
                              .arity = -1,
                              .keeps_finite = true,
                              .infer = infer_concat_planes,
                              .vjp = vjp_concat_planes,
                              .sign = sign_plus};
const Operation segment_log_sum_exp_planes{.name = "segment_log_sum_exp_planes",
                                           .attributes = Indexed{},
                                           .infer = infer_segment_log_sum_exp,
                                           .vjp = vjp_segment_log_sum_exp,
                                           .sign = sign_plus};
/// Log-probabilities of the states that planes are: a less its log-sum-exp.
const Operation normalize_planes{.name = "normalize_planes",
                                 .infer = infer_normalize,
                                 .vjp = vjp_normalize,
                                 .sign = sign_mixed,
                                 .split = split_together,
                                 .expand = expand_normalize};
/// Its gradient, from its result y and that one's gradient g: g - exp(y) times the sum of g over planes.
const Operation normalize_planes_pull{.name = "normalize_planes_pull",
                                      .arity = 2,
                                      .infer = infer_normalize_pull,
                                      .sign = sign_mixed,
                                      .expand = expand_normalize_pull};
const Operation segment_max_planes{.name = "segment_max_planes",
                                   .attributes = Indexed{},
                                   .infer = infer_segment_planes,
                                   .vjp = vjp_segment_max,
                                   .sign = sign_plus};
const Operation segment_largest_planes{
    .name = "segment_largest_planes", .attributes = Indexed{}, .infer = infer_segment_largest};
const Operation one_hot{
    .name = "one_hot", .attributes = States{}, .keeps_finite = true, .infer = infer_one_hot};
/// 1 where an entry is the largest of its row and sample over the planes, up to the rounding of sums, else 0; no gradient.
const Operation near_largest_planes{.name = "near_largest_planes", .infer = infer_domain<Domain::nonneg>};

}  // namespace unfurl::ir::ops
