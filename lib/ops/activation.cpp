// Non-linearities of layers, and the gates of their gradients.
#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

template <class T>
void run_relu(const Call<T>& c) {
  map_array(c, [](auto x) { return x.unaryExpr([](T v) { return v < T(0) ? T(0) : v; }); });
}
template <class T>
void run_sigmoid(const Call<T>& c) {
  map_to_zero(c, [](auto x) { return (T(1) + (-x).exp()).inverse(); });
}
template <class T>
void run_tanh(const Call<T>& c) {
  map_array(c, [](auto x) { return x.tanh(); });
}
template <class T>
void run_softplus(const Call<T>& c) {
  map_array(c, [](auto x) { return x.max(T(0)) + (-x.abs()).exp().log1p(); });
}
template <class T>
void run_log_cosh(const Call<T>& c) {  // |x| + log(1 + exp(-2|x|)) - log 2
  map_array(c, [](auto x) { return x.abs() + (T(0.5) + T(0.5) * (T(-2) * x.abs()).exp()).log(); });
}
template <class T>
void run_gate(const Call<T>& c) {
  map_pair(c, [](T a, T by) { return by != T(0) ? a : T(0); });
}
template <class T>
void run_soft_threshold(const Call<T>& c) {
  map_pair(c, [](T a, T t) {
    const T up = a - t, down = a + t;
    return (up < T(0) ? T(0) : up) + (down > T(0) ? T(0) : down);  // a NaN stays
  });
}

Value first(Builder& b, Value out) { return b.graph()[out].args[0]; }

Value vjp_relu(Builder& b, Value out, int, Value g) { return b.gate(g, out); }
// The other probability and 1 - tanh^2 are not differences here: those would be 0 long before their slopes are.
Value vjp_sigmoid(Builder& b, Value out, int, Value g) {
  return b.mul(g, b.mul(out, b.sigmoid(b.neg(first(b, out)))));
}
Value vjp_tanh(Builder& b, Value out, int, Value g) {
  const Value twice = b.scale(first(b, out), 2);
  return b.mul(g, b.scale(b.mul(b.sigmoid(twice), b.sigmoid(b.neg(twice))), 4));
}
Value vjp_softplus(Builder& b, Value out, int, Value g) { return b.mul(g, b.sigmoid(first(b, out))); }
Value vjp_log_cosh(Builder& b, Value out, int, Value g) { return b.mul(g, b.tanh(first(b, out))); }
Value vjp_gate(Builder& b, Value out, int arg, Value g) {
  return arg == 0 ? b.gate(g, b.graph()[out].args[1]) : Value{};
}
Value vjp_soft_threshold(Builder& b, Value out, int arg, Value g) {
  return arg == 0 ? b.gate(g, out) : b.neg(b.mul(g, b.sign(out)));
}

template <class T>
void run_one_minus(const Call<T>& c) {
  map_array(c, [](auto x) { return T(1) - x; });
}
Value vjp_one_minus(Builder& b, Value, int, Value g) { return b.neg(g); }
Sign sign_minus(const std::vector<Type>&, const Attributes&, int) { return Sign::minus; }

Type infer_first(const std::vector<Type>& t, const Attributes&) { return broadcast_type(t, t[0].domain); }
Sign sign_soft_threshold(const std::vector<Type>& t, const Attributes&, int arg) {
  if (arg == 0) return Sign::plus;
  return t[0].domain == Domain::real ? Sign::mixed : Sign::minus;
}

}  // namespace

const OpDef relu{.name = "relu",
                 .elementwise = true,
                 .infer = infer_domain<Domain::nonneg>,
                 .vjp = vjp_relu,
                 .sign = sign_plus,
                 UNFURL_KERNELS(run_relu)};
const OpDef sigmoid{.name = "sigmoid",
                    .elementwise = true,
                    .infer = infer_domain<Domain::nonneg>,
                    .vjp = vjp_sigmoid,
                    .sign = sign_plus,
                    UNFURL_KERNELS(run_sigmoid)};
const OpDef tanh{.name = "tanh",
                 .elementwise = true,
                 .infer = infer_joint,
                 .vjp = vjp_tanh,
                 .sign = sign_plus,
                 UNFURL_KERNELS(run_tanh)};
const OpDef softplus{.name = "softplus",
                     .elementwise = true,
                     .infer = infer_domain<Domain::nonneg>,
                     .vjp = vjp_softplus,
                     .sign = sign_plus,
                     UNFURL_KERNELS(run_softplus)};
const OpDef log_cosh{.name = "log_cosh",
                     .elementwise = true,
                     .infer = infer_domain<Domain::nonneg>,
                     .vjp = vjp_log_cosh,
                     .sign = sign_plus_if_nonneg,
                     UNFURL_KERNELS(run_log_cosh)};
/// 1 - a for a in [0, 1], the probability of the other event.
const OpDef one_minus{.name = "one_minus",
                      .elementwise = true,
                      .infer = infer_domain<Domain::nonneg>,
                      .vjp = vjp_one_minus,
                      .sign = sign_minus,
                      UNFURL_KERNELS(run_one_minus)};
const OpDef gate{.name = "gate",
                 .arity = 2,
                 .elementwise = true,
                 .infer = infer_first,
                 .vjp = vjp_gate,
                 .sign = sign_plus,
                 UNFURL_KERNELS(run_gate)};
const OpDef soft_threshold{.name = "soft_threshold",
                           .arity = 2,
                           .elementwise = true,
                           .infer = infer_first,
                           .vjp = vjp_soft_threshold,
                           .sign = sign_soft_threshold,
                           UNFURL_KERNELS(run_soft_threshold)};

}  // namespace unfurl::ir::ops
