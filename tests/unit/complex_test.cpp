// Complex formulas and operators: what they compute, and what they refuse.
#include "unfurl/complex.hpp"

#include <doctest/doctest.h>

#include <numbers>

#include "error/model_errors.hpp"
#include "reference/naive_complex.hpp"
#include "unfurl/formulas.hpp"
#include "unit/formula_helpers.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Number = naive::Number;
using Row = naive::ComplexVector;

Row numbers(int n, std::uint64_t seed) {
  Random random(seed);
  Row values;
  for (const double re : exact_floats(random, n, -2, 2))
    values.emplace_back(re, exact_floats(random, 1, -2, 2)[0]);
  return values;
}

/// What a formula is for one sample.
Row value_of(const Model& m, const Complex& z, const Dataset& data) {
  const std::vector<double> parts = test::value_of(m, z.pair(), data);
  Row values;
  for (std::size_t i = 0; i < parts.size() / 2; ++i)
    values.emplace_back(parts[i], parts[i + parts.size() / 2]);
  return values;
}

double difference(const Row& a, const Row& b) {
  double most = a.size() == b.size() ? 0 : 1e300;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

/// Entry by entry.
template <class F>
Row each(const Row& a, F f) {
  Row result;
  for (std::size_t i = 0; i < a.size(); ++i) result.push_back(f(i));
  return result;
}

std::vector<int> extents(const Expr& formula) { return formula.node().dims; }

naive::ComplexMatrix dense_matrix(const Model& m, const ComplexOperator& a, const std::vector<int>& dims) {
  int n = 1;
  for (const int d : dims) n *= d;
  naive::ComplexMatrix matrix{0, n, {}};
  std::vector<Row> columns;
  for (int j = 0; j < n; ++j) {
    Model copy = m;
    Row unit(at(n));
    unit[at(j)] = 1;
    const Complex x = complex_observed(copy, "unit", dims);
    columns.push_back(value_of(copy, a * x, Dataset().add("unit", 1, 2 * n, as_pairs(unit, n))));
  }
  matrix.rows = static_cast<int>(columns[0].size());
  for (int i = 0; i < matrix.rows; ++i)
    for (int j = 0; j < n; ++j) matrix.entries.push_back(columns[at(j)][at(i)]);
  return matrix;
}

}  // namespace

