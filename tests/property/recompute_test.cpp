// Keeping few layers' values for the gradient: the same bits, and the memory of some layers in place of all.
#include <doctest/doctest.h>

#include "models/speech/losses.hpp"
#include "property/laws.hpp"
#include "train/losses/program.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

/// The squares of all results but log-beliefs, which may be infinite.
Loss squares(const Network& network) {
  return {[names = network.unrolled().signature.readouts](LossContext& c) {
    ir::Value sum;
    for (const std::string& name : names) {
      if (name.ends_with(".logit")) continue;
      const ir::Value s = c.builder.sum_to(c.builder.square(c.result(name)), {1, 1, true});
      sum = sum ? c.builder.add(sum, s) : s;
    }
    return sum;
  }};
}

/// The loss and every gradient of a step.
template <class T>
std::vector<std::vector<T>> step(Network network, const Loss& loss, const Dataset& data, int every,
                                 int threads, Gradients kind = Gradients::ordinary) {
  network.recompute_every(every);
  TrainingStore<T> store(network.parameters());
  TrainingRun<T> run(training_program(network.unrolled(), loss, kind), network.parameters(), store, threads);
  std::vector<std::vector<T>> all = {
      {static_cast<T>(run.run(data, nullptr, data.samples(), data.samples()))}};
  for (const std::size_t i : run.program().trained)
    for (const Part part : {Part::gradient, Part::plus, Part::minus})
      if (const T* g = run.gradient(part, i)) all.emplace_back(g, g + network.parameters()[i].values.size());
  return all;
}

std::shared_ptr<const exec::Plan> plan_of(const Network& network, const Loss& loss) {
  return exec::make_plan(training_program(network.unrolled(), loss, Gradients::ordinary).graph);
}

Network sparse_coder(int layers, const char* tying = "untied") {
  constexpr int rows = 20, columns = 40;
  Random random(3);
  Model m("sparse_coder");
  const auto b = m.observed("b", {rows});
  const auto x = m.latent("x", {columns});
  m.factor(
      "fit",
      SquaredError{b, m.param("A", matrix(rows, columns), exact_floats(random, rows * columns, -1, 1)) * x});
  m.factor("sparse", L1{0.1, x});
  return unroll(m, ProximalGradient{.form = ProximalGradient::Form::lista}, layers).tying(tying).compile();
}

Network image(int layers, int side, const char* tying = "untied") {
  Model m("image");
  const auto y = m.observed("y", {side, side});
  const auto x = m.discrete("x", {side, side}, 2);
  m.factor("data", each(x), Field{y});
  m.factor("smooth", grid4(x), Ising{m.param("J", per_edge(grid4(x)), 0.4)});
  return unroll(m, SumProduct{}, layers).tying(tying).compile();
}

}  // namespace

TEST_CASE("computing values again changes no bit of the loss and the gradients") {
  constexpr int layers = 5;
  for (const Case& c : all_cases()) {
    CAPTURE(c.name);
    for (const char* tying : {"tied", "untied"}) {
      const Network network = unroll(c.model, c.algorithm, layers).tying(tying).compile();
      for (const Loss& loss : {squares(network), squares(network).every_layer()}) {
        const auto expected = step<double>(network, loss, c.data, 0, 1);
        const auto in_floats = step<float>(network, loss, c.data, 0, 1);
        for (const int every : {1, 2, 3, layers}) {
          CAPTURE(every);
          CHECK(step<double>(network, loss, c.data, every, 2) == expected);
          CHECK(step<float>(network, loss, c.data, every, 1) == in_floats);
        }
      }
    }
  }
}

TEST_CASE("so it is with split gradients, and with samples of several frames") {
  Random random(5);
  Model m("frames");
  const auto v = m.observed("V", {6}, nonneg);
  const auto h = m.latent("H", {3}, nonneg);
  const auto W = m.param("W", matrix(18, 3), exact_floats(random, 54, 0.1, 1), nonneg);
  m.factor("fit", KL{context(v, 1, 1), W * h});
  m.start(h, m.param("U", matrix(3, 3), 0.2, nonneg) * previous(h) +
                 m.param("level", vector(3), 1.0, nonneg) * mean(v));
  for (const int frames : {1, 3}) {
    const Network network = unroll(m, MultiplicativeUpdate{}, 4).untie("W").frames(frames).compile();
    Dataset data;
    data.add("V", 1, 6 * (frames + 2), as_floats(exact_floats(random, 2 * 6 * (frames + 2), 0.1, 1)));
    data.add("H.previous", 1, 3, as_floats(exact_floats(random, 6, 0.1, 1)));
    for (const Gradients kind : {Gradients::ordinary, Gradients::split}) {
      const auto expected = step<double>(network, squares(network), data, 0, 1, kind);
      CHECK(expected.size() > 4);
      for (const int every : {1, 2, 3})
        CHECK(step<double>(network, squares(network), data, every, 1, kind) == expected);
    }
  }
}

TEST_CASE("a step needs the memory of k layers, and of what every k-th layer carries") {
  constexpr int layers = 36;
  struct Kind {
    const char* name;
    std::function<Network(int layers)> network;
    std::size_t carried;     ///< entries of what a layer carries
    std::size_t shared = 0;  ///< of what all layers read, whose gradient is summed from layer to layer
  };
  const std::vector<Kind> kinds = {{"LISTA", [](int k) { return sparse_coder(k); }, 40},
                                   {"tied LISTA", [](int k) { return sparse_coder(k, "tied"); }, 40, 40},
                                   {"tied BP", [](int k) { return image(k, 12, "tied"); }, 4 * 12 * 11},
                                   {"BP", [](int k) { return image(k, 12); }, 4 * 12 * 11}};
  for (const Kind& kind : kinds) {
    CAPTURE(std::string(kind.name));
    const auto entries = [&](int k, int every) {
      Network network = kind.network(k);
      return plan_of(network.recompute_every(every), squares(network))->tile_size;
    };
    const std::size_t all = entries(layers, 0);
    for (const int every : {1, 2, 3, 4, 6, 9, 12, 18}) {
      CAPTURE(every);
      const std::size_t now = entries(layers, every);
      CHECK(now <= all);
      CHECK(now <= entries(every, 0) + at(layers / every - 1) * kind.carried + kind.shared);
    }
    CHECK(entries(layers, 6) < all * 2 / 5);  // least near the square root
    CHECK(entries(layers, 6) < entries(layers, 2));
    CHECK(entries(layers, 6) < entries(layers, 18));
    CHECK(entries(layers, layers) == all);
  }
}

}  // namespace unfurl::test
