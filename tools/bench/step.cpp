/// Times the forward pass and the training step of one network and prints a line of JSON, for tools/bench/compare, which
/// takes the ratio to the same network in PyTorch. Shapes are those of the PyTorch programs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <iostream>
#include <nlohmann/json.hpp>

#include "step/networks.hpp"
#include "unfurl/cost.hpp"

namespace {

using namespace unfurl;

double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  std::string name = "deep_nmf";
  bench::Shape shape;
  int threads = 1, repeats = 20, recompute_every = 0;
  CLI::App app("Times one network");
  app.add_option("network", name, bench::names);
  app.add_option("--tying", shape.tying, "as in unfurl train");
  app.add_option("--layers", shape.given_layers);
  app.add_option("--batch", shape.given_batch);
  app.add_option("--side", shape.given_side, "of the grid, or units");
  app.add_option("--labels", shape.labels, "states of a site");
  app.add_option("--threads", threads);
  app.add_option("--recompute-every", recompute_every,
                 "keep every so-manieth layer's values for the gradient");
  app.add_option("--repeats", repeats);
  CLI11_PARSE(app, argc, argv);
  try {
    bench::Bench bench = bench::make(name, shape);
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
                                {"multiply_adds", multiply_adds(bench.network) * bench.data.samples()},
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
