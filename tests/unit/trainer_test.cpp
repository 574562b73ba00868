// The training loop: which layers move when, and resuming to the same bits.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <stdexcept>

#include "spectra.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

using namespace unfurl;

namespace {

constexpr int bins = 6, atoms = 4, depth = 5, samples = 40;

/// Sparse NMF of two sources, `depth` layers.
Network nmf(const std::string& tying = "untied") {
  Random random(5);
  std::vector<double> dictionary(bins * atoms);
  for (double& w : dictionary) w = 0.2 + random.uniform();
  Model m("nmf");
  const auto V = m.observed("V", {bins}, nonneg);
  const auto W = m.param("W", matrix(bins, atoms), dictionary, nonneg);
  const auto H = m.latent("H", {atoms}, nonneg);
  m.factor("fit", BetaDivergence{1, V, W * H});
  m.factor("sparse", L1{m.param("mu", 0.1, nonneg), H});
  m.readout("speech", slice(W, 0, 2) * slice(H, 0, 2));
  return unroll(m, MultiplicativeUpdate{}, depth).tying(tying).freeze("mu").compile();
}

Dataset data() { return test::spectra(samples, bins); }

const Loss objective = loss::squared_error("speech", "S");

std::vector<std::vector<double>> values(const Network& network) {
  std::vector<std::vector<double>> all;
  for (const Parameter& p : network.parameters()) all.push_back(p.values);
  return all;
}

/// Trains once as it is and once in two sittings.
void check_resumes(Trainer trainer, int stop_after) {
  Network whole = nmf(), parts = nmf(), again = nmf();
  const History history = trainer.fit(whole, fixed(data()));
  trainer.checkpoint = std::filesystem::temp_directory_path() / "unfurl_trainer_test";
  std::filesystem::remove(*trainer.checkpoint);
  trainer.on_epoch = [&](const EpochRecord& r) { return r.epoch < stop_after; };
  CHECK(trainer.fit(parts, fixed(data())).interrupted);
  CHECK(values(parts) != values(whole));
  trainer.on_epoch = {};
  trainer.resume = true;
  const History resumed = trainer.fit(again, fixed(data()));
  std::filesystem::remove(*trainer.checkpoint);
  CHECK(values(again) == values(whole));
  REQUIRE(resumed.changes.size() == history.changes.size());
  for (std::size_t i = 0; i < resumed.changes.size(); ++i)
    CHECK(resumed.changes[i].relative == history.changes[i].relative);
}

const MultiplicativeBackprop normalised{.exponent = 1e4, .change = 0.05, .final_change = 0.1, .average = 0.8};

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("a callback that throws finds the epoch in the checkpoint, from where training goes on") {
    Network whole = nmf(), broken = nmf(), again = nmf();
    Trainer trainer{.loss = objective, .optimizer = Sgd{.rate = 1e-3}, .epochs = 4, .batch = 5};
    (void)trainer.fit(whole, fixed(data()));
    trainer.checkpoint = std::filesystem::temp_directory_path() / detail::cat("unfurl_callback_", getpid());
    trainer.on_epoch = [](const EpochRecord& r) -> bool {
      if (r.epoch == 2) throw std::runtime_error("the log cannot be written");
      return true;
    };
    CHECK_THROWS_AS(trainer.fit(broken, fixed(data())), std::runtime_error);
    CHECK(load(*trainer.checkpoint).training.epoch == 2);
    trainer.on_epoch = {};
    trainer.resume = true;
    (void)trainer.fit(again, fixed(data()));
    std::filesystem::remove(*trainer.checkpoint);
    CHECK(values(again) == values(whole));
  }

  TEST_CASE("an epoch that comes in parts trains with every sample once and holds one part at a time") {
    const Dataset all = data();
    std::weak_ptr<const Dataset> last;
    std::vector<int> asked;
    const DataSource source{[&](int epoch, int part) {
                              CHECK(last.expired());
                              asked.push_back(10 * epoch + part);
                              auto d =
                                  std::make_shared<const Dataset>(all.slice(part * 16, part == 2 ? 8 : 16));
                              last = d;
                              return d;
                            },
                            3};
    const auto trainer = [](double rate) {
      return Trainer{.loss = objective, .optimizer = Sgd{.rate = rate}, .epochs = 2, .batch = 5};
    };

    Network still = nmf(), whole = nmf();
    Trainer watching = trainer(1e-30);
    std::vector<double> progress;
    watching.on_batch = [&](int epoch, double share, double) { progress.push_back(epoch + share); };
    const History parts = watching.fit(still, source), at_once = trainer(1e-30).fit(whole, fixed(all));
    CHECK(asked == std::vector<int>{0, 1, 2, 10, 11, 12});
    CHECK(parts.epochs[1].loss == doctest::Approx(at_once.epochs[1].loss).epsilon(1e-5));
    CHECK(progress.size() == 2 * (4 + 4 + 2));
    CHECK(std::is_sorted(progress.begin(), progress.end()));
    CHECK(progress.front() == doctest::Approx(1 + 1.0 / 12));
    CHECK(progress.back() == doctest::Approx(3));

    Network moving = nmf(), again = nmf();
    (void)trainer(1e-3).fit(moving, source);
    (void)trainer(1e-3).fit(again, source);
    CHECK(values(moving) != values(nmf()));
    CHECK(values(moving) == values(again));
  }

