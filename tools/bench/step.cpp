/// Times the forward pass and the training step of one network and prints a line of JSON, for tools/bench/compare, which
/// takes the ratio to the same network in PyTorch. Shapes are those of the PyTorch programs.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "step/networks.hpp"
#include "unfurl/cost.hpp"

namespace {

using namespace unfurl;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A line of /proc/self/status, in MB.
double memory_of_process(const std::string& line) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (double kilobytes = 0; word == line && status >> kilobytes) return kilobytes / 1024;
  return 0;
}

double median(std::vector<double> v) {
  if (v.empty()) return 0;
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  std::string name = "deep_nmf";
  bench::Shape shape;
  int threads = 1, repeats = 20, recompute_every = 0;
  bool forward_only = false;
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
  app.add_option("--code", shape.code, "file of the network 'code'")->check(CLI::ExistingFile);
  app.add_flag("--forward-only", forward_only, "do not train");
  app.add_option("--repeats", repeats);
  CLI11_PARSE(app, argc, argv);
  try {
    const double empty = memory_of_process("VmRSS:");
    const auto begun = Clock::now();
    bench::Bench bench = bench::make(name, shape);
    bench.network.threads(threads).recompute_every(recompute_every);
    std::vector<double> forward, train;
    Runner runner = bench.network.runner(bench.results);
    (void)runner.run(bench.data);
    const double first = seconds_since(begun);
    for (int i = 0; i < repeats + 2; ++i) {
      const auto start = Clock::now();
      (void)runner.run(bench.data);
      if (i >= 2) forward.push_back(seconds_since(start));
    }
    const double inference = memory_of_process("VmHWM:");
    History history;
    if (!forward_only) {
      Trainer trainer{.loss = bench.loss,
                      .optimizer = Adam{.rate = 1e-3},
                      .epochs = repeats + 3,
                      .batch = bench.data.samples()};
      trainer.on_epoch = [&](const EpochRecord& r) {  // one epoch is one step
        if (r.epoch > 3) train.push_back(r.seconds);
        return true;
      };
      history = trainer.fit(bench.network, fixed(bench.data));
    }
    const bench::Needs& needs = bench.needs;
    std::cout << nlohmann::json{{"bench", name},
                                {"threads", threads},
                                {"forward_s_median", median(forward)},
                                {"train_s_median", median(train)},
                                {"first_s", first},
                                {"samples", bench.data.samples()},
                                {"multiply_adds", multiply_adds(bench.network) * bench.data.samples()},
                                {"needs",
                                 {{"exponentials", needs.exponentials},
                                  {"logarithms", needs.logarithms},
                                  {"tangents", needs.tangents},
                                  {"divisions", needs.divisions},
                                  {"message_numbers", needs.message_numbers},
                                  {"layers", needs.layers},
                                  {"trained_layers", needs.trained_layers}}},
                                {"rss_start_mb", empty},
                                {"peak_rss_forward_mb", inference},
                                {"peak_rss_mb", memory_of_process("VmHWM:")},
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