TEST_CASE("complex formulas compute what std::complex does") {
  Model m("complex");
  const Complex z = complex_observed(m, "z", {4}), w = complex_observed(m, "w", {4});
  const Observed r = m.observed("r", {4});
  const Row a = numbers(4, 1), b = numbers(4, 2), s = numbers(1, 3), matrix_values = numbers(12, 4);
  const std::vector<double> q = {0.5, -1, 2, 0.25};
  const Dataset data =
      Dataset().add("z", 1, 8, as_pairs(a, 4)).add("w", 1, 8, as_pairs(b, 4)).add("r", 1, 4, as_floats(q));
  const ComplexParam c = complex_param(m, "c", scalar(), s),
                     A = complex_param(m, "A", matrix(3, 4), matrix_values);
  const auto M = m.param("M", matrix(2, 4), {1, 2, 3, 4, -1, 0, 1, 0.5});
  const naive::ComplexMatrix naive_a{3, 4, matrix_values}, naive_m{2, 4, {1, 2, 3, 4, -1, 0, 1, 0.5}};
  const Number i(0, 1);
  const Row real_row(q.begin(), q.end());
  Number inner = 0, total = 0;
  for (std::size_t k = 0; k < 4; ++k) inner += std::conj(a[k]) * b[k], total += a[k];
  const auto check = [&](const Complex& formula, const Row& expected) {
    INFO(formula.pair().node().text);
    CHECK(difference(value_of(m, formula, data), expected) < 1e-14);
  };
  check(z + w, each(a, [&](auto k) { return a[k] + b[k]; }));
  check(z - w, each(a, [&](auto k) { return a[k] - b[k]; }));
  check(z + c, each(a, [&](auto k) { return a[k] + s[0]; }));
  check(c - z, each(a, [&](auto k) { return s[0] - a[k]; }));
  check(z + r, each(a, [&](auto k) { return a[k] + q[k]; }));
  check(r - z, each(a, [&](auto k) { return q[k] - a[k]; }));
  check(c + r, each(a, [&](auto k) { return s[0] + q[k]; }));
  check(z - 1.5, each(a, [&](auto k) { return a[k] - 1.5; }));
  check(-z, each(a, [&](auto k) { return -a[k]; }));
  check(cwise(z, w), each(a, [&](auto k) { return a[k] * b[k]; }));
  check(cwise(z, r), each(a, [&](auto k) { return a[k] * q[k]; }));
  check(cwise(2.0, z), each(a, [&](auto k) { return a[k] * 2.0; }));
  check(c * z, each(a, [&](auto k) { return s[0] * a[k]; }));
  check(z * 2.0, each(a, [&](auto k) { return a[k] * 2.0; }));
  check(r * c, each(a, [&](auto k) { return q[k] * s[0]; }));
  check(i * z, each(a, [&](auto k) { return i * a[k]; }));
  check(i * r, each(a, [&](auto k) { return i * q[k]; }));
  check(z / w, each(a, [&](auto k) { return a[k] / b[k]; }));
  check(z / r, each(a, [&](auto k) { return a[k] / q[k]; }));
  check(z / 4.0, each(a, [&](auto k) { return a[k] / 4.0; }));
  check(A * z, naive::multiply(naive_a, a));
  check(A * r, naive::multiply(naive_a, real_row));
  check(M * z, naive::multiply(naive_m, a));
  check(adjoint(dense(A), {4}) * (A * z), naive::multiply_adjoint(naive_a, naive::multiply(naive_a, a)));
  check(conj(z), each(a, [&](auto k) { return std::conj(a[k]); }));
  check(dot(z, w), {inner});
  check(sum(z), {total});
  check(slice(z, 1, 2), {a[1], a[2]});
  check(gather(z, {3, 0, 3}), {a[3], a[0], a[3]});
  check(soft_threshold(z, 0.75), each(a, [&](auto k) { return naive::shrink(a[k], 0.75); }));
  check(soft_threshold(z, abs(w)), each(a, [&](auto k) { return naive::shrink(a[k], std::abs(b[k])); }));
  check({z.real(), w.imag()}, each(a, [&](auto k) { return Number(a[k].real(), b[k].imag()); }));
  check({abs2(z), abs(w)}, each(a, [&](auto k) { return Number(std::norm(a[k]), std::abs(b[k])); }));
}

TEST_CASE("products with complex matrices of samples and of other matrices") {
  Model m("matrices");
  const Complex H = complex_observed_matrix(m, "H", 2, 3), x = complex_observed(m, "x", {3});
  const Row h = numbers(6, 1), v = numbers(3, 2), p = numbers(12, 3);
  const ComplexParam P = complex_param(m, "P", matrix(4, 3), p), Q = complex_param(m, "Q", matrix(3, 4), p);
  const ComplexParam column = complex_param(m, "column", matrix(3, 1), numbers(3, 4));
  const ComplexParam row = complex_param(m, "row", matrix(1, 3), numbers(3, 5));
  const Dataset data = Dataset().add("H", 4, 3, as_pairs(h, 6)).add("x", 1, 6, as_pairs(v, 3));
  CHECK(difference(value_of(m, H * x, data), naive::multiply({2, 3, h}, v)) < 1e-14);
  const Row twice = naive::multiply({4, 3, p}, naive::multiply({3, 4, p}, naive::multiply({4, 3, p}, v)));
  CHECK(difference(value_of(m, (P * Q) * (P * x), data), twice) < 1e-13);
  const Complex shrunk = soft_threshold(P, 0.5);
  const Row small = each(p, [&](auto k) { return naive::shrink(p[k], 0.5); });
  CHECK(difference(value_of(m, shrunk * x, data), naive::multiply({4, 3, small}, v)) < 1e-14);
  CHECK(difference(value_of(m, column * (dense(row) * x), data),
                   naive::multiply({3, 1, numbers(3, 4)}, naive::multiply({1, 3, numbers(3, 5)}, v))) <
        1e-14);
}

