/// Times the forward pass and the training step of one network and prints a line of JSON, for tools/bench/compare, which
/// takes the ratio to the same network in PyTorch. Shapes are those of the PyTorch programs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>

#include "unfurl/unfurl.hpp"

namespace {

using namespace unfurl;

struct Bench {
  Network network;
  Dataset data;
  Loss loss;
  std::vector<std::string> results;
};

std::vector<float> numbers(Random& random, std::size_t n, double power) {
  std::vector<float> v(n);
  for (float& x : v) x = static_cast<float>(std::pow(random.uniform(), power));
  return v;
}

/// F = 513 bins, 100 + 100 atoms, K layers of KL updates, Wiener mask, squared error, 512 frames.
Bench deep_nmf(const std::string& tying, int layers, int batch) {
  constexpr int F = 513, R = 100;
  Random random(1);
  const auto dictionary = [&] {
    std::vector<double> w(static_cast<std::size_t>(F) * R);
    for (double& x : w) x = std::pow(random.uniform(), 4) / 100 + 1e-6;
    return w;
  };
  Model m("deep_nmf");
  auto V = m.observed("V", {F}, nonneg);
  auto Ws = m.param("Ws", matrix(F, R), dictionary(), nonneg),
       Wn = m.param("Wn", matrix(F, R), dictionary(), nonneg);
  auto Hs = m.latent("Hs", {R}, nonneg), Hn = m.latent("Hn", {R}, nonneg);
  m.factor("fit", KL{V, Ws * Hs + Wn * Hn});
  m.factor("sparse_speech", L1{0.1, Hs});
  m.factor("sparse_noise", L1{0.1, Hn});
  m.readout("speech", cwise(V, ratio_mask(Ws * Hs, Wn * Hn)));
  auto schedule = unroll(m, MultiplicativeUpdate{}, layers);
  if (tying == "tied")
    schedule.untie(all, readout());  // the PyTorch program's reconstruction dictionary is its own
  else
    schedule.tying(tying);
  Dataset data;
  const auto n = static_cast<std::size_t>(F) * static_cast<std::size_t>(batch);
  data.add("V", 1, F, numbers(random, n, 2)).add("S", 1, F, numbers(random, n, 3));
  return {schedule.compile(), std::move(data), loss::squared_error("speech", "S"), {"speech"}};
}

/// 250 x 500 dictionary, everything untied, squared error to the true code, 256 samples.
Bench lista(int layers, int batch) {
  constexpr int rows = 250, columns = 500;
  Random random(1);
  std::vector<double> a(rows * columns);
  for (double& x : a) x = random.normal() / std::sqrt(rows);
  Model m("lista");
  auto b = m.observed("b", {rows});
  auto A = m.param("A", matrix(rows, columns), a);
  auto x = m.latent("x", {columns});
  m.factor("fit", SquaredError{b, A * x});
  m.factor("sparse", L1{0.1, x});
  std::vector<float> codes(static_cast<std::size_t>(columns * batch), 0),
      signals(static_cast<std::size_t>(rows * batch), 0);
  for (std::size_t s = 0; s < static_cast<std::size_t>(batch); ++s)
    for (std::size_t j = 0; j < columns; ++j) {
      if (random.uniform() >= 0.1) continue;
      codes[s * columns + j] = static_cast<float>(random.normal());
      for (std::size_t i = 0; i < rows; ++i)
        signals[s * rows + i] += static_cast<float>(a[i * columns + j]) * codes[s * columns + j];
    }
  Dataset data;
  data.add("b", 1, rows, std::move(signals)).add("code", 1, columns, std::move(codes));
  const ProximalGradient algorithm{.form = ProximalGradient::Form::lista};
  return {unroll(m, algorithm, layers).untie(all).compile(),
          std::move(data),
          loss::squared_error("x", "code"),
          {"x"}};
}

/// Binary grid, one coupling per edge, flooding sum-product, cross-entropy of the marginals.
Bench bp_grid(const std::string& tying, int layers, int batch, int side) {
  Random random(1);
  Model m("grid");
  auto h = m.observed("h", {side, side});
  auto x = m.discrete("x", {side, side}, 2);
  std::vector<double> couplings(static_cast<std::size_t>(grid4(x).count()));
  for (double& j : couplings) j = random.normal();
  m.factor("data", each(x), Field{h});
  m.factor("smooth", grid4(x), Ising{m.param("J", per_edge(grid4(x)), couplings)});
  const auto n =
      static_cast<std::size_t>(side) * static_cast<std::size_t>(side) * static_cast<std::size_t>(batch);
  std::vector<float> evidence(n), labels(n);
  for (float& e : evidence) e = static_cast<float>(random.normal() / 2);
  for (float& l : labels) l = static_cast<float>(random.below(2));
  Dataset data;
  data.add("h", 1, side * side, std::move(evidence)).add("y", 1, side * side, std::move(labels));
  return {unroll(m, SumProduct{}, layers).tying(tying).compile(),
          std::move(data),
          loss::cross_entropy("x", "y"),
          {"x"}};
}

double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  std::string name = "deep_nmf", tying = "last:3";
  int layers = 0, batch = 0, threads = 1, repeats = 20, side = 100, recompute_every = 0;
  CLI::App app("Times one network");
  app.add_option("network", name, "deep_nmf, lista or bp_grid");
  app.add_option("--tying", tying, "as in unfurl train");
  app.add_option("--layers", layers);
  app.add_option("--batch", batch);
  app.add_option("--side", side, "of the grid");
  app.add_option("--threads", threads);
  app.add_option("--recompute-every", recompute_every,
                 "keep every so-manieth layer's values for the gradient");
  app.add_option("--repeats", repeats);
  CLI11_PARSE(app, argc, argv);
  const auto choose = [](int given, int standard) { return given > 0 ? given : standard; };
  try {
    Bench bench = name == "lista"     ? lista(choose(layers, 16), choose(batch, 256))
                  : name == "bp_grid" ? bp_grid(tying, choose(layers, 20), choose(batch, 16), side)
                                      : deep_nmf(tying, choose(layers, 25), choose(batch, 512));
    bench.network.threads(threads).recompute_every(recompute_every);
    using Clock = std::chrono::steady_clock;
    std::vector<double> forward, train;
    Runner runner = bench.network.runner(bench.results);
    for (int i = 0; i < repeats + 3; ++i) {
      const auto start = Clock::now();
      (void)runner.run(bench.data);
      if (i >= 3) forward.push_back(std::chrono::duration<double>(Clock::now() - start).count());
    }
    Trainer trainer{.loss = bench.loss,
                    .optimizer = Adam{.rate = 1e-3},
                    .epochs = repeats + 3,
                    .batch = bench.data.samples()};
    trainer.on_epoch = [&](const EpochRecord& r) {  // one epoch is one step
      if (r.epoch > 3) train.push_back(r.seconds);
      return true;
    };
    const History history = trainer.fit(bench.network, fixed(bench.data));
    std::cout << nlohmann::json{{"bench", name},
                                {"threads", threads},
                                {"forward_s_median", median(forward)},
                                {"train_s_median", median(train)},
                                {"train_bytes", history.memory},
                                {"train_bytes_of_values", history.memory_of_values},
                                {"recompute_every", recompute_every},
                                {"trained", bench.network.trained_count()}}
              << "\n";
  } catch (const Error& e) {
    std::cerr << e.what() << "\n";
    return 2;
  }
  return 0;
}
