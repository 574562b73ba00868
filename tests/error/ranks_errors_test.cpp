// What several ranks that train together are refused, and that all of them learn it; and that each loads its share.
#include <doctest/doctest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "thread_ranks.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

constexpr int n = 6;

Network network(double coupling = 0.3) {
  Model m("chain");
  const auto y = m.observed("y", {n});
  const auto x = m.discrete("x", {n}, 2);
  m.factor("data", each(x), Field{m.param("g", 0.4) * y});
  m.factor("smooth", chain(x), Ising{m.param("J", coupling)});
  return unroll(m, SumProduct{}, 3).untie(all).compile();
}

Dataset samples(int count, std::uint64_t seed = 5) {
  Random random(seed);
  std::vector<float> y, labels;
  for (int i = 0; i < count * n; ++i) {
    y.push_back(static_cast<float>(random.normal()));
    labels.push_back(y.back() > 0 ? 1 : 0);
  }
  return Dataset().add("y", 1, n, y).add("labels", 1, n, labels);
}

Trainer trainer() {
  return {
      .loss = loss::cross_entropy("x", "labels"), .optimizer = Adam{.rate = 0.05}, .epochs = 2, .batch = 16};
}

using Work = std::function<void(int rank, Trainer&, Network&, DataSource&)>;

/// What each rank's training says; empty where it is done.
std::vector<std::string> train(int size, const Work& change) {
  std::vector<std::string> said(static_cast<std::size_t>(size));
  ThreadRanks::run(size, [&](const std::shared_ptr<ThreadRanks>& ranks) {
    Trainer t = trainer();
    Network net = network();
    DataSource source = fixed(samples(40));
    t.slots = 4;
    t.ranks = ranks;
    std::string& mine = said[static_cast<std::size_t>(ranks->rank())];
    try {
      change(ranks->rank(), t, net, source);
      (void)t.fit(net.threads(1), source);
    } catch (const std::exception& error) {
      mine = error.what();
    }
  });
  return said;
}

void check_all_say(const std::vector<std::string>& said, const std::vector<std::string>& parts) {
  for (const std::string& text : said) {
    CAPTURE(text);
    CHECK(text == said.front());
    for (const std::string& part : parts) CHECK(text.find(part) != std::string::npos);
  }
}

}  // namespace

TEST_CASE("ranks: more of them than slots are refused") {
  check_all_say(train(3, [](int, Trainer& t, Network&, DataSource&) { t.slots = 2; }),
                {"3 processes for a training whose batches have 2 slots", "start at most 2"});
  // Sixteen samples are two tiles of eight.
  check_all_say(train(3, [](int, Trainer& t, Network&, DataSource&) { t.slots = 0; }),
                {"3 processes for a training whose batches have 2 slots", "--slots"});
  check_all_say(train(2, [](int, Trainer& t, Network&, DataSource&) { t.slots = 0; }), {});
  check_all_say(train(1, [](int, Trainer& t, Network&, DataSource&) { t.slots = -1; }),
                {"batches in -1 slots", "0 .. 65536"});
}

TEST_CASE("ranks: other data, networks or options on one of them are refused") {
  check_all_say(train(3,
                      [](int rank, Trainer&, Network&, DataSource& source) {
                        if (rank == 1) source = fixed(samples(40, 6));
                      }),
                {"process 1 has other data than process 0", "the same files"});
  check_all_say(train(3, [](int rank, Trainer& t, Network&,
                            DataSource&) { t.validation = samples(rank == 2 ? 9 : 8); }),
                {"process 2 has other data"});
  check_all_say(train(3,
                      [](int rank, Trainer&, Network& net, DataSource&) {
                        if (rank == 2) net = network(0.31);
                      }),
                {"process 2 has another network, or options", "the same arguments"});
  check_all_say(train(2, [](int rank, Trainer& t, Network&, DataSource&) { t.epochs += rank; }),
                {"process 1 has another network, or options"});
}

