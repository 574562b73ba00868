// Belief propagation in the log domain: exclusive sums at variables, binary pairwise messages at factors, and powers.
#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

using detail::cat;

Type infer_exclusive_sum(const std::vector<Type>& t, const Attributes& a) {
  const Type &unary = t[0], &messages = t[1];
  if (!a.index || a.index->count != unary.rows || static_cast<int>(a.index->target.size()) != messages.rows ||
      unary.planes != messages.planes)
    throw InternalError(
        cat("beliefs ", to_string(unary), " and messages ", to_string(messages), " do not fit"));
  return {messages.planes, messages.rows, unary.lanes || messages.lanes,
          all_nonneg(t) ? Domain::nonneg : Domain::real};
}

// Prefix and suffix sums over the edges of a variable, never "total minus own": exact with -inf among the messages.
template <class T>
void run_exclusive_sum(const Call<T>& c) {
  const IndexTable& index = *c.attributes->index;
  const View<const T>&unary = c.in[0], &messages = c.in[1];
  const int lanes = c.out.lanes;
  Eigen::Array<T, Eigen::Dynamic, 1> running(lanes);
  const auto add = [lanes](auto& to, const T* from, std::ptrdiff_t step) {
    if (step)
      to += ConstArrayMap<T>(from, lanes);
    else
      to += *from;
  };
  for (int p = 0; p < c.out.planes; ++p)
    for (int v = 0; v < index.count; ++v) {
      const int begin = index.offsets[static_cast<std::size_t>(v)],
                end = index.offsets[static_cast<std::size_t>(v) + 1];
      running.setZero();
      add(running, unary.row(p, v), unary.lane_stride);
      for (int i = begin; i < end; ++i) {
        const int edge = index.members[static_cast<std::size_t>(i)];
        ArrayMap<T>(c.out.row(p, edge), lanes) = running;
        if (i + 1 < end) add(running, messages.row(p, edge), messages.lane_stride);
      }
      running.setZero();
      for (int i = end - 1; i > begin; --i) {
        add(running, messages.row(p, index.members[static_cast<std::size_t>(i)]), messages.lane_stride);
        ArrayMap<T>(c.out.row(p, index.members[static_cast<std::size_t>(i - 1)]), lanes) += running;
      }
    }
}

Value vjp_exclusive_sum(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Index& index = node.attributes.index;
  if (arg == 0) return b.segment_sum_rows(g, index);
  return b.exclusive_sum(b.zeros(b.type(node.args[0]).with(Domain::nonneg)), g, index);  // its own adjoint
}

// |J + m/2| - |J - m/2| is +-2 min(|J|, |m/2|): written so, certain evidence (huge or infinite m) cancels nothing.
template <class T>
void run_ising_message(const Call<T>& c) {
  for_runs(c, [](T* o, const T* j, std::ptrdiff_t sj, const T* m, std::ptrdiff_t sm, std::ptrdiff_t n) {
    constexpr Eigen::Index block = 256;
    Eigen::Array<T, block, 1> lead_block, up_block, down_block;
    for (std::ptrdiff_t at = 0; at < n; at += block) {
      const Eigen::Index k = std::min<Eigen::Index>(block, n - at);
      auto lead = lead_block.head(k), up = up_block.head(k), down = down_block.head(k);
      const auto put = [&](const auto& coupling, const auto& half) {
        lead = T(2) * coupling.min(half).max(-coupling.max(half));
        up = (coupling + half).abs();
        down = (coupling - half).abs();
      };
      const ConstArrayMap<T> js(j + (sj ? at : 0), sj ? k : 1), ms(m + (sm ? at : 0), sm ? k : 1);
      const auto constant = [k](T value) { return Eigen::Array<T, Eigen::Dynamic, 1>::Constant(k, value); };
      if (sj && sm)
        put(js, T(0.5) * ms);
      else if (sj)
        put(js, constant(T(0.5) * *m));
      else if (sm)
        put(constant(*j), T(0.5) * ms);
      else
        put(constant(*j), constant(T(0.5) * *m));
      ArrayMap<T>(o + at, k) = lead + ((T(1) + (T(-2) * up).exp()) / (T(1) + (T(-2) * down).exp())).log();
    }
  });
}