  TEST_CASE("a part without samples is an error that says which") {
    const DataSource source{
        [](int, int part) { return std::make_shared<const Dataset>(part == 1 ? Dataset() : data()); }, 2};
    Network network = nmf();
    const Trainer trainer{.loss = objective, .optimizer = Sgd{}, .epochs = 1};
    CHECK_THROWS_WITH_AS((void)trainer.fit(network, source),
                         doctest::Contains("part 2 of epoch 1 has no samples"), DataError);
    CHECK_THROWS_AS((void)trainer.fit(network, DataSource{}), ScheduleError);
  }

  TEST_CASE("trainer: normalised multiplicative steps move every layer, plain ones hardly the first") {
    Network network = nmf(), plain = nmf();
    const Trainer trainer{.loss = objective, .optimizer = normalised, .epochs = 5, .batch = 10};
    const double before = evaluate_loss(network, objective, data());
    const History history = trainer.fit(network, fixed(data()));
    CHECK(evaluate_loss(network, objective, data()) < 0.9 * before);
    REQUIRE(history.changes.size() == depth + 1);
    for (const ParameterChange& c : history.changes) {
      CHECK(c.base == "W");
      CHECK(c.relative > 0.002);
      const double largest = 20 * 4 * 0.05;  // steps, outliers, change
      CHECK(c.relative < std::exp(largest));
    }
    const History slow =
        Trainer{
            .loss = objective, .optimizer = MultiplicativeBackprop{.exponent = 0.1}, .epochs = 5, .batch = 10}
            .fit(plain, fixed(data()));
    CHECK(slow.changes.front().relative < 0.5 * history.changes.front().relative);
  }

  TEST_CASE("trainer: changes are relative to the values before, of trained parameters") {
    std::vector<Parameter> before = nmf().parameters(), after = before;
    std::size_t scaled = 0;
    while (before[scaled].base != "W") ++scaled;
    for (double& w : after[scaled].values) w *= 1.25;
    std::size_t count = 0;
    for (const ParameterChange& c : changes(before, after)) {
      CHECK(c.relative == doctest::Approx(c.name == before[scaled].name ? 0.25 : 0));
      CHECK(c.base == "W");
      ++count;
    }
    CHECK(count == depth + 1);
    after[scaled].values[0] = 1e6;  // one that ran away
    before[scaled].values[1] = 0;   // one that was not there
    CHECK(changes(before, after)[0].relative == doctest::Approx(0.25));
    for (double& w : before[scaled].values) w = 0;
    for (double& w : after[scaled].values) w = 3;
    CHECK(changes(before, after)[0].relative == 3);
    after.pop_back();
    CHECK_THROWS_AS(changes(before, after), InternalError);
  }

  TEST_CASE("trainer: resumes to the same bits, in whichever stage") {
    check_resumes({.loss = objective, .optimizer = normalised, .epochs = 5, .batch = 16}, 2);
    for (int epoch = 1; epoch < 6; ++epoch)
      for (const Optimizer& o : {Optimizer(normalised), Optimizer(Adam{.rate = 0.05, .final_rate = 0.1})})
        check_resumes({.loss = objective, .optimizer = o, .epochs = 6, .batch = 16, .curriculum = 3}, epoch);
    for (int epoch = 1; epoch < 6; ++epoch) {
      const Optimizer adam = Adam{.rate = 0.05};
      check_resumes({.loss = objective, .optimizer = adam, .epochs = 6, .batch = 16, .average = 0.4}, epoch);
      check_resumes(
          {.loss = objective, .optimizer = adam, .epochs = 6, .batch = 16, .curriculum = 2, .average = 0.7},
          epoch);
    }
    MultiplicativeBackprop backtracked = normalised;
    backtracked.backtracking = 3;
    check_resumes({.loss = objective.near_tied(0.01), .optimizer = backtracked, .epochs = 3}, 2);
  }

