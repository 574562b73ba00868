// Belief propagation through tables of two binary variables, as log-ratios: one operation instead of fifteen.
#include <limits>

#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

/// Plane of the table where the receiving variable is in state i and the sending one in state j.
int entry(const Attributes& a, int i, int j) { return a.transpose ? 2 * j + i : 2 * i + j; }
bool maximises(const Attributes& a) { return a.number != 0; }

/// i or j of every plane.
std::vector<int> receiver(const Attributes& a) {
  return a.transpose ? std::vector{0, 1, 0, 1} : std::vector{0, 0, 1, 1};
}
std::vector<int> sender(const Attributes& a) {
  return a.transpose ? std::vector{0, 0, 1, 1} : std::vector{0, 1, 0, 1};
}

void check_pair(const Type& table, const Type& message) {
  if (table.planes != 4 || message.planes != 1 ||
      (table.rows != message.rows && table.rows != 1 && message.rows != 1))
    throw InternalError(cat("no message ", to_string(message), " through a table ", to_string(table)));
}
Type infer_pair_message(const std::vector<Type>& t, const Attributes&) {
  check_pair(t[0], t[1]);
  return {1, std::max(t[0].rows, t[1].rows), t[0].lanes || t[1].lanes, Domain::real};
}
Type infer_pair_shares(const std::vector<Type>& t, const Attributes&) {
  check_pair(t[0], t[1]);
  return {4, std::max(t[0].rows, t[1].rows), t[0].lanes || t[1].lanes, Domain::nonneg};
}

/// For blocks of rows and samples: table entries plus what the message says, of which the larger part is 0.
template <class T>
struct Joint {
  static constexpr int block = 128;
  using Array = Eigen::Array<T, block, 1>;
  Array x[2][2];  // by i and j

  template <class Body>
  void for_blocks(const Call<T>& c, Body body) {
    const View<const T>&table = c.in[0], &message = c.in[1];
    const View<T>& o = c.out;
    const T* t[2][2];
    for (int i : {0, 1})
      for (int j : {0, 1}) t[i][j] = table.row(entry(*c.attributes, i, j), 0);
    int row = 0, lane = 0;
    const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(o.rows) * o.lanes;
    for (std::ptrdiff_t at = 0; at < n; at += block) {
      const int k = static_cast<int>(std::min<std::ptrdiff_t>(block, n - at));
      for (int e = 0; e < k; ++e) {
        const T m = message.row(0, row)[lane * message.lane_stride];
        const T said[2] = {m > T(0) ? -m : T(0), m > T(0) ? T(0) : m};
        const std::ptrdiff_t place = row * table.row_stride + lane * table.lane_stride;
        for (int i : {0, 1})
          for (int j : {0, 1}) x[i][j][e] = t[i][j][place] + said[j];
        if (++lane == o.lanes) lane = 0, ++row;
      }
      body(at, k);
    }
  }
  auto top(int i, int k) const { return x[i][0].head(k).max(x[i][1].head(k)); }
  /// How far the smaller is below the larger; 0 where both are impossible.
  auto below(int i, int k) const {
    return (x[i][0].head(k) == x[i][1].head(k)).select(T(0), -(x[i][0].head(k) - x[i][1].head(k)).abs());
  }
};

template <class T>
void run_pair_message(const Call<T>& c) {
  Joint<T> joint;
  const bool maximise = maximises(*c.attributes);
  joint.for_blocks(c, [&](std::ptrdiff_t at, int k) {
    ArrayMap<T> to(c.out.data + at, k);
    if (maximise)
      to = joint.top(1, k) - joint.top(0, k);
    else
      to = (joint.top(1, k) - joint.top(0, k)) +
           ((T(1) + joint.below(1, k).exp()) / (T(1) + joint.below(0, k).exp())).log();
  });
}

template <class T>
void run_pair_shares(const Call<T>& c) {
  Joint<T> joint;
  const bool maximise = maximises(*c.attributes);
  const T impossible = -std::numeric_limits<T>::infinity();
  joint.for_blocks(c, [&](std::ptrdiff_t at, int k) {
    for (int i : {0, 1}) {
      const auto &first = joint.x[i][0], &second = joint.x[i][1];
      typename Joint<T>::Array less;
      less.head(k) = joint.below(i, k).exp();
      T *one = c.out.row(entry(*c.attributes, i, 0), 0) + at,
        *other = c.out.row(entry(*c.attributes, i, 1), 0) + at;
      for (int e = 0; e < k; ++e) {
        const T small = maximise ? T(first[e] == second[e]) : less[e];
        const T low = small / (T(1) + small), high = T(1) / (T(1) + small);
        const bool none = first[e] == impossible && second[e] == impossible;
        one[e] = none ? T(0) : first[e] < second[e] ? low : high;
        other[e] = none ? T(0) : first[e] < second[e] ? high : low;
      }
    }
  });
}

