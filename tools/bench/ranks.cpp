/// Times training steps of a model that comes with Unfurl, alone or under mpirun, with what processes say to each other in
/// them, and prints a line of JSON; tools/bench/ranks/README.md says what was found. Alone it also estimates, from these times and
/// a network's, the time of a step on up to 1024 processes.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

#include "backend/cpu/plan.hpp"
#include "backend/cpu/slot_sums.hpp"
#include "models/models.hpp"
#include "ranks/estimate.hpp"
#include "train/losses/program.hpp"
#include "unfurl/extend/optimizer.hpp"
#ifdef UNFURL_WITH_MPI
#include "unfurl/mpi.hpp"
#endif

namespace {

using namespace unfurl;

using Clock = std::chrono::steady_clock;

/// Of this process, while other programs have the processor, too.
double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Ranks that count what they say, and for how long they wait.
class CountedRanks final : public Ranks {
 public:
  explicit CountedRanks(std::shared_ptr<Ranks> ranks) : ranks_(std::move(ranks)) {}
  double seconds = 0;
  std::size_t bytes = 0, calls = 0;  // bytes that other ranks sent

  int rank() const override { return ranks_->rank(); }
  int size() const override { return ranks_->size(); }
  void exchange(const std::byte* sent, std::span<const std::size_t> to_each, std::byte* received,
                std::span<const std::size_t> from_each) override {
    const auto start = Clock::now();
    ranks_->exchange(sent, to_each, received, from_each);
    count(start, from_each);
  }
  void gather(const std::byte* mine, std::byte* all, std::span<const std::size_t> sizes) override {
    const auto start = Clock::now();
    ranks_->gather(mine, all, sizes);
    count(start, sizes);
  }
  bool all_failed(std::chrono::milliseconds within) override { return ranks_->all_failed(within); }
  [[noreturn]] void abort(int status) override {
    ranks_->abort(status);
    std::abort();
  }

 private:
  void count(Clock::time_point start, std::span<const std::size_t> sizes) {
    seconds += seconds_since(start);
    ++calls;
    for (int r = 0; r < size(); ++r)
      if (r != rank()) bytes += sizes[static_cast<std::size_t>(r)];
  }
  std::shared_ptr<Ranks> ranks_;
};

/// Other work on the machine only ever adds.
double shortest(const std::vector<double>& v) {
  if (v.empty())
    throw DataError("no step was timed: the data have less than two batches", "", "give more data");
  return *std::min_element(v.begin(), v.end());
}

/// Seconds of what the ranks say to each other in a step, without waiting for each other's work.
double seconds_of_sums(Ranks& ranks, int slots, std::size_t size) {
  std::vector<float> sums(static_cast<std::size_t>(slots) * size, 1);
  std::vector<double> seconds;
  for (int i = 0; i < 300; ++i) {
    std::fill(sums.begin(), sums.end(), 1.0F);
    const auto start = Clock::now();
    (void)exec::add_slots(sums.data(), size, slots, ranks, exec::Ending::good);
    seconds.push_back(seconds_since(start));
  }
  return shortest(seconds);
}

/// The first samples, of several structures as many of each.
Dataset first_of(const Dataset& data, int samples) {
  if (data.parts().empty()) return data.slice(0, std::min(samples, data.samples()));
  Dataset some;
  const int each = std::max(1, samples / static_cast<int>(data.parts().size()));
  for (const auto& [structure, part] : data.parts())
    some.add(structure, part.slice(0, std::min(each, part.samples())));
  return some;
}

struct Bench {
  const Problem& problem;
  Network network;
  Dataset data;
  int steps = 0;
  std::shared_ptr<CountedRanks> ranks;

