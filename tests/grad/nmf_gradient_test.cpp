// The layers of Deep NMF against their explicit matrices: Le Roux, Hershey, Weninger, "Deep NMF for speech
// separation" (2015), whose multiplicative backpropagation carries both halves of the gradient through every layer.
#include <doctest/doctest.h>

#include <Eigen/Core>

#include "grad/evaluate.hpp"
#include "passes/passes.hpp"
#include "unfurl/extend/builder.hpp"

TEST_SUITE_BEGIN("grad");

namespace unfurl::test {

namespace {

using Array = Eigen::Array<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Eigen::Index;
using ir::Value;

constexpr int bins = 7, speech = 3, noise = 2, atoms = speech + noise, frames = 11;
constexpr double sparsity = 0.3;

Array random_array(std::mt19937& random, int rows, int columns) {
  Array a(rows, columns);
  for (double& x : a.reshaped<Eigen::RowMajor>()) x = uniform(random, 1, 0.2, 1.5)[0];
  return a;
}

/// Products of matrices, written for arrays.
Array product(const Array& a, const Array& b) { return (a.matrix() * b.matrix()).array(); }
Array transposed_product(const Array& a, const Array& b) {
  return (a.matrix().transpose() * b.matrix()).array();
}
Array product_transposed(const Array& a, const Array& b) {
  return (a.matrix() * b.matrix().transpose()).array();
}

std::vector<double> numbers(const Array& a) { return {a.data(), a.data() + a.size()}; }

struct Halves {
  Array plus, minus;
};

void check_equal(const Numbers& results, const std::string& name, const Array& expected) {
  const std::vector<double>& found = results.at(name);
  REQUIRE(static_cast<Index>(found.size()) == expected.size());
  const Array difference =
      (Eigen::Map<const Array>(found.data(), expected.rows(), expected.cols()) - expected).abs();
  CHECK_MESSAGE((difference <= 1e-10 * expected.abs()).all(), name, " differs by ", difference.maxCoeff());
}

/// H' = H P / Q with P = W^T (M / W H), Q = W^T 1 + mu, and its halves for given halves at H'.
struct KlLayer {
  Array mixture, basis, before;  // M, W, H
  Array model = product(basis, before);
  Array p = transposed_product(basis, mixture / model);
  Array q = (basis.colwise().sum().transpose() + sparsity).replicate(1, frames);
  Array after = before * p / q;

  struct Gradients {
    Halves activations, basis;
  };
  Gradients backward(const Halves& g) const {
    const Halves a{g.plus * before / q, g.minus * before / q};
    const Halves b{g.plus * before * p / q.square(), g.minus * before * p / q.square()};
    const Array curvature = mixture / model.square();
    const Halves z{curvature * product(basis, a.plus), curvature * product(basis, a.minus)};
    const Array ones = Array::Ones(bins, frames), ratio = mixture / model;
    return {{g.plus * p / q + transposed_product(basis, z.minus),
             g.minus * p / q + transposed_product(basis, z.plus)},
            {product_transposed(ratio, a.plus) + product_transposed(ones, b.minus) +
                 product_transposed(z.minus, before),
             product_transposed(ratio, a.minus) + product_transposed(ones, b.plus) +
                 product_transposed(z.plus, before)}};
  }
};

/// The loss |S - M N1 / (N1 + No)|^2 of reconstructing the speech, with N1 and No from the two blocks of H.
struct OutputLayer {
  Array mixture, target, speech_basis, noise_basis, activations;
  Array speech_activations = activations.topRows(speech), noise_activations = activations.bottomRows(noise);
  Array speech_model = product(speech_basis, speech_activations);
  Array noise_model = product(noise_basis, noise_activations);
  Array total = speech_model + noise_model;
  Array estimate = mixture * speech_model / total;

