// Algorithms over operators are those over the operators' matrices, and factors of one's own are served by what they say.
#include <doctest/doctest.h>

#include "operators/linear_map.hpp"
#include "property/laws.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unfurl/formulas.hpp"
#include "unfurl/operators.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

constexpr int layers = 5;

/// 1/2 |b - A x|^2 + lambda |x|_1 with A an operator.
struct Sparse {
  std::string name;
  Model m{"sparse"};
  Latent x;
  Expr image;
};

Operator blur(Model& m, int channels, Border border) {
  Random random(2);
  const auto k = m.param("k", matrix(2, channels * 6), exact_floats(random, channels * 12, -1, 1));
  return convolution(k, {.height = 2, .width = 3, .padding_right = 1, .border = border});
}

std::vector<Sparse> sparse_models() {
  std::vector<Sparse> list;
  const auto add = [&](const std::string& name, std::vector<int> dims, auto make) {
    Sparse s{name, Model("sparse"), {}, {}};
    s.x = s.m.latent("x", std::move(dims));
    s.image = make(s.m) * Operand(s.x);
    s.m.factor("fit", SquaredError{s.m.observed("b", {s.image.type().rows}), s.image});
    s.m.factor("sparse", L1{0.125, s.x});
    list.push_back(std::move(s));
  };
  Random random(1);
  const auto values = exact_floats(random, 24, -1, 1);
  add("columns of one length", {6},
      [&](Model& m) { return unit_columns(m.param("A", matrix(4, 6), values)); });
  add("convolution", {3, 4}, [](Model& m) { return blur(m, 1, Border::mirror); });
  add("of channels", {2, 3, 4}, [](Model& m) { return blur(m, 2, Border::zero); });
  add("pixels of a convolution", {3, 4}, [](Model& m) {
    return mask({0, 5, 6, 11}) * blur(m, 1, Border::circular);
  });
  add("Fourier", {3, 4}, [&](Model& m) {
    const std::vector<double> re(values.begin(), values.begin() + 9),
        im(values.begin() + 9, values.begin() + 18);
    return fourier(m.param("re", vector(9), re), m.param("im", vector(9), im));
  });
  add("sum", {6}, [&](Model& m) {
    const Operator a = dense(m.param("A", matrix(4, 6), values));
    return adjoint(a, {6}) * a - 0.5 * identity();
  });
  return list;
}

naive::Matrix matrix_of(const Sparse& s) {
  const operators::LinearMap map(s.m, s.image, 0, "test", Where::here());
  return {static_cast<int>(map.rows()), static_cast<int>(map.columns()), map.matrix()};
}

Dataset some_data(int entries, double low = -2) {
  Random random(3);
  return Dataset().add("b", 1, entries, as_floats(exact_floats(random, 3 * entries, low, 2)));
}

/// Half the square of what exceeds a number: smooth, and written by a user.
class Excess final : public FactorType {
 public:
  std::string name() const override { return "Excess"; }
  Serves serves() const override { return Serves::energy; }
  void check(const Model::FactorDeclaration&) const override {}
  ir::Value energy(ir::Builder& b, const FactorGroup& g) const override {
    const ir::Value above = b.relu(b.sub(g.args[1], g.args[0]));
    return b.sum_to(b.scale(b.square(above), 0.5), {1, 1, true});
  }
  double curvature(const Model::FactorDeclaration&) const override { return 1; }
};

/// The set of vectors whose entries are at most a number.
class AtMost final : public FactorType {
 public:
  std::string name() const override { return "AtMost"; }
  Serves serves() const override { return Serves::proximal; }
  void check(const Model::FactorDeclaration&) const override {}
  ir::Value proximal(ir::Builder& b, const FactorGroup& g, ir::Value z, ir::Value, Domain) const override {
    return b.sub(z, b.relu(b.sub(z, g.args[0])));
  }
};

}  // namespace

