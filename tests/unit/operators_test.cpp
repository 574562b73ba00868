// Operators: what they compute, their adjoints, norms and matrices, and what they refuse.
#include "unfurl/operators.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <complex>
#include <numbers>

#include "error/model_errors.hpp"
#include "operators/linear_map.hpp"
#include "unfurl/formulas.hpp"
#include "unit/formula_helpers.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Row = std::vector<double>;

std::vector<double> numbers(int n, std::uint64_t seed) {
  Random random(seed);
  return exact_floats(random, n, -1, 1);
}

/// A model with a latent of these extents, and operators on it.
struct OperatorCase {
  Model m{"operators"};
  std::vector<int> dims;
  Operator a{"", nullptr};
};

std::vector<OperatorCase> cases() {
  std::vector<OperatorCase> list;
  const auto add = [&](std::vector<int> dims, const std::function<Operator(Model&)>& make) {
    OperatorCase c;
    c.dims = std::move(dims);
    c.a = make(c.m);
    list.push_back(std::move(c));
  };
  const auto kernel = [](Model& m, int out, int taps) {
    return m.param("k", matrix(out, taps), numbers(out * taps, 2));
  };
  add({4}, [](Model& m) { return dense(m.param("A", matrix(3, 4), numbers(12, 1))); });
  add({4}, [](Model& m) { return dense(unit_columns(m.param("A", matrix(3, 4), numbers(12, 1)))); });
  for (const Border border : {Border::zero, Border::nearest, Border::circular, Border::mirror})
    add({3, 4}, [&](Model& m) {
      return convolution(kernel(m, 1, 9),
                         {.height = 3, .width = 3, .padding_down = 1, .padding_right = 1, .border = border});
    });
  add({2, 4, 5}, [&](Model& m) {
    return convolution(kernel(m, 3, 12), {.height = 2, .width = 3, .stride_down = 2, .padding_right = 2});
  });
  add({8}, [](Model& m) {
    return fourier(m.param("re", vector(5), numbers(5, 3)), m.param("im", vector(5), numbers(5, 4)));
  });
  add({3, 4}, [](Model& m) {
    return fourier(m.param("re", vector(9), numbers(9, 3)), m.param("im", vector(9), numbers(9, 4)));
  });
  add({5}, [](Model&) { return mask({4, 0, 0}); });
  add({3, 4}, [](Model&) { return grid_differences(); });
  add({5}, [](Model&) { return sketch(3, 7); });
  add({5}, [](Model&) { return 2.5 * differences() - differences(); });
  add({4}, [](Model& m) {
    const Operator a = dense(m.param("A", matrix(3, 4), numbers(12, 1)));
    return adjoint(a, {4}) * a + m.param("c", 0.5) * identity();
  });
  add({6}, [](Model&) { return linear("twice", [](const Expr& x) { return x + x; }) * mask({1, 3}); });
  return list;
}

}  // namespace

TEST_CASE("adjoints, norms and matrices of all operators belong together") {
  for (OperatorCase& c : cases()) {
    INFO(c.a.text());
    const auto x = c.m.observed("x", c.dims);
    const Expr image = c.a * x;
    const int n = x.type().rows, k = image.type().rows;
    const auto y = c.m.observed("y", {k});
    const Row x_values = numbers(n, 5), y_values = numbers(k, 6);
    const Dataset data = Dataset().add("x", 1, n, as_floats(x_values)).add("y", 1, k, as_floats(y_values));
    const Row ax = value_of(c.m, image, data), aty = value_of(c.m, adjoint(c.a, c.dims) * y, data);
    double forward = 0, back = 0;
    for (int i = 0; i < k; ++i) forward += ax[at(i)] * y_values[at(i)];
    for (int i = 0; i < n; ++i) back += aty[at(i)] * x_values[at(i)];
    CHECK(forward == doctest::Approx(back).epsilon(1e-13));

    const auto latent = c.m.latent("h", c.dims);
    const operators::LinearMap map(c.m, c.a * latent + y, 0, "test", Where::here());
    const naive::Matrix a{k, n, map.matrix()};
    CHECK(difference(naive::multiply(a, x_values), ax) < 1e-14);
    CHECK(difference(naive::multiply_transposed(a, y_values), aty) < 1e-14);
    CHECK(map.squared_norm() == doctest::Approx(naive::largest_eigenvalue(a)).epsilon(1e-4));
    for (int j = 0; j < n; ++j) {
      double square = 0;
      for (int i = 0; i < k; ++i) square += a(i, j) * a(i, j);
      CHECK(map.column_norms()[at(j)] == doctest::Approx(std::sqrt(square)));
    }
    CHECK(!map.homogeneous());
    CHECK(operators::LinearMap(c.m, c.a * latent, 0, "test", Where::here()).homogeneous());
  }
}

