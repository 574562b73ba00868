// Trainings that several ranks share: the bits of one process, whatever is trained and however.
#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "thread_ranks.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

namespace fs = std::filesystem;

constexpr int samples = 37;  // a number that no batch divides

struct Task {
  std::string name;
  Network network;
  Dataset data;
  Trainer trainer;
};

Dataset spectra(int count) {
  Random random(6);
  std::vector<float> V, S;
  for (int i = 0; i < count * 6; ++i) {
    V.push_back(static_cast<float>(0.5 + random.uniform()));
    S.push_back(static_cast<float>(V.back() * random.uniform()));
  }
  return Dataset().add("V", 1, 6, V).add("S", 1, 6, S);
}

/// Chains of several lengths where `lengths` says so.
Dataset chains(const std::vector<int>& lengths) {
  Random random(5);
  Dataset all;
  for (const int n : lengths) {
    std::vector<float> y, labels;
    for (int i = 0; i < samples * n; ++i) {
      y.push_back(static_cast<float>(random.normal()));
      labels.push_back(y.back() > 0 ? 1 : 0);
    }
    Dataset part = Dataset().add("y", 1, n, y).add("labels", 1, n, labels);
    if (lengths.size() == 1) return part;
    all.add(Structure{n}, std::move(part));
  }
  return all;
}

Model chain(int n) {
  Model m("chain");
  const auto y = m.observed("y", {n});
  const auto x = m.discrete("x", {n}, 2);
  m.factor("data", each(x), Field{m.param("g", 0.4) * y});
  m.factor("smooth", unfurl::chain(x), Ising{m.param("J", 0.3)});
  return m;
}

Model chains_of_any_length() {
  Model m = chain(5);
  m.family([](const Structure& s) { return chain(s.at(0)); });
  return m;
}

std::vector<Task> tasks() {
  std::vector<Task> all;
  const Loss bits = loss::cross_entropy("x", "labels");
  all.push_back({"belief propagation, Adam with clipping and averages",
                 unroll(chain(9), SumProduct{}, 4).untie(unfurl::all).compile(),
                 chains({9}),
                 {.loss = bits.near_tied(0.01),
                  .optimizer = Adam{.rate = 0.05, .clip = 0.5},
                  .epochs = 3,
                  .batch = 10,
                  .average = 0.5}});
  all.push_back({"chains of several lengths, Sgd with momentum",
                 unroll(chains_of_any_length(), SumProduct{}, 3).compile(),
                 chains({5, 8}),
                 {.loss = bits, .optimizer = Sgd{.rate = 0.1, .momentum = 0.9}, .epochs = 2, .batch = 16}});
  Random random(5);
  std::vector<double> dictionary(24);
  for (double& w : dictionary) w = 0.25 + random.uniform();
  Model m("nmf");
  const auto V = m.observed("V", {6}, nonneg);
  const auto W = m.param("W", matrix(6, 4), dictionary, nonneg);
  const auto H = m.latent("H", {4}, nonneg);
  m.factor("fit", BetaDivergence{1, V, W * H});
  m.factor("sparse", L1{m.param("mu", 0.1, nonneg), H});
  m.readout("speech", slice(W, 0, 2) * slice(H, 0, 2));
  const Network nmf = unroll(m, MultiplicativeUpdate{}, 5).untie(unfurl::all).freeze("mu").compile();
  const Loss error = loss::squared_error("speech", "S");
  all.push_back({"NMF, multiplicative backpropagation that goes back",
                 nmf,
                 spectra(samples),
                 {.loss = error,
                  .optimizer = MultiplicativeBackprop{.exponent = 0.5, .backtracking = 2},
                  .epochs = 2,
                  .batch = 8}});
  Network recomputed = nmf;
  all.push_back({"NMF in stages, with little memory, in float64",
                 recomputed.precision(Precision::f64),
                 spectra(samples),
                 {.loss = error,
                  .optimizer = Adam{.rate = 0.05},
                  .epochs = 4,
                  .batch = 12,
                  .validation = spectra(11),
                  .keep_best = true,
                  .patience = 1,
                  .curriculum = 2,
                  .memory = std::size_t{60000}}});
  return all;
}

struct Trained {
  std::string checkpoint;
  std::vector<Parameter> parameters;
  std::vector<double> losses;
};

bool same(const Trained& a, const Trained& b) {
  bool all = a.checkpoint == b.checkpoint && a.losses == b.losses;
  for (std::size_t i = 0; i < a.parameters.size(); ++i)
    all = all && a.parameters[i].values == b.parameters[i].values;
  return all;
}

std::string contents(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

fs::path scratch(const std::string& name) {
  return fs::temp_directory_path() / detail::cat("unfurl-ranks-test-", getpid(), "-", name);
}

/// What every rank has in the end; the checkpoint's bytes are those that rank 0 wrote.
std::vector<Trained> train(const Task& task, int size, int slots, int stop_after = 0) {
  std::vector<Trained> all(static_cast<std::size_t>(size));
  const fs::path file = scratch("checkpoint");
  if (stop_after == 0) fs::remove(file);
  ThreadRanks::run(size, [&](const std::shared_ptr<ThreadRanks>& ranks) {
    Trained& mine = all[static_cast<std::size_t>(ranks->rank())];
    Network network = task.network;
    network.threads(1 + ranks->rank() % 2);
    Trainer trainer = task.trainer;
    trainer.slots = slots;
    trainer.checkpoint = file;
    if (size > 1) trainer.ranks = ranks;
    if (stop_after > 0) {  // the wish of the last rank is enough
      Trainer first = trainer;
      first.on_epoch = [&](const EpochRecord& r) { return r.epoch < stop_after || ranks->rank() + 1 < size; };
      CHECK(first.fit(network, fixed(task.data)).interrupted);
      trainer.resume = true;
      network = task.network;
      network.threads(1);
    }
    for (const EpochRecord& r : trainer.fit(network, fixed(task.data)).epochs)
      mine.losses.push_back(r.validation.value_or(r.loss));
    mine.parameters = network.parameters();
  });
  for (Trained& t : all) t.checkpoint = contents(file);
  fs::remove(file);
  return all;
}

}  // namespace

TEST_CASE("ranks: any number of them trains to the bits of one process") {
  for (const Task& task : tasks()) {
    CAPTURE(task.name);
    for (const int slots : {4, 7}) {
      const Trained alone = train(task, 1, slots).front();
      for (const int size : {2, 3, 4})
        for (const Trained& shared : train(task, size, slots)) {
          CAPTURE(size);
          CHECK(same(shared, alone));
        }
    }
    CHECK(!same(train(task, 1, 4).front(), train(task, 1, 7).front()));  // the slots do matter
  }
}

TEST_CASE("ranks: one of them stops all, and others go on from there to the same bits") {
  const Task task = tasks().front();
  const Trained whole = train(task, 1, 4).front();
  for (const int size : {1, 3})
    for (Trained& shared : train(task, size, 4, 2)) {
      shared.losses = whole.losses;  // those of the second sitting only
      CHECK(same(shared, whole));
    }
}

}  // namespace unfurl::test

TEST_SUITE_END();