TEST_CASE("ranks: what fails on one of them fails on all, in its words") {
  check_all_say(train(3,
                      [](int rank, Trainer&, Network&, DataSource& source) {
                        if (rank == 2)
                          source.load = [](int, int) -> std::shared_ptr<const Dataset> {
                            throw DataError("the disk of the third is gone", "disk", "buy another");
                          };
                      }),
                {"the disk of the third is gone", "where: disk", "buy another"});
  check_all_say(train(3,
                      [](int rank, Trainer& t, Network&, DataSource&) {
                        if (rank == 0)
                          t.on_epoch = [](const EpochRecord&) -> bool {
                            throw DataError("the log is full", "log", "empty it");
                          };
                      }),
                {"the log is full", "empty it"});
  const std::filesystem::path unwritten =
      std::filesystem::temp_directory_path() / detail::cat("unfurl-ranks-", getpid());
  check_all_say(train(2, [&](int rank, Trainer& t, Network&,
                             DataSource&) { t.checkpoint = rank == 0 ? "/nowhere/at/all" : unwritten; }),
                {"/nowhere/at/all"});
  CHECK(!std::filesystem::exists(unwritten));
}

TEST_CASE("ranks: numbers that overflow in one slot are found by all, as by one process") {
  const Work overflow = [](int, Trainer& t, Network&, DataSource& source) {
    t.loss = Loss{[](LossContext& c) {
      ir::Builder& b = c.builder;
      return b.sum_to(b.mul(c.result("x"), b.exp(c.target("y", {1, n}))), {1, 1, true});
    }};
    Dataset data = samples(40);
    Samples y = data.take("y"), labels = data.take("labels");
    y.values[7] = 100;  // its exponential is no float
    source = fixed(Dataset().add("y", y).add("labels", labels));
  };
  const std::vector<std::string> alone = train(1, overflow);
  CHECK(alone[0].find("smaller learning rate") != std::string::npos);
  for (const std::string& text : train(4, overflow)) CHECK(text == alone[0]);
}

TEST_CASE("ranks: a run keeps its slots") {
  const auto file = std::filesystem::temp_directory_path() / detail::cat("unfurl-ranks-slots-", getpid());
  const auto keep = [&](int slots, bool resume) -> Work {
    return [=](int, Trainer& t, Network&, DataSource&) {
      t.slots = slots;
      t.checkpoint = file;
      t.resume = resume;
      t.epochs = resume ? 3 : 2;
    };
  };
  check_all_say(train(2, keep(4, false)), {});
  check_all_say(train(2, keep(5, true)), {"slots=4, not", "slots=5", file.string()});
  check_all_say(train(1, keep(0, true)), {"slots=4, not"});
  check_all_say(train(3, keep(4, true)), {});
  std::filesystem::remove(file);
}

TEST_CASE("ranks: each loads a share of data in parts, where these come in any order") {
  constexpr int parts = 5, epochs = 2;
  std::vector<std::vector<double>> trained;
  for (const int size : {1, 2, 3})
    for (const bool any_order : {false, true}) {
      std::vector<std::atomic<int>> loads(static_cast<std::size_t>(size));
      std::vector<std::vector<double>> values(static_cast<std::size_t>(size));
      ThreadRanks::run(size, [&](const std::shared_ptr<ThreadRanks>& ranks) {
        const auto me = static_cast<std::size_t>(ranks->rank());
        Trainer t = trainer();
        t.slots = 4;
        t.ranks = ranks;
        t.epochs = epochs;
        Network net = network();
        (void)t.fit(net.threads(1), {[&](int epoch, int part) {
                                       ++loads[me];
                                       return std::make_shared<const Dataset>(
                                           samples(20 + part, static_cast<std::uint64_t>(10 * epoch + part)));
                                     },
                                     parts, any_order});
        for (const Parameter& p : net.parameters())
          values[me].insert(values[me].end(), p.values.begin(), p.values.end());
      });
      int all = 0;
      for (const std::atomic<int>& l : loads) {
        CHECK(l <= (any_order ? (parts * epochs + size - 1) / size : parts * epochs));
        all += l;
      }
      CHECK(all == (any_order ? 1 : size) * parts * epochs);
      trained.insert(trained.end(), values.begin(), values.end());
    }
  for (const std::vector<double>& one : trained) CHECK(one == trained.front());
}

}  // namespace unfurl::test

TEST_SUITE_END();
