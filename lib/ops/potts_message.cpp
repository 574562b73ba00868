// Belief propagation through factors that know only whether two states agree: linear in the number of states.
#include <array>
#include <limits>

#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type infer_potts_message(const std::vector<Type>& t, const Attributes&) {
  const Type &coupling = t[0], &message = t[1];
  if (coupling.planes != 1 || (coupling.rows != 1 && coupling.rows != message.rows))
    throw InternalError(cat("no message ", to_string(message), " through couplings ", to_string(coupling)));
  return {message.planes, message.rows, coupling.lanes || message.lanes, Domain::real};
}

/// log of the sum of exp over all planes but one, whatever their sizes.
template <class T>
T log_sum_of_others(const View<const T>& m, const T* first, int without) {
  T top = -std::numeric_limits<T>::infinity(), sum = 0;
  for (int p = 0; p < m.planes; ++p)
    if (p != without) top = std::max(top, first[p * m.plane_stride]);
  if (std::isinf(top)) return top;
  for (int p = 0; p < m.planes; ++p)
    if (p != without) sum += std::exp(first[p * m.plane_stride] - top);
  return top + std::log(sum);
}

// The sum over the others of a state holds the largest term, but for the state that has it: there it is a sum of its own,
// and done again where it is so small that terms may be lost. So nothing cancels, and nothing over- or underflows.
template <class T>
void run_potts_message(const Call<T>& c) {
  const View<const T>&coupling = c.in[0], &m = c.in[1];
  constexpr int block = 256, nowhere = -1;
  constexpr T impossible = -std::numeric_limits<T>::infinity();
  const T least =
      std::numeric_limits<T>::min() / (std::numeric_limits<T>::epsilon() * std::numeric_limits<T>::epsilon());
  Eigen::Array<T, block, 1> top_block, others_block, j_block, work_block, sum_block;
  std::array<int, block> best;
  const std::ptrdiff_t n = static_cast<std::ptrdiff_t>(c.out.rows) * c.out.lanes;
  const auto place = [&](const View<const T>& v, std::ptrdiff_t i) {
    return v.row(0, static_cast<int>(i / c.out.lanes)) + i % c.out.lanes * v.lane_stride;
  };
  for (std::ptrdiff_t at = 0; at < n; at += block) {
    const auto k = static_cast<int>(std::min<std::ptrdiff_t>(block, n - at));
    auto top = top_block.head(k), others = others_block.head(k), j = j_block.head(k),
         work = work_block.head(k), sum = sum_block.head(k);
    const auto load = [&](int p) {
      for (int i = 0; i < k; ++i) work[i] = place(m, at + i)[p * m.plane_stride];
    };
    const auto result = [&](int p) { return ArrayMap<T>(c.out.row(p, 0) + at, k); };
    top.setConstant(impossible);
    best.fill(0);
    for (int i = 0; i < k; ++i) j[i] = *place(coupling, at + i);
    for (int p = 0; p < m.planes; ++p) {
      load(p);
      for (int i = 0; i < k; ++i) {
        best[static_cast<std::size_t>(i)] = work[i] > top[i] ? p : best[static_cast<std::size_t>(i)];
        top[i] = work[i] > top[i] ? work[i] : top[i];
      }
    }
    for (int i = 0; i < k; ++i)
      if (top[i] == impossible) top[i] = T(0), best[static_cast<std::size_t>(i)] = nowhere;
    others.setZero();
    for (int p = 0; p < m.planes; ++p) {
      load(p);
      auto to = result(p);
      to = (work - top).exp();
      for (int i = 0; i < k; ++i) others[i] += best[static_cast<std::size_t>(i)] == p ? T(0) : to[i];
    }
    for (int p = 0; p < m.planes; ++p) {
      load(p);
      auto to = result(p);  // exp(m - top), until it is the message
      for (int i = 0; i < k; ++i)
        sum[i] = best[static_cast<std::size_t>(i)] == p         ? others[i]
                 : best[static_cast<std::size_t>(i)] == nowhere ? T(0)
                                                                : T(1) + (others[i] - to[i]);
      // log(sum exp(top) + exp(J + m)), relative to the larger of exp(top) and exp(J + m)
      work = top - (j + work);
      to = (-work.abs()).exp();
      for (int i = 0; i < k; ++i) {
        const bool lead = work[i] >= T(0);
        const T smaller = std::isinf(work[i]) ? T(0) : to[i];  // which the vectorised exp need not give
        sum[i] = lead ? sum[i] + smaller : T(1) + sum[i] * smaller;
        work[i] = lead ? top[i] : top[i] - work[i];
      }
      to = sum.log() + work;
      for (int i = 0; i < k; ++i)
        if (best[static_cast<std::size_t>(i)] == p && others[i] < least) {
          const T* first = place(m, at + i);
          const T apart = log_sum_of_others(m, first, p), own = j[i] + first[p * m.plane_stride];
          const T high = std::max(apart, own), low = std::min(apart, own);
          to[i] = std::isinf(high) ? high : high + std::log1p(std::exp(low - high));
        }
    }
  }
}

// The sums over states of both gradients are again such messages, of logarithms of the magnitudes of either sign.
Value vjp_potts_message(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value coupling = node.args[0], m = node.args[1], finite = b.emit("finite_part", {out});
  if (arg == 0) return b.mul(g, b.exp(b.sub(b.add(coupling, m), finite)));
  const Value possible = b.above(out, -std::numeric_limits<double>::infinity());  // others pass no gradient
  const auto half = [&](Value magnitude) {
    const Value log_g = b.sub(b.log(b.gate(magnitude, possible)), finite);
    return b.exp(b.add(m, b.emit("potts_message", {coupling, log_g})));
  };
  if (b.type(g).domain == Domain::nonneg) return half(g);
  return b.sub(half(b.relu(g)), half(b.relu(b.neg(g))));
}

}  // namespace

/// out(s) = log( sum_{t != s} exp(m(t)) + exp(J + m(s)) ), from J [1, rows or 1] and m [states, rows].
const OpDef potts_message{.name = "potts_message",
                          .arity = 2,
                          .infer = infer_potts_message,
                          .vjp = vjp_potts_message,
                          .sign = sign_plus,
                          UNFURL_KERNELS(run_potts_message)};

}  // namespace unfurl::ir::ops
