// Sums, products and functions of complex formulas.
#include "core/floors.hpp"
#include "model/expr.hpp"
#include "operators/complex/complex.hpp"
#include "unfurl/formulas.hpp"

namespace unfurl {

using detail::cat;
using ir::Type;

namespace {

/// A pair of vectors lies in rows, one of matrices in planes.
bool is_matrix(const Complex& z) { return z.pair().type().planes > 1; }

/// Refuses an empty operand.
void need(const Complex& z, const Where& where) {
  if (!z) (void)type_of({}, where);
}

/// Of pairs of one shape at once, of others by parts.
Complex by_parts(const ComplexOperand& a, const ComplexOperand& b,
                 Expr (*f)(const Operand&, const Operand&)) {
  need(a.value, a.where), need(b.value, b.where);
  const Where& w = a.where;
  const Type s = a.value.pair().type(), t = b.value.pair().type();
  const auto of = [&](const Expr& x, const Expr& y) { return f(Operand(x, w), Operand(y, w)); };
  if (s.planes == t.planes && s.rows == t.rows)
    return Complex::of_pair(of(a.value.pair(), b.value.pair()), w);
  return {of(a.value.real(w), b.value.real(w)), of(a.value.imag(w), b.value.imag(w)), w};
}

}  // namespace

Complex operator+(const ComplexOperand& a, const ComplexOperand& b) { return by_parts(a, b, operator+); }
Complex operator+(const ComplexOperand& a, const Operand& b) {
  need(a.value, a.where);
  return {Operand(a.value.real(a.where), a.where) + b, a.value.imag(a.where), a.where};
}
Complex operator+(const Operand& a, const ComplexOperand& b) {
  need(b.value, a.where);
  return {a + Operand(b.value.real(a.where), a.where), b.value.imag(a.where), a.where};
}

Complex operator-(const ComplexOperand& a, const ComplexOperand& b) { return by_parts(a, b, operator-); }
Complex operator-(const ComplexOperand& a, const Operand& b) {
  need(a.value, a.where);
  return {Operand(a.value.real(a.where), a.where) - b, a.value.imag(a.where), a.where};
}
Complex operator-(const Operand& a, const ComplexOperand& b) {
  need(b.value, a.where);
  return {a - Operand(b.value.real(a.where), a.where), -Operand(b.value.imag(a.where), a.where), a.where};
}
Complex operator-(const ComplexOperand& a) {
  need(a.value, a.where);
  return Complex::of_pair(-Operand(a.value.pair(), a.where), a.where);
}

Complex operator*(const ComplexOperand& a, const ComplexOperand& b) {
  need(a.value, a.where), need(b.value, b.where);
  const Type m = a.value.type(), x = b.value.type();
  const Expr &left = a.value.pair(), &right = b.value.pair();
  const bool matrix = is_matrix(a.value), column = m.planes > 1 && m.rows == 1 && !m.lanes && x.lanes;
  if (is_scalar(m) || (is_scalar(x) && !column)) return cwise(a.value, b.value, a.where);
  if (!matrix || m.rows != (is_matrix(b.value) ? x.planes : x.rows))
    throw ModelError(
        cat("complex '", left.node().text, "' of shape ", to_string(m), " cannot multiply '",
            right.node().text, "' of shape ", to_string(x)),
        a.where,
        matrix ? "the left side is a matrix whose columns are the entries (or rows) of the right"
               : "use cwise(a, b) for the products of their entries, or dot(a, b) for sum conj(a) b");
  return Complex::of_pair(Operand(operators::blocks(a.value, a.where), a.where) * Operand(right, b.where),
                          a.where);
}
Complex operator*(const ComplexOperand& a, const Operand& b) {
  need(a.value, a.where);
  const Where& w = a.where;
  if (is_matrix(a.value) || is_scalar(type_of(b.expr, w)))
    return Complex::of_pair(Operand(a.value.pair(), w) * b, w);
  return {Operand(a.value.real(w), w) * b, Operand(a.value.imag(w), w) * b, w};
}
Complex operator*(const Operand& a, const ComplexOperand& b) {
  need(b.value, a.where);
  const Where& w = a.where;
  if (is_scalar(type_of(a.expr, w))) return Complex::of_pair(a * Operand(b.value.pair(), w), w);
  return {a * Operand(b.value.real(w), w), a * Operand(b.value.imag(w), w), w};
}

Complex cwise(const Complex& a, const Complex& b, Where where) {
  need(a, where), need(b, where);
  const Expr ar = a.real(where), ai = a.imag(where), br = b.real(where), bi = b.imag(where);
  const auto times = [&](const Expr& x, const Expr& y) { return Operand(cwise(x, y, where), where); };
  return {times(ar, br) - times(ai, bi), times(ar, bi) + times(ai, br), where};
}
Complex cwise(const Complex& a, const Expr& b, Where where) {
  need(a, where);
  if (is_scalar(type_of(b, where))) return Complex::of_pair(cwise(a.pair(), b, where), where);
  return {cwise(a.real(where), b, where), cwise(a.imag(where), b, where), where};
}
Complex cwise(const Expr& a, const Complex& b, Where where) { return cwise(b, a, std::move(where)); }

Complex operator/(const ComplexOperand& a, const ComplexOperand& b) {
  need(a.value, a.where), need(b.value, b.where);
  return ComplexOperand(cwise(a.value, conj(b.value, b.where), a.where), a.where) /
         Operand(abs2(b.value, b.where), b.where);
}
Complex operator/(const ComplexOperand& a, const Operand& b) {
  need(a.value, a.where);
  const Where& w = a.where;
  if (is_scalar(type_of(b.expr, w))) return Complex::of_pair(Operand(a.value.pair(), w) / b, w);
  return {Operand(a.value.real(w), w) / b, Operand(a.value.imag(w), w) / b, w};
}

Complex dot(const Complex& a, const Complex& b, Where where) {
  need(a, where), need(b, where);
  const Expr ar = a.real(where), ai = a.imag(where), br = b.real(where), bi = b.imag(where);
  const auto sum_of = [&](const Expr& x, const Expr& y) { return Operand(dot(x, y, where), where); };
  return {sum_of(ar, br) + sum_of(ai, bi), sum_of(ar, bi) - sum_of(ai, br), where};
}

Complex conj(const Complex& z, Where where) {
  need(z, where);
  return {z.real(where), -Operand(z.imag(where), where), where};
}

Expr abs2(const Complex& z, Where where) {
  need(z, where);
  return Operand(pow(z.real(where), 2, where), where) + Operand(pow(z.imag(where), 2, where), where);
}

Expr abs(const Complex& z, Where where) {
  return sqrt(Operand(abs2(z, where), where) + Operand(floors::smallest, where), where);
}

Complex soft_threshold(const Complex& z, const Expr& threshold, Where where) {
  const Expr share = Operand(threshold, where) / Operand(abs(z, where), where);
  return cwise(z, relu(Operand(1.0, where) - Operand(share, where), where), where);
}

Complex sum(const Complex& z, Where where) {
  need(z, where);
  return {sum(z.real(where), where), sum(z.imag(where), where), where};
}
Complex slice(const Complex& z, int first, int count, Where where) {
  need(z, where);
  return {slice(z.real(where), first, count, where), slice(z.imag(where), first, count, where), where};
}
Complex gather(const Complex& z, const std::vector<int>& entries, Where where) {
  need(z, where);
  return {gather(z.real(where), entries, where), gather(z.imag(where), entries, where), where};
}

}  // namespace unfurl