  TEST_CASE("trainer: averages are the means of what the last steps gave") {
    Trainer trainer{.loss = objective, .optimizer = Adam{.rate = 0.05}, .epochs = 4, .batch = samples};
    Network plain = nmf(), averaged = nmf();
    std::vector<std::vector<std::vector<double>>> after;  // each epoch, which is one step
    trainer.on_epoch = [&](const EpochRecord&) {
      after.push_back(values(plain));
      return true;
    };
    trainer.fit(plain, fixed(data()));
    REQUIRE(after.size() == 4);
    trainer.average = 0.5;
    int epoch = 0;
    trainer.on_epoch = [&](const EpochRecord&) {
      const auto found = values(averaged);
      for (std::size_t p = 0; p < found.size(); ++p)
        for (std::size_t i = 0; i < found[p].size(); ++i) {
          const double last = after[static_cast<std::size_t>(epoch)][p][i];
          const double expected = epoch < 3 ? last : (after[2][p][i] + last) / 2;
          CHECK(found[p][i] == doctest::Approx(expected).epsilon(1e-5));
        }
      ++epoch;
      return true;
    };
    trainer.fit(averaged, fixed(data()));
    CHECK(epoch == 4);
    CHECK(values(averaged) != values(plain));
  }

  TEST_CASE("trainer: a curriculum reaches deeper layers later, and in the end all") {
    Network network = nmf();
    const auto start = network.parameters();
    std::vector<int> deepest;  // layer that has moved, after each epoch
    Trainer trainer{.loss = objective, .optimizer = Adam{.rate = 0.05}, .epochs = 7, .curriculum = 3};
    trainer.on_epoch = [&](const EpochRecord&) {
      int last = -1;
      for (const ParameterChange& c : changes(start, network.parameters()))
        if (c.relative > 1e-5 && c.places.front() < depth) last = std::max(last, c.places.front());
      deepest.push_back(last);
      return true;
    };
    trainer.fit(network, fixed(data()));
    std::string text;
    for (const int layer : deepest) text += std::to_string(layer) + " ";
    CHECK(text == "2 2 2 4 4 4 4 ");  // after 2 and 4 layers the read-out uses the next one's copy
  }

  TEST_CASE("trainer: curricula and weights that mean nothing are refused") {
    Network network = nmf();
    const auto refused = [&](const Trainer& t) {
      CHECK_THROWS_AS(t.fit(network, fixed(data())), ScheduleError);
    };
    refused({.loss = objective, .curriculum = 0});
    refused({.loss = objective, .curriculum = depth + 1});
    refused({.loss = objective, .epochs = 2, .curriculum = 3});
    refused({.loss = objective.near_tied(-1)});
    refused({.loss = objective, .average = 1.5});
    refused({.loss = objective, .average = std::nan("")});
    Trainer trainer{.loss = objective, .epochs = 4, .curriculum = 2};
    trainer.checkpoint = std::filesystem::temp_directory_path() / "unfurl_trainer_test";
    std::filesystem::remove(*trainer.checkpoint);
    trainer.fit(network, fixed(data()));
    trainer.resume = true;
    trainer.epochs = 8;  // the stages would be others
    CHECK_THROWS_AS(trainer.fit(network, fixed(data())), DataError);
    std::filesystem::remove(*trainer.checkpoint);
  }

  TEST_CASE(
      "trainer: near the tied network, the loss has the differences of logarithms, and layers stay alike") {
    Network network = nmf();
    network.precision(Precision::f64);
    const double plain = evaluate_loss(network, objective, data());
    CHECK(evaluate_loss(network, objective.near_tied(3), data()) == doctest::Approx(plain));
    std::vector<std::vector<double>> logs;
    Random random(8);
    for (Parameter& p : network.parameters()) {
      if (p.base != "W") continue;
      logs.emplace_back();
      for (double& w : p.values) logs.back().push_back(std::log(w *= 0.5 + random.uniform()));
    }
    double expected = 0;
    for (std::size_t i = 0; i < logs[0].size(); ++i) {
      double mean = 0;
      for (const auto& l : logs) mean += l[i] / static_cast<double>(logs.size());
      for (const auto& l : logs) expected += (l[i] - mean) * (l[i] - mean);
    }
    const double difference =
        evaluate_loss(network, objective.near_tied(3), data()) - evaluate_loss(network, objective, data());
    CHECK(difference == doctest::Approx(3 * expected).epsilon(1e-6));

    Network tied = nmf("tied");
    CHECK(evaluate_loss(tied, objective.near_tied(3), data()) == evaluate_loss(tied, objective, data()));

    const auto spread = [](double weight) {
      Network trained = nmf();
      Trainer{.loss = objective.near_tied(weight), .optimizer = Adam{.rate = 0.03}, .epochs = 20, .batch = 10}
          .fit(trained, fixed(data()));
      return evaluate_loss(trained, objective.near_tied(1), data()) -
             evaluate_loss(trained, objective, data());
    };
    CHECK(spread(1) < 0.2 * spread(0));
  }
}