  struct Times {
    double step = 0, processor = 0, said = 0, bytes = 0, calls = 0;
  };
  /// Of whole batches of so many samples.
  Times time(int batch, int slots) {
    std::vector<double> step, processor, said;
    Times t;
    const Dataset some = first_of(data, batch * steps);
    Trainer trainer{.loss = problem.loss(), .optimizer = problem.optimizer(), .batch = batch};
    const int in_epoch = std::max(1, some.samples() / batch);
    trainer.epochs = 1 + (steps + in_epoch - 1) / in_epoch;
    trainer.slots = slots;
    trainer.ranks = ranks;
    auto start = Clock::now();
    double processor_before = 0;
    CountedRanks before(nullptr);
    int done = 0;
    trainer.on_batch = [&](int epoch, double share, double) {
      if (epoch > 1 && done > 0 && done < in_epoch) {
        step.push_back(seconds_since(start));
        processor.push_back(processor_seconds() - processor_before);
        if (ranks) said.push_back(ranks->seconds - before.seconds);
        if (ranks) t.bytes = static_cast<double>(ranks->bytes - before.bytes);
        if (ranks) t.calls = static_cast<double>(ranks->calls - before.calls);
      }
      done = share == 1 ? 0 : done + 1;
      if (ranks) before.seconds = ranks->seconds, before.bytes = ranks->bytes, before.calls = ranks->calls;
      start = Clock::now();
      processor_before = processor_seconds();
    };
    Network fresh = network;
    (void)trainer.fit(fresh, fixed(some));
    t.step = shortest(step);
    t.processor = shortest(processor);
    if (ranks) t.said = shortest(said);
    return t;
  }
  /// Bytes of the sums of one slot: gradients and the loss.
  std::size_t sum_bytes() const {
    const bool split = problem.optimizer()->split();
    const auto plan = exec::make_plan(
        training_program(network.unrolled(), problem.loss(), split ? Gradients::split : Gradients::ordinary)
            .graph);
    return plan->sums_size * (network.precision() == Precision::f32 ? sizeof(float) : sizeof(double));
  }
};

}  // namespace

int main(int argc, char** argv) {
  std::string name;
  Request request;
  int steps = 20, threads = 1, slots = 0;
  std::vector<std::string> options;
  CLI::App app("Times the training steps of a model, alone or under mpirun");
  app.add_option("model", name)->required();
  app.add_option("--layers", request.layers);
  app.add_option("--data", request.data);
  app.add_option("--set", options, "as in unfurl train")->allow_extra_args(false);
  app.add_option("--slots", slots, "under mpirun; alone all numbers are tried");
  app.add_option("--steps", steps);
  app.add_option("--threads", threads, "of each process");
  CLI11_PARSE(app, argc, argv);
  try {
    std::shared_ptr<Ranks> ranks;
#ifdef UNFURL_WITH_MPI
    ranks = mpi_ranks();
#endif
    for (const std::string& pair : options)
      request.options[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
    for (const auto& task : all_models()) {
      if (task->name() != name) continue;
      const Settings settings = complete(*task, request);
      const auto problem = task->prepare(settings);
      Bench bench{*problem, problem->network(settings), *problem->training().load(0, 0), steps, nullptr};
      if (ranks) bench.ranks = std::make_shared<CountedRanks>(ranks);
      bench.network.threads(threads);
      const int batch = std::min(problem->batch(), bench.data.samples());
      nlohmann::json j{{"model", name},
                       {"batch", batch},
                       {"threads", threads},
                       {"trained", bench.network.trained_count()},
                       {"sum_bytes", bench.sum_bytes()}};
      if (ranks) {
        const Bench::Times t = bench.time(batch, slots);
        j.update({{"ranks", ranks->size()},
                  {"slots", slots},
                  {"step_s", t.step},
                  {"communication_s", t.said},
                  {"sums_alone_s", seconds_of_sums(*ranks, std::max(slots, ranks->size()),
                                                   bench.sum_bytes() / sizeof(float))},
                  {"bytes_received", t.bytes},
                  {"calls", t.calls}});
        if (ranks->rank() == 0) std::cout << j << "\n";
        return 0;
      }
      bench::StepTimes times{batch,
                             static_cast<double>(bench.sum_bytes()),
                             bench.time(8, 1).processor,
                             bench.time(16, 2).processor,
                             {}};
      for (int s = 1; s == 1 || 8 * s <= batch; s *= 2) times.by_slots[s] = bench.time(batch, s).processor;
      j["step_s_by_slots"] = nlohmann::json::array();
      for (const auto& [s, seconds] : times.by_slots) j["step_s_by_slots"].push_back({s, seconds});
      j["step_s_of_8_and_16"] = {times.of_8, times.of_16};
      j["estimates"] = bench::estimates(times);
      std::cout << j << "\n";
      return 0;
    }
    std::cerr << "there is no model '" << name << "'\n";
    return 2;
  } catch (const Error& e) {
    std::cerr << e.what() << "\n";
    return 2;
  }
}
