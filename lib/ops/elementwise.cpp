// Arithmetic, entry by entry.
#include "ops/kernels.hpp"
#include "ops/ops.hpp"

namespace unfurl::ir::ops {

namespace {

template <class T>
void run_add(const Call<T>& c) {
  map_pair(c, [](T a, T b) { return a + b; });
}
template <class T>
void run_sub(const Call<T>& c) {
  map_pair(c, [](T a, T b) { return a - b; });
}
template <class T>
void run_mul(const Call<T>& c) {
  map_pair(c, [](T a, T b) { return a * b; });
}
template <class T>
void run_div(const Call<T>& c) {
  map_pair(c, [](T a, T b) { return a / b; });
}
template <class T>
void run_neg(const Call<T>& c) {
  map_array(c, [](auto x) { return -x; });
}
template <class T>
void run_exp(const Call<T>& c) {
  map_to_zero(c, [](auto x) { return x.exp(); });
}
template <class T>
void run_log(const Call<T>& c) {
  map_array(c, [](auto x) { return x.log(); });
}
template <class T>
void run_sqrt(const Call<T>& c) {
  map_array(c, [](auto x) { return x.sqrt(); });
}
template <class T>
void run_square(const Call<T>& c) {
  map_array(c, [](auto x) { return x.square(); });
}
template <class T>
void run_abs(const Call<T>& c) {
  map_array(c, [](auto x) { return x.abs(); });
}
template <class T>
void run_sign(const Call<T>& c) {
  map_array(c,
            [](auto x) { return x.unaryExpr([](T v) { return static_cast<T>((v > T(0)) - (v < T(0))); }); });
}
template <class T>
void run_floor_at(const Call<T>& c) {
  const T least = static_cast<T>(c.attributes->number);
  map_array(c,
            [=](auto x) { return x.unaryExpr([=](T v) { return v < least ? least : v; }); });  // a NaN stays
}
template <class T>
void run_above(const Call<T>& c) {
  const T threshold = static_cast<T>(c.attributes->number);
  map_array(c, [=](auto x) { return x.unaryExpr([=](T v) { return v > threshold ? T(1) : T(0); }); });
}
template <class T>
void run_pow(const Call<T>& c) {  // the common powers of beta divergences without a call of pow
  const double e = c.attributes->number;
  if (e == -0.5) return map_array(c, [](auto x) { return x.sqrt().inverse(); });
  if (e == -2) return map_array(c, [](auto x) { return x.square().inverse(); });
  if (e == -3) return map_array(c, [](auto x) { return x.cube().inverse(); });
  if (e == 1.5) return map_array(c, [](auto x) { return x * x.sqrt(); });
  if (e == -1.5) return map_array(c, [](auto x) { return (x * x.sqrt()).inverse(); });
  if (e == 3) return map_array(c, [](auto x) { return x.cube(); });
  map_array(c, [e](auto x) { return x.pow(static_cast<T>(e)); });
}

const std::vector<Value>& args(Builder& b, Value out) { return b.graph()[out].args; }

Value vjp_add(Builder&, Value, int, Value g) { return g; }
Value vjp_sub(Builder& b, Value, int arg, Value g) { return arg == 0 ? g : b.neg(g); }
Value vjp_mul(Builder& b, Value out, int arg, Value g) { return b.mul(g, args(b, out)[arg == 0 ? 1 : 0]); }
Value vjp_div(Builder& b, Value out, int arg, Value g) {
  const Value denominator = args(b, out)[1];
  const Value quotient = b.div(g, denominator);
  return arg == 0 ? quotient : b.neg(b.mul(quotient, out));
}
Value vjp_neg(Builder& b, Value, int, Value g) { return b.neg(g); }
Value vjp_exp(Builder& b, Value out, int, Value g) { return b.mul(g, out); }
Value vjp_log(Builder& b, Value out, int, Value g) {  // an impossible entry (log 0) is not learned
  const Value x = args(b, out)[0];
  return b.gate(b.div(g, x), x);
}
Value vjp_sqrt(Builder& b, Value out, int, Value g) { return b.div(b.scale(g, 0.5), out); }
Value vjp_square(Builder& b, Value out, int, Value g) { return b.mul(g, b.scale(args(b, out)[0], 2)); }
Value vjp_abs(Builder& b, Value out, int, Value g) { return b.mul(g, b.sign(args(b, out)[0])); }
Value vjp_floor_at(Builder& b, Value out, int, Value g) {
  const Value x = args(b, out)[0];
  return b.mul(g, b.above(x, b.graph()[out].attributes.number));
}
Value vjp_pow(Builder& b, Value out, int, Value g) {
  const Value x = args(b, out)[0];
  const double e = b.graph()[out].attributes.number;
  if (e < 0) return b.neg(b.scale(b.mul(b.div(g, x), out), -e));  // x^(e - 1) alone may be beyond all floats
  return b.scale(b.mul(g, b.pow(x, e - 1)), e);
}

Sign sign_sub(const std::vector<Type>&, const Attributes&, int arg) {
  return arg == 0 ? Sign::plus : Sign::minus;
}
Sign sign_neg(const std::vector<Type>&, const Attributes&, int) { return Sign::minus; }
Sign sign_mul(const std::vector<Type>& t, const Attributes&, int arg) {
  return t[arg == 0 ? 1 : 0].domain == Domain::real ? Sign::mixed : Sign::plus;
}
Sign sign_div(const std::vector<Type>& t, const Attributes&, int arg) {
  if (arg == 0) return t[1].domain == Domain::real ? Sign::mixed : Sign::plus;
  return t[0].domain == Domain::real ? Sign::mixed : Sign::minus;  // d(a/b)/db = -a/b^2
}
Sign sign_pow(const std::vector<Type>&, const Attributes& a, int) {
  return a.number < 0 ? Sign::minus : Sign::plus;
}

Type infer_floor_at(const std::vector<Type>& t, const Attributes& a) {
  return t[0].with(a.number >= 0 || t[0].domain != Domain::real ? Domain::nonneg : Domain::real);
}

}  // namespace

const OpDef add{.name = "add",
                .arity = 2,
                .elementwise = true,
                .infer = infer_joint,
                .vjp = vjp_add,
                .sign = sign_plus,
                UNFURL_KERNELS(run_add)};
const OpDef sub{.name = "sub",
                .arity = 2,
                .elementwise = true,
                .infer = infer_domain<Domain::real>,
                .vjp = vjp_sub,
                .sign = sign_sub,
                UNFURL_KERNELS(run_sub)};
const OpDef mul{.name = "mul",
                .arity = 2,
                .elementwise = true,
                .infer = infer_joint,
                .vjp = vjp_mul,
                .sign = sign_mul,
                UNFURL_KERNELS(run_mul)};
const OpDef div{.name = "div",
                .arity = 2,
                .elementwise = true,
                .infer = infer_joint,
                .vjp = vjp_div,
                .sign = sign_div,
                UNFURL_KERNELS(run_div)};
const OpDef neg{.name = "neg",
                .elementwise = true,
                .infer = infer_domain<Domain::real>,
                .vjp = vjp_neg,
                .sign = sign_neg,
                UNFURL_KERNELS(run_neg)};
const OpDef exp{.name = "exp",
                .elementwise = true,
                .infer = infer_domain<Domain::nonneg>,
                .vjp = vjp_exp,
                .sign = sign_plus,
                UNFURL_KERNELS(run_exp)};
const OpDef log{.name = "log",
                .elementwise = true,
                .infer = infer_domain<Domain::real>,
                .vjp = vjp_log,
                .sign = sign_plus,
                UNFURL_KERNELS(run_log)};
const OpDef sqrt{.name = "sqrt",
                 .elementwise = true,
                 .infer = infer_domain<Domain::nonneg>,
                 .vjp = vjp_sqrt,
                 .sign = sign_plus,
                 UNFURL_KERNELS(run_sqrt)};
const OpDef square{.name = "square",
                   .elementwise = true,
                   .infer = infer_domain<Domain::nonneg>,
                   .vjp = vjp_square,
                   .sign = sign_plus_if_nonneg,
                   UNFURL_KERNELS(run_square)};
const OpDef abs{.name = "abs",
                .elementwise = true,
                .infer = infer_domain<Domain::nonneg>,
                .vjp = vjp_abs,
                .sign = sign_plus_if_nonneg,
                UNFURL_KERNELS(run_abs)};
const OpDef sign{.name = "sign", .elementwise = true, .infer = infer_joint, UNFURL_KERNELS(run_sign)};
const OpDef pow{.name = "pow",
                .elementwise = true,
                .infer = infer_domain<Domain::nonneg>,
                .vjp = vjp_pow,
                .sign = sign_pow,
                UNFURL_KERNELS(run_pow)};
const OpDef floor_at{.name = "floor_at",
                     .elementwise = true,
                     .infer = infer_floor_at,
                     .vjp = vjp_floor_at,
                     .sign = sign_plus,
                     UNFURL_KERNELS(run_floor_at)};
const OpDef above{
    .name = "above", .elementwise = true, .infer = infer_domain<Domain::nonneg>, UNFURL_KERNELS(run_above)};

}  // namespace unfurl::ir::ops
