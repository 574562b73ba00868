/// Complex formulas: what a model may have where numbers come with a phase.
///
/// A complex array is a pair of real ones. It is declared, kept, trained and computed as one real array of twice the entries,
/// all real parts and then all imaginary ones; a complex matrix as a real one of twice the rows. So programs, gradients,
/// spaces, targets and checkpoints hold real numbers only, and the gradient of a real function in a pair is twice Wirtinger's
/// derivative in the conjugate: 2 df/d conj(z) = df/d re + i df/d im [Brandwood83], the direction of steepest ascent.
///
///     const ComplexParam A = complex_param(m, "A", matrix(25, 200), steering);
///     const Complex g = complex_observed(m, "g", {25});
///     const ComplexLatent x = complex_latent(m, "x", {200});
///     m.factor("fit", ComplexSquaredError{g, A * x});
///     m.factor("sparse", ComplexL1{0.2 * max(abs(adjoint(dense(A), {200}) * g)), x});
#pragma once

#include <complex>
#include <string>
#include <utility>
#include <vector>

#include "unfurl/factors.hpp"
#include "unfurl/operators.hpp"

namespace unfurl {

/// A complex number, handle, or formula over them: a vector, an image or a matrix. A cheap value.
class Complex {
 public:
  Complex() = default;
  Complex(std::complex<double> number, Where where = Where::here());  // NOLINT: numbers are formulas
  /// From its parts. They are of one shape, or one of them is a scalar; throws ModelError otherwise.
  Complex(Expr real_part, Expr imaginary_part, Where where = Where::here());
  /// From the real array that a pair is: [1, 2 n] of a vector, [2 rows, columns] of a matrix. Throws ModelError where that
  /// cannot be halved.
  static Complex of_pair(Expr pair, Where where = Where::here());

  /// That array, for what is written for real ones: read-outs, starts, factors. Throws ModelError for an empty formula.
  const Expr& pair() const&;
  Expr pair() && { return std::as_const(*this).pair(); }
  Expr real(Where where = Where::here()) const;
  Expr imag(Where where = Where::here()) const;
  /// Shape of either part.
  ir::Type type() const;
  explicit operator bool() const { return static_cast<bool>(pair_); }

 private:
  Expr pair_, real_, imag_;  // the parts, where it was made of them
};

class ComplexParam : public Complex {
 public:
  explicit ComplexParam(Param pair) : Complex(of_pair(pair)), param_(std::move(pair)) {}
  const Param& param() const { return param_; }

 private:
  Param param_;
};
class ComplexLatent : public Complex {
 public:
  explicit ComplexLatent(Latent pair) : Complex(of_pair(pair)), latent_(std::move(pair)) {}
  const Latent& latent() const { return latent_; }  ///< for m.start(x.latent(), z.pair())