  struct Gradients {
    Halves activations, speech_basis, noise_basis;
  };
  Gradients backward() const {
    const Halves first{2 * estimate * mixture * noise_model / total.square(),
                       2 * target * mixture * noise_model / total.square()};
    const Halves other{2 * target * mixture * speech_model / total.square(),
                       2 * estimate * mixture * speech_model / total.square()};
    const auto stacked = [&](const Array& to_speech, const Array& to_noise) {
      Array both(atoms, frames);
      both << transposed_product(speech_basis, to_speech), transposed_product(noise_basis, to_noise);
      return both;
    };
    return {{stacked(first.plus, other.plus), stacked(first.minus, other.minus)},
            {product_transposed(first.plus, speech_activations),
             product_transposed(first.minus, speech_activations)},
            {product_transposed(other.plus, noise_activations),
             product_transposed(other.minus, noise_activations)}};
  }
};

/// One multiplicative update; beta = 1 is the Kullback-Leibler layer.
Value beta_layer(ir::Builder& b, Value mixture, Value w, Value h, double beta) {
  const Value model = b.matmul(w, h);
  const Value p = beta == 1 ? b.div(mixture, model) : b.mul(mixture, b.pow(model, beta - 2));
  const Value ones = b.constant(std::vector<double>(bins, 1.0), {1, bins, false, Domain::nonneg});
  const Value q = beta == 1 ? ones : b.pow(model, beta - 1);
  return b.mul(h, b.div(b.matmul(w, p, true), b.add(b.matmul(w, q, true), b.constant(sparsity))));
}

ir::Type frames_of(int rows) { return {1, rows, true, Domain::nonneg}; }

}  // namespace

TEST_CASE("split gradients of a Deep NMF network are the published matrices") {
  std::mt19937 random(5);
  const Array mixture = random_array(random, bins, frames), target = random_array(random, bins, frames);
  const Array h0 = random_array(random, atoms, frames);
  const Array w0 = random_array(random, bins, atoms), w1 = random_array(random, bins, atoms);
  const Array v1 = random_array(random, bins, speech), vo = random_array(random, bins, noise);

  ir::Graph graph;
  ir::Builder b(graph);
  const Value m = b.input("mixture", frames_of(bins)), s = b.input("target", frames_of(bins));
  const auto basis = [&](const char* name, int columns) {
    return b.param(name, {bins, columns, false, Domain::nonneg});
  };
  const Value first = b.input("h0", frames_of(atoms));
  const Value basis0 = basis("w0", atoms), basis1 = basis("w1", atoms);
  const Value speech_basis = basis("v1", speech), noise_basis = basis("vo", noise);
  const Value second = beta_layer(b, m, basis0, first, 1), third = beta_layer(b, m, basis1, second, 1);
  const Value speech_model = b.matmul(speech_basis, b.slice_rows(third, 0, speech));
  const Value noise_model = b.matmul(noise_basis, b.slice_rows(third, speech, noise));
  const Value estimate = b.mul(b.ratio_mask(speech_model, noise_model), m);
  const Value loss = b.sum_all(b.squared_difference(estimate, s));

  const std::vector<std::string> names = {"h0", "h1", "h2", "w0", "w1", "v1", "vo"};
  const auto halves = ir::split_gradient(b, loss, b.constant(1),
                                         {first, second, third, basis0, basis1, speech_basis, noise_basis},
                                         ir::Cancel::never);
  graph.outputs = {{"estimate", estimate}};
  for (std::size_t i = 0; i < names.size(); ++i) {
    REQUIRE((halves[i].plus && halves[i].minus));
    CHECK(graph.type(halves[i].plus).domain == Domain::nonneg);
    CHECK(graph.type(halves[i].minus).domain == Domain::nonneg);
    graph.outputs.emplace_back(names[i] + " plus", halves[i].plus);
    graph.outputs.emplace_back(names[i] + " minus", halves[i].minus);
  }
  const Numbers results = evaluate(ir::optimize(graph),
                                   {{"mixture", numbers(mixture)},
                                    {"target", numbers(target)},
                                    {"h0", numbers(h0)},
                                    {"w0", numbers(w0)},
                                    {"w1", numbers(w1)},
                                    {"v1", numbers(v1)},
                                    {"vo", numbers(vo)}},
                                   frames);

  const KlLayer layer0{mixture, w0, h0}, layer1{mixture, w1, layer0.after};
  const OutputLayer output{mixture, target, v1, vo, layer1.after};
  const auto top = output.backward();
  const auto middle = layer1.backward(top.activations), bottom = layer0.backward(middle.activations);
  check_equal(results, "estimate", output.estimate);
  const std::vector<Halves> expected = {bottom.activations, middle.activations, top.activations, bottom.basis,
                                        middle.basis,       top.speech_basis,   top.noise_basis};
  for (std::size_t i = 0; i < names.size(); ++i) {
    check_equal(results, names[i] + " plus", expected[i].plus);
    check_equal(results, names[i] + " minus", expected[i].minus);
  }
}

TEST_CASE("halves that cancel at the states of the layers keep their difference and never grow") {
  std::mt19937 random(6);
  ir::Graph graph;
  ir::Builder b(graph);
  const Value m = b.input("mixture", frames_of(bins));
  const Value w = b.param("w", {bins, atoms, false, Domain::nonneg});
  Value h = b.input("h", frames_of(atoms));
  for (int layer = 0; layer < 3; ++layer) {
    h = beta_layer(b, m, w, h, 1);
    graph.mark_state(h);
  }
  const Value loss = b.sum_all(b.squared_difference(b.matmul(w, h), m));
  const Value gradient = ir::gradient(b, loss, b.constant(1), {w})[0];
  const auto never = ir::split_gradient(b, loss, b.constant(1), {w}, ir::Cancel::never)[0];
  const auto cancelled = ir::split_gradient(b, loss, b.constant(1), {w}, ir::Cancel::per_layer)[0];
  graph.outputs = {{"gradient", gradient},
                   {"never", b.sub(never.plus, never.minus)},
                   {"cancelled", b.sub(cancelled.plus, cancelled.minus)},
                   {"never plus", never.plus},
                   {"cancelled plus", cancelled.plus},
                   {"cancelled minus", cancelled.minus}};
  const Numbers r = evaluate(ir::optimize(graph),
                             {{"mixture", numbers(random_array(random, bins, frames))},
                              {"h", numbers(random_array(random, atoms, frames))},
                              {"w", numbers(random_array(random, bins, atoms))}},
                             frames);
  CHECK(difference(r.at("never"), r.at("gradient")) < 1e-11);
  CHECK(difference(r.at("cancelled"), r.at("gradient")) < 1e-11);
  for (std::size_t i = 0; i < r.at("gradient").size(); ++i) {
    CHECK(r.at("cancelled plus")[i] >= 0);
    CHECK(r.at("cancelled minus")[i] >= 0);
    CHECK(r.at("cancelled plus")[i] < r.at("never plus")[i]);
  }
}

TEST_CASE("the gradient of a layer of any beta divergence is the explicit one") {
  std::mt19937 random(7);
  for (const double beta : {0.0, 0.5, 1.0, 1.5, 2.0, 3.0}) {
    CAPTURE(beta);
    const Array mixture = random_array(random, bins, frames), w = random_array(random, bins, atoms);
    const Array h = random_array(random, atoms, frames);
    const Array g = random_array(random, atoms, frames) - 0.8;  // the gradient of H'

    const Array model = product(w, h);
    const Array p = transposed_product(w, mixture * model.pow(beta - 2));
    const Array q = transposed_product(w, model.pow(beta - 1)) + sparsity;
    const Array a = g * h / q, c = g * h * p / q.square();
    const Array z = (beta - 2) * mixture * model.pow(beta - 3) * product(w, a) -
                    (beta - 1) * model.pow(beta - 2) * product(w, c);
    const Array to_h = g * p / q + transposed_product(w, z);
    const Array to_w = product_transposed(mixture * model.pow(beta - 2), a) -
                       product_transposed(model.pow(beta - 1), c) + product_transposed(z, h);

    ir::Graph graph;
    ir::Builder b(graph);
    const Value basis = b.param("w", {bins, atoms, false, Domain::nonneg});
    const Value before = b.input("h", frames_of(atoms));
    const Value after = beta_layer(b, b.input("mixture", frames_of(bins)), basis, before, beta);
    const Value loss = b.sum_all(b.mul(after, b.input("g", {1, atoms, true})));
    const auto gradients = ir::gradient(b, loss, b.constant(1), {before, basis});
    graph.outputs = {{"h", gradients[0]}, {"w", gradients[1]}};
    const Numbers results = evaluate(
        ir::optimize(graph),
        {{"mixture", numbers(mixture)}, {"w", numbers(w)}, {"h", numbers(h)}, {"g", numbers(g)}}, frames);
    CHECK(difference(results.at("h"), numbers(to_h)) < 1e-10);
    CHECK(difference(results.at("w"), numbers(to_w)) < 1e-10);
  }
}

}  // namespace unfurl::test

TEST_SUITE_END();