TEST_CASE("ISTA, FISTA and LISTA over operators equal naive loops over their matrices") {
  using Form = ProximalGradient::Form;
  for (const Sparse& s : sparse_models()) {
    INFO(s.name);
    const naive::Matrix a = matrix_of(s);
    const Dataset data = some_data(a.rows);
    using Reference = naive::Iterates (*)(const naive::Matrix&, const naive::Vector&, double, double, int);
    const std::vector<std::pair<ProximalGradient, Reference>> forms = {
        {{}, naive::ista}, {{.accelerated = true}, naive::fista}, {{.form = Form::lista}, naive::ista}};
    for (const auto& [options, reference] : forms) {
      const Network network = unroll(s.m, options, layers).compile();
      const Numbers results = run_double(network, data);
      const double step = unroll(s.m, ProximalGradient{}, 1).compile().parameter("ista.step").values[0];
      CHECK(step == doctest::Approx(1 / (1.001 * naive::largest_eigenvalue(a))).epsilon(1e-3));
      for (int sample = 0; sample < data.samples(); ++sample) {
        const auto expected = reference(a, sample_of(data, "b", sample), 0.125, step, layers);
        for (int n = 1; n <= layers; ++n)
          CHECK(difference(latents(network, results, n, sample, data.samples()), expected[at(n - 1)]) <
                1e-12);
      }
    }
  }
}

TEST_CASE("gradients of networks over operators are those of the same networks over matrices") {
  for (const Sparse& s : sparse_models()) {
    INFO(s.name);
    const naive::Matrix a = matrix_of(s);
    Model m("matrix");
    const auto x = m.latent("x", {a.columns});
    m.factor("fit",
             SquaredError{m.observed("b", {a.rows}), m.param("A", matrix(a.rows, a.columns), a.entries) * x});
    m.factor("sparse", L1{0.125, x});
    const Dataset data = some_data(a.rows);
    const Numbers mine = gradients(unroll(s.m, ProximalGradient{}, 3).compile(), data);
    const Numbers theirs = gradients(unroll(m, ProximalGradient{}, 3).compile(), data);
    CHECK(difference(mine.at("ista.step"), theirs.at("ista.step")) < 1e-11);
  }
}

TEST_CASE("multiplicative updates over a convolution equal those over its matrix") {
  Random random(4);
  Model m("blurred"), plain("matrix");
  const auto h = m.latent("h", {3, 4}, nonneg);
  const auto k = m.param("k", matrix(1, 6), exact_floats(random, 6, 0.1, 1), nonneg);
  const Expr image = convolution(k, {.height = 2, .width = 3, .padding_right = 1}) * h;
  m.factor("fit", KL{m.observed("b", {8}, nonneg), image});
  const operators::LinearMap map(m, image, 0, "test", Where::here());
  const auto g = plain.latent("h", {12}, nonneg);
  const auto a = plain.param("A", matrix(8, 12), map.matrix(), nonneg);
  plain.factor("fit", KL{plain.observed("b", {8}, nonneg), a * g});
  const Dataset data = some_data(8, 0.1);
  const Network mine = unroll(m, MultiplicativeUpdate{}, layers).compile();
  const Network theirs = unroll(plain, MultiplicativeUpdate{}, layers).compile();
  for (int n = 1; n <= layers; ++n) {
    const std::string h_n = "h@" + std::to_string(n);
    CHECK(difference(run_double(mine, data).at(h_n), run_double(theirs, data).at(h_n)) < 1e-12);
  }
}

TEST_CASE("proximal gradients take any smooth factors and any penalty, of a user as well") {
  static const Excess excess;
  static const AtMost at_most;
  Random random(5);
  const naive::Matrix a{5, 4, exact_floats(random, 20, -1, 1)};
  Model m("own factors");
  const auto x = m.latent("x", {4});
  const auto b = m.observed("b", {5});
  m.factor("fit", SquaredError{b, m.param("A", matrix(5, 4), a.entries) * x});
  m.factor("excess", FactorSpec{&excess, {Expr(0.1), x - 0.05}, {}});
  m.factor("bound", FactorSpec{&at_most, {Expr(0.25), x}, {}});
  const Network network = unroll(m, ProximalGradient{}, layers).compile();
  const double step = network.parameter("ista.step").values[0];
  CHECK(step == doctest::Approx(1 / (1.001 * (naive::largest_eigenvalue(a) + 1))).epsilon(1e-4));
  const Dataset data = some_data(5);
  const Numbers results = run_double(network, data);
  for (int sample = 0; sample < 3; ++sample) {
    naive::Vector v(4, 0.0);
    for (int n = 1; n <= layers; ++n) {
      naive::Vector residual = naive::multiply(a, v);
      for (std::size_t i = 0; i < 5; ++i) residual[i] -= sample_of(data, "b", sample)[i];
      const naive::Vector slope = naive::multiply_transposed(a, residual);
      for (std::size_t j = 0; j < 4; ++j)
        v[j] = std::min(0.25, v[j] - step * (slope[j] + std::max(0.0, v[j] - 0.15)));
      CHECK(difference(latents(network, results, n, sample, 3), v) < 1e-12);
    }
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
