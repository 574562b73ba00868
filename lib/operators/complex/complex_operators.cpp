// Complex operators: linear maps of pairs.
#include "model/expr.hpp"
#include "operators/complex/complex.hpp"
#include "unfurl/extend/convolution.hpp"
#include "unfurl/extend/fourier.hpp"

namespace unfurl {

using detail::cat;
using ir::Builder;
using ir::Type;
using ir::Value;

ComplexOperator::ComplexOperator(const Operator& real)
    : ComplexOperator(real.text(), [real](const Complex& x, const Where& where) {
        return Complex(real(x.real(where), where), real(x.imag(where), where), where);
      }) {}

ComplexOperator dense(const Complex& matrix) {
  return {matrix.pair().node().text, [matrix](const Complex& x, const Where& where) {
            const Type m = matrix.type();
            if (matrix.pair().type().planes > 1 || m.rows == 1)
              return ComplexOperand(matrix, where) * ComplexOperand(x, where);
            const Expr row(operation("row", {matrix.pair()}, {2, m.rows, m.lanes}, where,
                                     [](Builder& b, const std::vector<Value>& v) {
                                       return ir::reshape(b, v[0], 2, b.type(v[0]).rows / 2);
                                     }));
            return ComplexOperand(Complex::of_pair(row, where), where) * ComplexOperand(x, where);
          }};
}

ComplexOperator convolution(const Complex& kernel, Windows windows) {
  const std::string text = cat("convolution(", kernel.pair().node().text, ")");
  return {text, [=](const Complex& x, const Where& where) {
            const std::vector<int>& dims = x.pair().node().dims;
            const Type k = kernel.type();
            if (dims.size() != 3)
              throw ModelError(cat("a complex convolution of '", x.pair().node().text, "' of shape ",
                                   to_string(x.type()), ", whose height and width are not known"),
                               where, "declare it with {height, width} or {channels, height, width}");
            const int channels = dims[0] / 2;
            if (k.lanes || k.rows != channels * windows.height * windows.width)
              throw ModelError(cat("complex kernel '", kernel.pair().node().text, "' of shape ", to_string(k),
                                   " for ", channels, " channels of '", x.pair().node().text,
                                   "' and windows of ", windows.height, " x ", windows.width),
                               where,
                               cat("a complex parameter of matrix(out channels, ",
                                   channels * windows.height * windows.width, ")"));
            return Complex::of_pair(convolution(operators::blocks(kernel, where), windows)(x.pair(), where),
                                    where);
          }};
}

ComplexOperator diagonal(const Complex& numbers) {
  return {cat("diagonal(", numbers.pair().node().text, ")"),
          [numbers](const Complex& x, const Where& where) { return cwise(numbers, x, where); }};
}

ComplexOperator fourier_transform() {
  return {"fourier", [](const Complex& x, const Where& where) {
            const Type t = x.type();
            const std::vector<int> dims = operators::part_extents(x.pair());
            if (x.pair().type().planes != 1 || dims.size() > 2)
              throw ModelError(
                  cat("a Fourier transform of '", x.pair().node().text, "' of complex shape ", to_string(t)),
                  where, "an array of {n} or {height, width}");
            const ir::Fourier f = dims.size() == 2 ? ir::Fourier{dims[0], dims[1]} : ir::Fourier{1, t.rows};
            auto n = operation(
                "fourier", {x.pair()}, x.pair().type(), where,
                [f](Builder& b, const std::vector<Value>& v) { return ir::unitary_fourier(b, v[0], f); });
            n->dims = x.pair().node().dims;
            return Complex::of_pair(Expr(std::move(n)), where);
          }};
}

ComplexOperator adjoint(const ComplexOperator& a, std::vector<int> dims) {
  const Operator pairs(a.text(), [a](const Expr& pair, const Where& where) {
    return a(Complex::of_pair(pair, where), where).pair();
  });
  return {cat("adjoint(", a.text(), ")"),
          [pairs, dims = std::move(dims)](const Complex& y, const Where& where) {
            return Complex::of_pair(adjoint(pairs, operators::pair_extents(dims))(y.pair(), where), where);
          }};
}

Complex operator*(const ComplexOperator& a, const ComplexOperand& x) {
  if (!x.value) (void)type_of({}, x.where);
  return a(x.value, x.where);
}

ComplexOperator operator*(const ComplexOperator& a, const ComplexOperator& b) {
  return {cat(a.text(), " * ", b.text()), [a, b](const Complex& x, const Where& w) { return a(b(x, w), w); }};
}

ComplexOperator operator+(const ComplexOperator& a, const ComplexOperator& b) {
  return {cat("(", a.text(), " + ", b.text(), ")"), [a, b](const Complex& x, const Where& w) {
            return ComplexOperand(a(x, w), w) + ComplexOperand(b(x, w), w);
          }};
}

ComplexOperator operator-(const ComplexOperator& a, const ComplexOperator& b) {
  return {cat("(", a.text(), " - ", b.text(), ")"), [a, b](const Complex& x, const Where& w) {
            return ComplexOperand(a(x, w), w) - ComplexOperand(b(x, w), w);
          }};
}

ComplexOperator operator-(const ComplexOperator& a) {
  return {cat("-", a.text()), [a](const Complex& x, const Where& w) { return -ComplexOperand(a(x, w), w); }};
}

ComplexOperator operator*(const ComplexOperand& scale, const ComplexOperator& a) {
  const Complex& s = scale.value;
  if (!s) (void)type_of({}, scale.where);
  if (!is_scalar(s.type()))
    throw ModelError(cat("complex '", s.pair().node().text, "' of shape ", to_string(s.type()),
                         " scales operator '", a.text(), "'"),
                     scale.where, "a number or a scalar; dense(A) makes an operator of a matrix");
  return {cat(s.pair().node().text, " * ", a.text()),
          [scale, a](const Complex& x, const Where& w) { return scale * ComplexOperand(a(x, w), w); }};
}

ComplexOperator operator*(const Operand& scale, const ComplexOperator& a) {
  const Type t = type_of(scale.expr, scale.where);
  if (!is_scalar(t))
    throw ModelError(
        cat("'", scale.expr.node().text, "' of shape ", to_string(t), " scales operator '", a.text(), "'"),
        scale.where, "a number or a scalar; dense(A) makes an operator of a matrix");
  return {cat(scale.expr.node().text, " * ", a.text()),
          [scale, a](const Complex& x, const Where& w) { return scale * ComplexOperand(a(x, w), w); }};
}

}  // namespace unfurl
