// The formulas of formulas.hpp: values, shapes, domains, and what they refuse.
#include <doctest/doctest.h>

#include <cmath>

#include "error/model_errors.hpp"
#include "unfurl/formulas.hpp"
#include "unit/formula_helpers.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Row = std::vector<double>;

/// Two samples of a vector of three, and of a positive one.
struct Vectors {
  Model m{"formulas"};
  Observed y = m.observed("y", {3}), p = m.observed("p", {3}, nonneg);
  Dataset data = Dataset().add("y", 1, 3, {1, -2, 0.5, -1, 3, 0}).add("p", 1, 3, {1, 4, 0.25, 2, 9, 0});
  Row operator()(const Expr& e) const { return value_of(m, e, data); }  // [entry][sample]
};

}  // namespace

TEST_CASE("formulas entry by entry") {
  const Vectors v;
  CHECK(v(sqrt(v.p)) == Row{1, std::sqrt(2.0), 2, 3, 0.5, 0});
  CHECK(difference(v(pow(v.p, 1.5)), {1, std::pow(2.0, 1.5), 8, 27, 0.125, 0}) < 1e-15);
  CHECK(v(pow(v.y, 2)) == Row{1, 1, 4, 9, 0.25, 0});
  CHECK(v(pow(v.y, 1)) == Row{1, -1, -2, 3, 0.5, 0});
  CHECK(v(abs(v.y)) == Row{1, 1, 2, 3, 0.5, 0});
  CHECK(v(relu(v.y)) == Row{1, 0, 0, 3, 0.5, 0});
  CHECK(difference(v(sigmoid(v.y)), {1 / (1 + std::exp(-1)), 1 / (1 + std::exp(1)), 1 / (1 + std::exp(2)),
                                     1 / (1 + std::exp(-3)), 1 / (1 + std::exp(-0.5)), 0.5}) < 1e-15);
  CHECK(v(max(v.y, v.p)) == Row{1, 2, 4, 9, 0.5, 0});
  CHECK(v(max(v.y, -0.75)) == Row{1, -0.75, -0.75, 3, 0.5, 0});
  CHECK(pow(v.y, 2).type().domain == Domain::nonneg);
  CHECK(max(v.y, v.p).type().domain == Domain::nonneg);
  CHECK(max(v.y, v.y).type().domain == Domain::real);
  CHECK(abs(v.y).type() == ir::Type{1, 3, true, Domain::nonneg});
}

TEST_CASE("formulas over all entries") {
  const Vectors v;
  CHECK(v(sum(v.y)) == Row{-0.5, 2});
  CHECK(v(max(v.y)) == Row{1, 3});
  CHECK(sum(v.p).type() == ir::Type{1, 1, true, Domain::nonneg});
  Model m("table");
  const auto w = m.param("W", matrix(2, 3), {1, 2, 3, 4, 6, 5});
  CHECK(value_of(m, max(w), Dataset().add("unused", 1, 1, {0})) == Row{6});
}

TEST_CASE("formulas that move entries") {
  Vectors v;
  const auto w = v.m.param("W", matrix(2, 3), {1, 2, 3, 4, 5, 6});
  CHECK(transpose(w).type() == ir::Type{3, 2, false});
  CHECK(v(transpose(w) * slice(v.y, 0, 2)) == Row{-7, 11, -8, 13, -9, 15});
  CHECK(v(transpose(transpose(w)) * v.y) == v(w * v.y));
  CHECK(v(concatenate({v.y, v.m.param("c", 7.0), v.p})) ==
        Row{1, -1, -2, 3, 0.5, 0, 7, 7, 1, 2, 4, 9, 0.25, 0});
  CHECK(v(gather(v.y, {2, 0, 2})) == Row{0.5, 0, 1, -1, 0.5, 0});
  const Expr square = reshape(gather(v.y, {0, 1, 2, 0}), {2, 2});
  CHECK(square.node().dims == std::vector<int>{2, 2});
  CHECK(concatenate({v.p, v.p}).type() == ir::Type{1, 6, true, Domain::nonneg});
}

TEST_CASE("every sample may have a matrix of its own") {
  Model m("per sample");
  const auto a = m.features("A", {3}, 2);
  const auto y = m.observed("y", {3});
  const Dataset data =
      Dataset().add("A", 2, 3, {1, 2, 3, 4, 5, 6, 0, 1, 0, -1, 0, 2}).add("y", 1, 3, {1, -1, 2, 3, 2, 1});
  CHECK((a * y).type() == ir::Type{1, 2, true});
  CHECK(value_of(m, a * y, data) == Row{5, 2, 11, -1});
  // A learned vector times the matrices of data, and matrices of data in inference.
  const auto c = m.param("c", vector(3), {1, 0, 1});
  CHECK(value_of(m, a * c, data) == Row{4, 0, 10, 1});
  const auto x = m.latent("x", {3});
  m.factor("fit", SquaredError{m.observed("b", {2}), a * x});
  expect_error_here<ScheduleError>([&] { unroll(m, ProximalGradient{}, 2); }, {"'fit'", "'A'", "step"});
  const Dataset more = Dataset(data).add("b", 1, 2, {1, 2, 3, 4});
  const Numbers result = run_double(unroll(m, ProximalGradient{.step = 0.5}, 1).compile(), more);
  CHECK(difference(result.at("x@1"), {4.5, -2, 6, 1.5, 7.5, 4}) < 1e-15);  // 0.5 A^T b
}

TEST_CASE("formulas refuse operands that do not fit, and say where") {
  Model m("errors");
  const auto y = m.observed("y", {3});
  const auto w = m.param("W", matrix(2, 3), 1.0);
  expect_error_here<ModelError>([&] { sqrt(y); }, {"sqrt", "'y'", "negative"});
  expect_error_here<ModelError>([&] { pow(y, 0.5); }, {"pow", "'y'", "negative"});
  expect_error_here<ModelError>([&] { transpose(y); }, {"transpose", "'y'", "data"});
  expect_error_here<ModelError>([&] { concatenate({}); }, {"concatenate"});
  expect_error_here<ModelError>([&] { concatenate({y, w}); }, {"'y'", "'W'", "concatenate"});
  expect_error_here<ModelError>([&] { gather(y, {0, 3}); }, {"gather", "'y'", "3"});
  expect_error_here<ModelError>([&] { gather(y, {}); }, {"gather", "'y'"});
  expect_error_here<ModelError>([&] { reshape(y, {2, 2}); }, {"reshape", "'y'", "2 x 2", "3"});
  expect_error_here<ModelError>([&] { max(y, m.observed("z", {4})); }, {"'y'", "'z'", "max"});
  expect_error_here<ModelError>([&] { m.features("F", {3}, 2) * m.observed("u", {2}); }, {"'F'", "'u'"});
  expect_error_here<ModelError>([&] { sum(Expr()); }, {"empty"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
