/// Linear operators of formulas: what a model may have for A in A * x.
///
/// An operator maps arrays to arrays. It is applied by `*`, like a matrix of parameters; operators of operators are products,
/// sums, multiples and adjoints. Whatever is linear in a latent serves the algorithms, which derive the adjoint, the norm and
/// the columns from the formula; so an operator of one's own is a function of formulas, linear(text, f).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "unfurl/extend/convolution.hpp"
#include "unfurl/model.hpp"

namespace unfurl {

/// A linear map of arrays. A cheap value.
class Operator {
 public:
  /// What it makes of a formula; throws ModelError where the shape does not fit.
  using Apply = std::function<Expr(const Expr&, const Where&)>;
  /// What it makes of the columns of a matrix without samples.
  using ApplyToMatrix = std::function<Expr(const Expr& matrix, const Where&)>;
  /// `matrix` is that of the operator itself, where it is one; with `to_matrix` its product with such a one is a matrix that
  /// is computed once, not for every sample.
  Operator(std::string text, Apply apply, Expr matrix = {}, ApplyToMatrix to_matrix = nullptr)
      : text_(std::move(text)),
        apply_(std::move(apply)),
        matrix_(std::move(matrix)),
        to_matrix_(std::move(to_matrix)) {}
  const std::string& text() const { return text_; }
  const Expr& matrix() const { return matrix_; }
  const ApplyToMatrix& to_matrix() const { return to_matrix_; }
  Expr operator()(const Expr& x, const Where& where = Where::here()) const { return apply_(x, where); }

 private:
  std::string text_;
  Apply apply_;
  Expr matrix_;
  ApplyToMatrix to_matrix_;
};

/// A matrix: a parameter, or a formula over parameters, [rows, columns].
Operator dense(Expr matrix);

/// How a kernel moves over an image.
struct Windows {
  int height = 1, width = 1;                ///< of the kernel
  int stride_down = 1, stride_right = 1;    ///< pixels from one window to the next
  int padding_down = 0, padding_right = 0;  ///< pixels above and below, left and right
  Border border = Border::zero;             ///< what those are
};

/// Two-dimensional convolution (as networks have it: the kernel is not flipped) of an array of {height, width} or {channels,
/// height, width}, or of the features of one of {height, width}, which are its channels. The kernel is [out channels,
/// channels * height * width], a parameter or a formula over parameters. Its result is an array of {out channels, height,
/// width}, without the first extent where it is one and the operand had none; features stay features.
Operator convolution(Expr kernel, Windows windows);

/// Circular convolution given in the frequency domain: the real discrete Fourier transform of an array of {n} or {height,
/// width}, times a multiplier, transformed back. The multiplier is its real and its imaginary part (absent: zero), with
/// n / 2 + 1 or height * (width / 2 + 1) entries each, a parameter, data or a formula over them. Any extents; products of small
/// primes are fast.
Operator fourier(Expr real_part, Expr imaginary_part = {});

/// The entries with these numbers, in this order.
Operator mask(const std::vector<int>& entries);
/// A random projection to `rows` numbers, with independent normal entries of variance 1 / rows; not trained.
Operator sketch(int rows, std::uint64_t seed = 1);
/// A fixed matrix by rows.
Operator sketch(int rows, std::vector<double> matrix);
/// x itself.
Operator identity();
/// Differences of neighbours of a vector, x[i + 1] - x[i].
Operator differences();
/// Differences of neighbours of an array of {height, width}: to the right ones, then to the lower ones, in the order of grid4.
Operator grid_differences();
/// An operator of one's own, from formulas that are linear in the operand.
Operator linear(const std::string& text, std::function<Expr(const Expr&)> apply);

/// The adjoint (transpose) of an operator on arrays of the given extents, {n}, {height, width} or {channels, height, width}.
/// It is derived: the gradient of the operator.
Operator adjoint(const Operator& a, const std::vector<int>& dims);

/// The weight W of ALISTA [Liu19] for a matrix by rows: of all with w_i . a_i = 1 for every column the one whose W^T A has the
/// smallest off-diagonal entries, in the sum of squares. With a ridge, `ridge` times the sum of the squares of W is added, for
/// matrices that are almost singular. That of the real matrix of a complex one is that of its weight.
enum class AnalyticWeight {
  automatic,           ///< the closed form, or where the rows are dependent projected gradients
  closed_form,         ///< w_i = C^-1 a_i / (a_i^T C^-1 a_i), C = A A^T + ridge
  projected_gradient,  ///< to about 1e-5
};
/// Throws ModelError for a matrix with a column of zeros, a negative ridge, and for a closed form of dependent rows.
std::vector<double> analytic_weight(const std::vector<double>& matrix, int rows, int columns,
                                    AnalyticWeight by = AnalyticWeight::automatic, double ridge = 0);

/// A formula times an operator; the line is that of the operand.
Expr operator*(const Operator& a, const Operand& x);
Operator operator*(const Operator& a, const Operator& b);
Operator operator+(const Operator& a, const Operator& b);
Operator operator-(const Operator& a, const Operator& b);
Operator operator-(const Operator& a);
/// A scalar, number or formula, times an operator.
Operator operator*(const Operand& scale, const Operator& a);

}  // namespace unfurl