 private:
  Latent latent_;
};

/// Data of one complex number per entry of `dims`, {n}, {height, width} or {channels, height, width}; a data set has them as
/// as_pairs() makes them.
Complex complex_observed(Model& m, const std::string& name, std::vector<int> dims,
                         Where where = Where::here());
/// A matrix of its own for every sample, such as a channel that is known; a data set has [2 rows, columns].
Complex complex_observed_matrix(Model& m, const std::string& name, int rows, int columns,
                                Where where = Where::here());
ComplexLatent complex_latent(Model& m, const std::string& name, std::vector<int> dims,
                             Where where = Where::here());
/// A scalar(), vector(n) or matrix(rows, columns), row by row. The space is that of the real array: columns of length one
/// are so for complex columns, too.
ComplexParam complex_param(Model& m, const std::string& name, Extent extent,
                           const std::vector<std::complex<double>>& initial, Space space = real,
                           Where where = Where::here());

/// Samples of `entries` complex numbers each, one after the other, as a data set has them: all real parts of a sample, then
/// all imaginary ones. Throws DataError where they do not fill whole samples.
std::vector<float> as_pairs(const std::vector<std::complex<double>>& values, int entries,
                            Where where = Where::here());
/// Its inverse.
std::vector<std::complex<double>> from_pairs(const std::vector<float>& values, int entries,
                                             Where where = Where::here());

/// An operand of an operator, with the line it stands in.
struct ComplexOperand {
  ComplexOperand(const Complex& z, Where w = Where::here()) : value(z), where(std::move(w)) {}  // NOLINT
  ComplexOperand(std::complex<double> number, Where w = Where::here())                          // NOLINT
      : value(number, w), where(std::move(w)) {}
  Complex value;
  Where where;
};

// As of real formulas: elementwise operations need equal shapes or scalars, `*` is the matrix product or one with a scalar.
// What is real among the operands stays real: no products with zeros.
Complex operator+(const ComplexOperand& a, const ComplexOperand& b);
Complex operator+(const ComplexOperand& a, const Operand& b);
Complex operator+(const Operand& a, const ComplexOperand& b);
Complex operator-(const ComplexOperand& a, const ComplexOperand& b);
Complex operator-(const ComplexOperand& a, const Operand& b);
Complex operator-(const Operand& a, const ComplexOperand& b);
Complex operator-(const ComplexOperand& a);
Complex operator*(const ComplexOperand& a, const ComplexOperand& b);
Complex operator*(const ComplexOperand& a, const Operand& b);
Complex operator*(const Operand& a, const ComplexOperand& b);
Complex operator/(const ComplexOperand& a, const ComplexOperand& b);
Complex operator/(const ComplexOperand& a, const Operand& b);
Complex cwise(const Complex& a, const Complex& b, Where where = Where::here());
Complex cwise(const Complex& a, const Expr& b, Where where = Where::here());
Complex cwise(const Expr& a, const Complex& b, Where where = Where::here());
/// sum conj(a) b over all entries: a complex scalar.
Complex dot(const Complex& a, const Complex& b, Where where = Where::here());

Complex conj(const Complex& z, Where where = Where::here());
Expr abs2(const Complex& z, Where where = Where::here());  ///< re^2 + im^2
/// The magnitude, as sqrt(abs2 + 1e-37), which has a gradient at 0, too: it is 0.
Expr abs(const Complex& z, Where where = Where::here());
/// z / |z| max(|z| - threshold, 0): magnitudes shrink, phases stay. The threshold is a scalar, or has a number for each entry.
Complex soft_threshold(const Complex& z, const Expr& threshold, Where where = Where::here());
Complex sum(const Complex& z, Where where = Where::here());  ///< over all entries of each sample
/// Of a vector, as for real ones.
Complex slice(const Complex& z, int first, int count, Where where = Where::here());
Complex gather(const Complex& z, const std::vector<int>& entries, Where where = Where::here());

/// Half the squared error, 1/2 sum |target - approximation|^2.
struct ComplexSquaredError {
  Complex target, approximation;
  operator FactorSpec() const;
};
/// weight * sum |x|, the magnitudes: its proximal map is soft_threshold. The weight is a scalar, or has a number for each
/// entry of x. It is the group lasso of the pairs.
struct ComplexL1 {
  Expr weight;
  Complex x;
  operator FactorSpec() const;
};

/// A complex linear map of arrays. Every real operator is one, which maps either part by itself.
class ComplexOperator {
 public:
  using Apply = std::function<Complex(const Complex&, const Where&)>;
  ComplexOperator(std::string text, Apply apply) : text_(std::move(text)), apply_(std::move(apply)) {}
  ComplexOperator(const Operator& real);  // NOLINT: operators are operators
  const std::string& text() const { return text_; }
  Complex operator()(const Complex& x, const Where& where = Where::here()) const { return apply_(x, where); }

 private:
  std::string text_;
  Apply apply_;
};

ComplexOperator dense(const Complex& matrix);
/// The kernel is [out channels, channels * height * width] complex numbers.
ComplexOperator convolution(const Complex& kernel, Windows windows);
/// Every entry times its own number.
ComplexOperator diagonal(const Complex& numbers);
/// The unitary discrete Fourier transform of an array of {n} or {height, width}: its adjoint is its inverse, and adjoint(F, dims) *
/// diagonal(m) * F a circular convolution. Any extents; products of small primes are fast.
ComplexOperator fourier_transform();
/// The adjoint (conjugate transpose) of an operator on arrays of the given extents, as for real ones.
ComplexOperator adjoint(const ComplexOperator& a, std::vector<int> dims);

Complex operator*(const ComplexOperator& a, const ComplexOperand& x);
ComplexOperator operator*(const ComplexOperator& a, const ComplexOperator& b);
ComplexOperator operator+(const ComplexOperator& a, const ComplexOperator& b);
ComplexOperator operator-(const ComplexOperator& a, const ComplexOperator& b);
ComplexOperator operator-(const ComplexOperator& a);
/// A scalar, number or formula, times an operator.
ComplexOperator operator*(const ComplexOperand& scale, const ComplexOperator& a);
ComplexOperator operator*(const Operand& scale, const ComplexOperator& a);

}  // namespace unfurl
