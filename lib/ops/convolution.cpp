// Convolution of images, its adjoint, and the gradient of its kernel: three products, each linear in both operands, whose
// gradients are one another.
#include "unfurl/extend/convolution.hpp"

#include "ops/rules.hpp"

namespace unfurl::ir {

using detail::cat;

namespace {

const Convolution& windows_of(const Attributes& a) {
  const Convolution& w = a.as<Convolution>();
  if (w.height < 1 || w.width < 1 || w.kernel_height < 1 || w.kernel_width < 1 || w.stride_down < 1 ||
      w.stride_right < 1 || w.padding_down < 0 || w.padding_right < 0 ||
      w.height + 2 * w.padding_down < w.kernel_height || w.width + 2 * w.padding_right < w.kernel_width)
    throw InternalError(cat("no kernel of ", w.kernel_height, " x ", w.kernel_width, " fits an image of ",
                            w.height, " x ", w.width, " with strides ", w.stride_down, ", ", w.stride_right,
                            " and padding ", w.padding_down, ", ", w.padding_right));
  return w;
}

bool is_image(const Type& t, const Convolution& w) { return t.rows == w.height * w.width; }
bool is_result(const Type& t, const Convolution& w) { return t.rows == w.out_height() * w.out_width(); }
int taps(const Convolution& w) { return w.kernel_height * w.kernel_width; }

[[noreturn]] void refuse(const std::vector<Type>& t, const Convolution& w) {
  throw InternalError(cat("operands of shapes ", to_string(t[0]), " and ", to_string(t[1]),
                          " do not fit a convolution of images of ", w.height, " x ", w.width,
                          " with a kernel of ", w.kernel_height, " x ", w.kernel_width));
}

Domain joint(const std::vector<Type>& t) { return all_nonneg(t) ? Domain::nonneg : Domain::real; }

Type infer_convolution(const std::vector<Type>& t, const Attributes& a) {
  const Convolution w = windows_of(a);
  if (t[0].lanes || !is_image(t[1], w) || t[0].rows != t[1].planes * taps(w)) refuse(t, w);
  return {t[0].planes, w.out_height() * w.out_width(), t[1].lanes, joint(t)};
}
Type infer_transpose(const std::vector<Type>& t, const Attributes& a) {
  const Convolution w = windows_of(a);
  if (t[0].lanes || !is_result(t[1], w) || t[0].planes != t[1].planes || t[0].rows % taps(w) != 0)
    refuse(t, w);
  return {t[0].rows / taps(w), w.height * w.width, t[1].lanes, joint(t)};
}
Type infer_kernel(const std::vector<Type>& t, const Attributes& a) {
  const Convolution w = windows_of(a);
  if (!is_image(t[0], w) || !is_result(t[1], w) || t[0].lanes != t[1].lanes) refuse(t, w);
  return {t[1].planes, t[0].planes * taps(w), false, joint(t)};
}

/// Every weight meets every pixel of the result of a convolution, in the two other products as well.
double cost(const Type& kernel, const Convolution& w) {
  return static_cast<double>(kernel.size()) * w.out_height() * w.out_width();
}
double cost_of_image(const std::vector<Type>& t, const Attributes& a, const Type&) {
  return cost(t[0], windows_of(a));
}
double cost_of_kernel(const std::vector<Type>&, const Attributes& a, const Type& out) {
  return cost(out, windows_of(a));
}

Value convolution_gradient(Builder& b, const Node& node, int arg, Value other, Value g) {
  const Convolution w = windows_of(node.attributes);
  return arg == 0 ? convolution_kernel(b, other, g, w) : convolution_transpose(b, other, g, w);
}
Value transpose_gradient(Builder& b, const Node& node, int arg, Value other, Value g) {
  const Convolution w = windows_of(node.attributes);
  return arg == 0 ? convolution_kernel(b, g, other, w) : convolution(b, other, g, w);
}
Value kernel_gradient(Builder& b, const Node& node, int arg, Value other, Value g) {
  const Convolution w = windows_of(node.attributes);
  return arg == 0 ? convolution_transpose(b, g, other, w) : convolution(b, g, other, w);
}

template <Value (*Product)(Builder&, const Node&, int arg, Value other, Value g)>
Value vjp(Builder& b, Value out, int arg, Value g) {
  const Node node = b.graph()[out];
  return Product(b, node, arg, node.args[arg == 0 ? 1 : 0], g);
}

/// Signs move outwards.
Value emit(Builder& b, const Operation& op, Value first, Value second, const Convolution& w) {
  const auto negative = [&](Value v) { return b.graph()[v].op == &ops::neg && !b.graph()[v].state; };
  const auto inner = [&](Value v) { return b.graph()[v].args[0]; };
  if (negative(first)) return b.neg(emit(b, op, inner(first), second, w));
  if (negative(second)) return b.neg(emit(b, op, first, inner(second), w));
  return b.emit(op, {first, second}, w);
}

Type infer_reshape(const std::vector<Type>& t, const Attributes& a) {
  const Type& shape = a.as<Shape>().shape;
  if (t[0].size() != shape.size())
    throw InternalError(cat("no reshaping of ", to_string(t[0]), " to ", to_string(shape)));
  Type result = t[0];
  result.planes = shape.planes;
  result.rows = shape.rows;
  return result;
}
Value vjp_reshape(Builder& b, Value out, int, Value g) {
  const Type t = b.type(b.graph()[out].args[0]);
  return reshape(b, g, t.planes, t.rows);
}

}  // namespace

Value convolution(Builder& b, Value kernel, Value x, const Convolution& w) {
  return emit(b, ops::convolution, kernel, x, w);
}
Value convolution_transpose(Builder& b, Value kernel, Value y, const Convolution& w) {
  return emit(b, ops::convolution_transpose, kernel, y, w);
}
Value convolution_kernel(Builder& b, Value x, Value y, const Convolution& w) {
  return emit(b, ops::convolution_kernel, x, y, w);
}
Value reshape(Builder& b, Value v, int planes, int rows) {
  if (b.type(v).planes == planes && b.type(v).rows == rows) return v;
  return b.emit(ops::reshape, {v}, Shape{{planes, rows}});
}

namespace ops {

const Operation convolution{.name = "convolution",
                            .arity = 2,
                            .attributes = Convolution{},
                            .multiply_adds = cost_of_image,
                            .infer = infer_convolution,
                            .vjp = vjp<convolution_gradient>,
                            .sign = sign_product,
                            .split = split_bilinear<convolution_gradient>};
const Operation convolution_transpose{.name = "convolution_transpose",
                                      .arity = 2,
                                      .attributes = Convolution{},
                                      .multiply_adds = cost_of_image,
                                      .infer = infer_transpose,
                                      .vjp = vjp<transpose_gradient>,
                                      .sign = sign_product,
                                      .split = split_bilinear<transpose_gradient>};
const Operation convolution_kernel{.name = "convolution_kernel",
                                   .arity = 2,
                                   .attributes = Convolution{},
                                   .multiply_adds = cost_of_kernel,
                                   .infer = infer_kernel,
                                   .vjp = vjp<kernel_gradient>,
                                   .sign = sign_product,
                                   .split = split_bilinear<kernel_gradient>};
const Operation reshape{.name = "reshape",
                        .attributes = Shape{},
                        .keeps_finite = true,
                        .infer = infer_reshape,
                        .vjp = vjp_reshape,
                        .sign = sign_plus};

}  // namespace ops
}  // namespace unfurl::ir