TEST_CASE("complex operators and their adjoints are those of their matrices") {
  struct Case {
    std::vector<int> dims;
    std::function<ComplexOperator(Model&)> make;
  };
  const auto parameter = [](Model& m, int rows, int columns) {
    return complex_param(m, "A", matrix(rows, columns), numbers(rows * columns, 1));
  };
  const Windows windows{
      .height = 2, .width = 3, .stride_down = 2, .padding_right = 1, .border = Border::circular};
  const std::vector<Case> cases = {
      {{4}, [&](Model& m) { return dense(parameter(m, 3, 4)); }},
      {{4},
       [&](Model&) {
         return ComplexOperator(mask({3, 1, 1}));
       }},
      {{4},
       [&](Model& m) {
         return mask({0, 2}) * dense(parameter(m, 3, 4));
       }},
      {{4},
       [&](Model& m) {
         return Number(0, 2) * dense(parameter(m, 4, 4)) - 0.5 * ComplexOperator(identity());
       }},
      {{4},
       [&](Model& m) {
         const ComplexOperator a = dense(parameter(m, 3, 4));
         return adjoint(a, {4}) * a + complex_param(m, "s", scalar(), {Number(1, -1)}) * identity();
       }},
      {{4}, [&](Model& m) { return diagonal(complex_param(m, "d", vector(4), numbers(4, 3))); }},
      {{5}, [&](Model&) { return fourier_transform(); }},
      {{4, 3}, [&](Model&) { return fourier_transform(); }},
      {{4, 3}, [&](Model& m) { return convolution(parameter(m, 2, 6), windows); }},
      {{2, 4, 3}, [&](Model& m) { return convolution(parameter(m, 1, 12), windows); }}};
  for (const Case& c : cases) {
    Model m("operators");
    const ComplexOperator a = c.make(m);
    INFO(a.text());
    const naive::ComplexMatrix forward = dense_matrix(m, a, c.dims);
    const Row y = numbers(forward.rows, 7), x = numbers(forward.columns, 8);
    Model both = m;
    const Complex image = complex_observed(both, "y", {forward.rows}),
                  operand = complex_observed(both, "x", c.dims);
    const Dataset data = Dataset()
                             .add("y", 1, 2 * forward.rows, as_pairs(y, forward.rows))
                             .add("x", 1, 2 * forward.columns, as_pairs(x, forward.columns));
    CHECK(difference(value_of(both, a * operand, data), naive::multiply(forward, x)) < 1e-13);
    CHECK(difference(value_of(both, adjoint(a, c.dims) * image, data), naive::multiply_adjoint(forward, y)) <
          1e-13);
  }
  Model m("images");  // one channel to two and back: extents stay known
  const Complex x = complex_observed(m, "x", {4, 3});
  const Complex up = convolution(complex_param(m, "k", matrix(2, 1), numbers(2, 1)), {}) * x;
  CHECK(extents(up.real()) == std::vector<int>{2, 4, 3});
  const Complex down = convolution(complex_param(m, "l", matrix(1, 2), numbers(2, 1)), {}) * up;
  CHECK(extents(down.imag()) == std::vector<int>{4, 3});
  CHECK(extents((down + x).real()) == std::vector<int>{4, 3});
}

TEST_CASE("the complex Fourier transform is unitary and turns convolutions into products") {
  for (const std::vector<int>& dims : {std::vector<int>{7}, {8}, {3, 4}, {4, 5}}) {
    Model m("fourier");
    const int height = dims.size() == 2 ? dims[0] : 1, width = dims.back(), n = height * width;
    const Complex x = complex_observed(m, "x", dims);
    const Row v = numbers(n, 1), factors = numbers(n, 2);
    const ComplexOperator f = fourier_transform();
    const Dataset data = Dataset().add("x", 1, 2 * n, as_pairs(v, n));
    Row expected;
    for (int k = 0; k < n; ++k) {
      Number sum = 0;
      for (int i = 0; i < n; ++i) {
        const int down = (k / width) * (i / width), along = (k % width) * (i % width);
        const double turns = 1.0 * down / height + 1.0 * along / width;
        sum += v[at(i)] * std::polar(1.0, -2 * std::numbers::pi * turns);
      }
      expected.push_back(sum / std::sqrt(n));
    }
    CHECK(difference(value_of(m, f * x, data), expected) < 1e-13);
    CHECK(difference(value_of(m, adjoint(f, dims) * (f * x), data), v) < 1e-13);
    if (dims.size() == 2) continue;
    const Complex filtered = adjoint(f, dims) * diagonal(complex_param(m, "m", vector(n), factors)) * f * x;
    const Row kernel = value_of(m, adjoint(f, dims) * complex_param(m, "same", vector(n), factors), data);
    Row circular(at(n));
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) circular[at(i)] += kernel[at((i - j + n) % n)] * v[at(j)] / std::sqrt(n);
    CHECK(difference(value_of(m, filtered, data), circular) < 1e-13);
  }
}