/// log of the sum (or maximum) over j of exp( table(i, j) + j m ), for state 1 of i less that for state 0.
Value expand_pair_message(Builder& b, const std::vector<Value>& args, const Attributes& a) {
  const Value said =
      b.gather_planes(b.segment_sum_planes(args[1], make_index({1}, 2)), make_index(sender(a), 2));
  const Value joint = b.add(args[0], said);
  const Index index = make_index(receiver(a), 2);
  const Value both =
      maximises(a) ? b.segment_max_planes(joint, index) : b.segment_log_sum_exp_planes(joint, index);
  return b.sub(b.plane(both, 1), b.plane(both, 0));
}

/// A gradient as a difference: both rules, ordinary and split, follow from it.
struct Sides {
  Value up, down;
};
using Rule = Sides (*)(Builder&, const Node&, Value out, int arg, Value gradient);

template <Rule rule>
Value vjp_of(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Sides s = rule(b, node, out, arg, g);
  return s.up ? b.sub(s.up, s.down) : Value{};
}
template <Rule rule>
Split split_of(Builder& b, Value out, int arg, Split g) {
  const Node node = b.graph()[out];
  Split result;
  const auto add = [&](Value& half, Value v) { half = half && v ? b.add(half, v) : half ? half : v; };
  if (g.plus) {
    const Sides s = rule(b, node, out, arg, g.plus);
    add(result.plus, s.up), add(result.minus, s.down);
  }
  if (g.minus) {
    const Sides s = rule(b, node, out, arg, g.minus);
    add(result.plus, s.down), add(result.minus, s.up);
  }
  return result;
}

/// State 1 pulls up, by the share of each j in it, and state 0 down.
Sides message_sides(Builder& b, const Node& node, Value, int arg, Value g) {
  const Attributes& a = node.attributes;
  const Value shares = b.emit("pair_shares", node.args, a);
  if (arg == 1) return {b.mul(g, b.plane(shares, entry(a, 1, 1))), b.mul(g, b.plane(shares, entry(a, 0, 1)))};
  const auto half = [&](int state) {
    std::vector<double> of(4, 0);
    for (int j : {0, 1}) of[static_cast<std::size_t>(entry(a, state, j))] = 1;
    return b.mul(b.mul(b.constant(std::move(of), {4, 1, false, Domain::nonneg}), shares), g);
  };
  return {half(1), half(0)};
}

/// Of shares s that sum to 1 for every i: d s_j / d x_j' = s_j ([j = j'] - s_j'). Those of maxima are constant.
Sides shares_sides(Builder& b, const Node& node, Value out, int arg, Value g) {
  const Attributes& a = node.attributes;
  if (maximises(a)) return {};
  const Index index = make_index(receiver(a), 2);
  const Value own = b.mul(g, out);
  const Value all = b.mul(out, b.gather_planes(b.segment_sum_planes(own, index), index));
  if (arg == 0) return {own, all};
  const auto sent = [&](Value v) { return b.add(b.plane(v, entry(a, 0, 1)), b.plane(v, entry(a, 1, 1))); };
  return {sent(own), sent(all)};
}

}  // namespace

const OpDef pair_message{.name = "pair_message",
                         .arity = 2,
                         .infer = infer_pair_message,
                         .vjp = vjp_of<message_sides>,
                         .sign = sign_mixed,
                         .split = split_of<message_sides>,
                         .expand = expand_pair_message,
                         UNFURL_KERNELS(run_pair_message)};
/// Of the table's entries, in their places: the share of each j in the sum (or maximum) for i.
const OpDef pair_shares{.name = "pair_shares",
                        .arity = 2,
                        .infer = infer_pair_shares,
                        .vjp = vjp_of<shares_sides>,
                        .sign = sign_mixed,
                        .split = split_of<shares_sides>,
                        UNFURL_KERNELS(run_pair_shares)};

}  // namespace unfurl::ir::ops