TEST_CASE("a convolution moves its kernel over channels, and sees what its border says") {
  Model m("convolution");
  const auto x = m.observed("x", {2, 3});
  const auto k = m.param("k", matrix(1, 3), {1, 10, 100});
  const Dataset data = Dataset().add("x", 1, 6, {1, 2, 3, 4, 5, 6});
  const auto filtered = [&](Border border) {
    return value_of(m, convolution(k, {.width = 3, .padding_right = 1, .border = border}) * x, data);
  };
  CHECK(filtered(Border::zero) == Row{210, 321, 32, 540, 654, 65});
  CHECK(filtered(Border::nearest) == Row{211, 321, 332, 544, 654, 665});
  CHECK(filtered(Border::circular) == Row{213, 321, 132, 546, 654, 465});
  CHECK(filtered(Border::mirror) == Row{212, 321, 232, 545, 654, 565});
  const Expr narrow = convolution(k, {.width = 3}) * x;
  CHECK(narrow.node().dims == std::vector<int>{2, 1});
  const auto two = m.param("two", matrix(2, 1), {1, -1});
  const Expr stacked = convolution(two, {}) * x;
  CHECK(stacked.node().dims == std::vector<int>{2, 2, 3});
  CHECK(value_of(m, stacked, data) == Row{1, 2, 3, 4, 5, 6, -1, -2, -3, -4, -5, -6});
  const auto f = m.features("f", {2, 3}, 2);
  CHECK((convolution(two, {.width = 1}) * (convolution(m.param("one", matrix(1, 2), 1.0), {}) * f)).type() ==
        ir::Type{1, 12, true});
  const auto both = m.param("both", matrix(2, 2), {1, 0, 1, 1});
  CHECK((convolution(both, {}) * f).type() == ir::Type{2, 6, true});
}

TEST_CASE("a Fourier multiplier is what the transform, a product and the transform back make") {
  using Complex = std::complex<double>;
  for (const auto& [height, width] : {std::pair(1, 8), {1, 7}, {3, 4}, {4, 5}}) {
    const int n = height * width, half = width / 2 + 1;
    Model m("fourier");
    const auto x = m.observed("x", height == 1 ? std::vector<int>{n} : std::vector<int>{height, width});
    const Row re = numbers(height * half, 1), im = numbers(height * half, 2), values = numbers(n, 3);
    const Operator f =
        fourier(m.param("re", vector(height * half), re), m.param("im", vector(height * half), im));
    Row expected;
    for (int i = 0; i < n; ++i) {
      Complex sum = 0;
      for (int down = 0; down < height; ++down)
        for (int right = 0; right < width; ++right) {
          const auto wave = [&](int r, int c) {
            return std::polar(1.0,
                              2 * std::numbers::pi * (1.0 * down * r / height + 1.0 * right * c / width));
          };
          Complex transformed = 0;
          for (int j = 0; j < n; ++j) transformed += values[at(j)] * std::conj(wave(j / width, j % width));
          const bool mirrored = right >= half;
          const int entry = mirrored ? (height - down) % height * half + width - right : down * half + right;
          const Complex multiplier(re[at(entry)], mirrored ? -im[at(entry)] : im[at(entry)]);
          sum += multiplier * transformed * wave(i / width, i % width);
        }
      expected.push_back(sum.real() / n);
    }
    const Dataset data = Dataset().add("x", 1, n, as_floats(values));
    CHECK(difference(value_of(m, f * x, data), expected) < 1e-13);
  }
}

TEST_CASE("operators refuse what does not fit, and say where") {
  Model m("errors");
  const auto x = m.observed("x", {2, 3}), v = m.observed("v", {6});
  const auto k = m.param("k", matrix(1, 9), 1.0);
  expect_error_here<ModelError>([&] { (void)(convolution(k, {.height = 3, .width = 3}) * v); },
                                {"'v'", "height"});
  expect_error_here<ModelError>([&] { (void)(convolution(k, {.height = 3, .width = 3}) * x); },
                                {"3 x 3", "2 x 3"});
  expect_error_here<ModelError>([&] { (void)(convolution(k, {.height = 2}) * x); }, {"'k'", "'x'", "2 x 1"});
  expect_error_here<ModelError>([&] { (void)(convolution(k, {.stride_down = 0}) * x); }, {"strides 0"});
  expect_error_here<ModelError>([&] { (void)(grid_differences() * v); }, {"'v'", "height and width"});
  expect_error_here<ModelError>([&] { (void)(fourier(m.param("re", vector(3), 1.0)) * x); },
                                {"'re'", "2 x 3", "4"});
  expect_error_here<ModelError>([&] { (void)(mask({6}) * v); }, {"'v'", "6"});
  expect_error_here<ModelError>([&] { (void)(sketch(2, Row{1, 2}) * v); }, {"sketch", "'v'"});
  expect_error_here<ModelError>([&] { (void)(dense(m.param("A", matrix(2, 5), 1.0)) * v); }, {"'A'", "'v'"});
  expect_error_here<ModelError>([&] { (void)(adjoint(mask({0, 1}), {6}) * v); }, {"mask", "'v'"});
  expect_error_here<ModelError>([&] { (void)(v * identity()); }, {"'v'", "identity"});
  const Operator square = linear("square", [](const Expr& e) { return pow(e, 2); });
  expect_error_here<ModelError>([&] { (void)(adjoint(square, {6}) * v); }, {"'square'", "not linear"});
  expect_error_here<ModelError>([&] { (void)(convolution(k, {.padding_down = 2000000000}) * x); },
                                {"2000000000", "at most"});
  expect_error_here<ModelError>([&] { (void)(linear("mine", {}) * x); }, {"'mine'", "function"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