TEST_CASE("a complex convolution sums products without a conjugate") {
  Model m("convolution");
  const Complex x = complex_observed(m, "x", {1, 3});
  const Row k = {Number(1, 1), Number(0, 2)}, v = numbers(3, 1);
  const Complex y = convolution(complex_param(m, "k", matrix(1, 2), k), {.width = 2}) * x;
  CHECK(difference(value_of(m, y, Dataset().add("x", 1, 6, as_pairs(v, 3))),
                   {k[0] * v[0] + k[1] * v[1], k[0] * v[1] + k[1] * v[2]}) < 1e-14);
}

TEST_CASE("complex samples lie as pairs") {
  const Row two = {Number(1, 2), Number(3, 4), Number(5, 6), Number(7, 8)};
  CHECK(as_pairs(two, 2) == std::vector<float>{1, 3, 2, 4, 5, 7, 6, 8});
  CHECK(from_pairs(as_pairs(two, 2), 2) == two);
  expect_error_here<DataError>([&] { (void)as_pairs(two, 3); }, {"4 complex", "3"});
  expect_error_here<DataError>([&] { (void)from_pairs({1, 2, 3}, 1); }, {"3 numbers", "1 complex"});
}

TEST_CASE("complex formulas refuse what does not fit, and say where") {
  Model m("errors");
  const Complex z = complex_observed(m, "z", {4}), w = complex_observed(m, "w", {3}),
                image = complex_observed(m, "i", {2, 2});
  const Observed odd = m.observed("odd", {5});
  const ComplexParam A = complex_param(m, "A", matrix(3, 4), numbers(12, 1));
  expect_error_here<ModelError>([&] { (void)(z + w); }, {"do not fit"});
  expect_error_here<ModelError>([&] { (void)(z * z); }, {"'z'", "cannot multiply", "cwise"});
  expect_error_here<ModelError>([&] { (void)(A * w); }, {"'A'", "[3, 4]", "'w'"});
  expect_error_here<ModelError>([&] { (void)(z + Complex()); }, {"empty"});
  expect_error_here<ModelError>([&] { (void)Complex::of_pair(odd); }, {"'odd'", "pair"});
  expect_error_here<ModelError>([&] { (void)Complex(odd, m.observed("v", {2})); }, {"'odd'", "'v'"});
  expect_error_here<ModelError>([&] { (void)(convolution(A, {}) * z); }, {"'z'", "height"});
  expect_error_here<ModelError>([&] { (void)(convolution(A, {}) * image); }, {"'A'", "1 channels", "1 x 1"});
  expect_error_here<ModelError>(
      [&] {
        (void)(fourier_transform() * complex_observed(m, "c", {2, 2, 2}));
      },
      {"'c'", "Fourier"});
  expect_error_here<ModelError>([&] { (void)(z * identity()); }, {"'z'", "identity"});
  expect_error_here<ModelError>([&] { (void)complex_param(m, "P", matrix(2, 2), numbers(3, 1)); }, {"'P'"});
  expect_error_here<ModelError>([&] { (void)complex_observed(m, "long", {1 << 30}); }, {"'long'"});
  const ComplexLatent x = complex_latent(m, "x", {4});
  expect_error_here<ModelError>(
      [&] {
        m.factor("l", ComplexL1{m.param("wrong", vector(8), 1.0), x});
      },
      {"'wrong'", "group"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