Value expand_ising_message(Builder& b, const std::vector<Value>& a, const Attributes&) {
  const Value half = b.scale(a[1], 0.5);
  return b.sub(b.log_cosh(b.add(a[0], half)), b.log_cosh(b.sub(a[0], half)));
}

// It is parity_message(2 J, m).
Value vjp_ising_message(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value twice = b.scale(node.args[0], 2), message = node.args[1];
  if (arg == 0) return b.mul(g, b.scale(b.emit("parity_slope", {twice, message}), 2));
  return b.mul(g, b.emit("parity_slope", {message, twice}));
}

// Max-product: |J + m/2| - |J - m/2| = sign(J) sign(m) min(2 |J|, |m|).
template <class T>
void run_ising_max_message(const Call<T>& c) {
  map_pair(c, [](T coupling, T message) {
    const T half = T(0.5) * message;
    const T low = coupling < half ? coupling : half, high = coupling < half ? half : coupling;
    return T(2) * (low > -high ? low : -high);
  });
}
Value expand_ising_max_message(Builder& b, const std::vector<Value>& a, const Attributes&) {
  const Value half = b.scale(a[1], 0.5);
  return b.sub(b.abs(b.add(a[0], half)), b.abs(b.sub(a[0], half)));
}
Value vjp_ising_max_message(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  const Value half = b.scale(node.args[1], 0.5);
  const Value up = b.sign(b.add(node.args[0], half)), down = b.sign(b.sub(node.args[0], half));
  return arg == 0 ? b.mul(g, b.sub(up, down)) : b.mul(g, b.scale(b.add(up, down), 0.5));
}

// The logarithm of a power: what is impossible stays so, 0^0 = 1, and the exponent does not see infinities.
template <class T>
void run_log_power(const Call<T>& c) {
  map_pair(c, [](T log_value, T exponent) { return exponent == T(0) ? T(0) : exponent * log_value; });
}
Value vjp_log_power(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  return b.mul(g, arg == 0 ? node.args[1] : b.emit("finite_part", {node.args[0]}));
}
Sign sign_log_power(const std::vector<Type>& t, const Attributes&, int arg) {
  return t[arg == 0 ? 1 : 0].domain == Domain::real ? Sign::mixed : Sign::plus;
}

template <class T>
void run_finite_part(const Call<T>& c) {
  map_array(c, [](auto x) { return x.unaryExpr([](T v) { return std::isinf(v) ? T(0) : v; }); });
}
Value vjp_finite_part(Builder&, Value, int, Value g) { return g; }

}  // namespace

const OpDef exclusive_sum{.name = "exclusive_sum",
                          .arity = 2,
                          .infer = infer_exclusive_sum,
                          .vjp = vjp_exclusive_sum,
                          .sign = sign_plus,
                          UNFURL_KERNELS(run_exclusive_sum)};
const OpDef ising_message{.name = "ising_message",
                          .arity = 2,
                          .elementwise = true,
                          .infer = infer_domain<Domain::real>,
                          .vjp = vjp_ising_message,
                          .sign = sign_mixed,
                          .expand = expand_ising_message,
                          UNFURL_KERNELS(run_ising_message)};

const OpDef ising_max_message{.name = "ising_max_message",
                              .arity = 2,
                              .elementwise = true,
                              .infer = infer_domain<Domain::real>,
                              .vjp = vjp_ising_max_message,
                              .sign = sign_mixed,
                              .expand = expand_ising_max_message,
                              UNFURL_KERNELS(run_ising_max_message)};
const OpDef log_power{.name = "log_power",
                      .arity = 2,
                      .elementwise = true,
                      .infer = infer_joint,
                      .vjp = vjp_log_power,
                      .sign = sign_log_power,
                      UNFURL_KERNELS(run_log_power)};
const OpDef finite_part{.name = "finite_part",
                        .elementwise = true,
                        .infer = infer_joint,
                        .vjp = vjp_finite_part,
                        .sign = sign_plus,
                        UNFURL_KERNELS(run_finite_part)};

}  // namespace unfurl::ir::ops
