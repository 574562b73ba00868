// Parameters that several programs share: networks of one store, and families of models for samples of other structure.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "error/model_errors.hpp"
#include "train/batches.hpp"
#include "unfurl/checkpoint.hpp"
#include "unfurl/extend/optimizer.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

using namespace unfurl;
using unfurl::test::expect_error;

namespace {

/// A chain of n binary variables with one coupling.
Model chain_of(int n) {
  Model m("chain");
  const auto y = m.observed("y", {n});
  const auto x = m.discrete("x", {n}, 2);
  m.factor("data", each(x), Field{m.param("g", 1.0) * y});
  m.factor("smooth", chain(x), Ising{m.param("J", 0.3)});
  return m;
}

Model chains(int longest) {
  Model m = chain_of(longest);
  m.family([](const Structure& n) { return chain_of(n.at(0)); });
  return m;
}

Network network_of(int longest, const char* tying = "untied") {
  return unroll(chains(longest), SumProduct{}, 3).tying(tying).compile().precision(Precision::f64);
}

Dataset samples(int n, int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> y, label;
  for (int s = 0; s < count; ++s) {
    int state = random.below(2);
    for (int i = 0; i < n; ++i) {
      if (random.uniform() < 0.2) state = 1 - state;
      label.push_back(static_cast<float>(state));
      y.push_back(static_cast<float>(2 * state - 1 + random.normal()));
    }
  }
  return Dataset().add("y", 1, n, std::move(y)).add("label", 1, n, std::move(label));
}

Dataset ragged(std::vector<int> counts = {13, 40, 7}) {
  Dataset all;
  for (std::size_t i = 0; i < counts.size(); ++i)
    all.add({static_cast<int>(3 + i)}, samples(static_cast<int>(3 + i), counts[i], 5 + i));
  return all;
}

const Loss objective = loss::cross_entropy("x", "label");

std::vector<double> all_values(const Network& network) {
  std::vector<double> all;
  for (const Parameter& p : network.parameters()) all.insert(all.end(), p.values.begin(), p.values.end());
  return all;
}

}  // namespace

TEST_SUITE("unit") {
  TEST_CASE("data in parts: counted, cut and refused as they should") {
    const Dataset all = ragged();
    CHECK(all.samples() == 60);
    CHECK(all.parts().size() == 3);
    const Dataset some = all.slice(10, 45);
    CHECK(some.samples() == 45);
    CHECK(some.parts().at({3}).samples() == 3);
    CHECK(some.parts().at({4}).samples() == 40);
    CHECK(some.parts().at({5}).samples() == 2);
    CHECK(all.slice(0, 13).parts().size() == 1);
    expect_error<DataError>([&] { (void)all["y"]; }, {"'y'", "3 structures"});
    Dataset more = all;
    expect_error<DataError>([&] { more.add({4}, samples(4, 2, 1)); }, {"(4)", "already"});
    expect_error<DataError>([&] { more.add("y", 1, 1, {1}); }, {"'y'", "parts"});
    expect_error<DataError>([&] { more.add(Structure{}, samples(4, 2, 1)); }, {"none"});
    expect_error<DataError>([&] { (void)unroll(chain_of(3), SumProduct{}, 2).compile().run(all); },
                            {"parts", "family"});
  }

  TEST_CASE("data in parts: a pass takes every sample once, in whole batches of several structures") {
    const Dataset all = ragged({130, 45, 7});
    for (const int batch : {1, 8, 64, 1000}) {
      CAPTURE(batch);
      const Batches batches(all, batch, Random(3));
      std::map<std::pair<Structure, int>, int> seen;
      int smaller = 0;
      for (std::size_t s = 0; s < batches.size(); ++s) {
        smaller += samples_of(batches[s]) < batch ? 1 : 0;
        CHECK(samples_of(batches[s]) <= batch);
        for (const Piece& piece : batches[s])
          for (int i = 0; i < piece.count; ++i) ++seen[{*piece.structure, piece.order[i]}];
      }
      CHECK(smaller <= 1);
      CHECK(seen.size() == 182);
      CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& one) { return one.second == 1; }));
    }
  }

  TEST_CASE("family: results of every structure are those of a network of its own") {
    Network network = network_of(6);
    for (Parameter& p : network.parameters()) p.values[0] += 0.1 * p.copy;
    for (int again = 0; again < 2; ++again) {  // the second time by runners that are kept, with other values
      const Dataset found = network.run(ragged());
      for (const auto& [structure, part] : ragged().parts()) {
        Network alone = unroll(chain_of(structure[0]), SumProduct{}, 3).untie(all).compile();
        alone.precision(Precision::f64);
        for (Parameter& p : alone.parameters()) p.values = network.parameter(p.name).values;
        CHECK(alone.run(part)["x"].values == found.parts().at(structure)["x"].values);
      }
      network.parameter("J@1").values[0] = 0.9;
    }
    const Dataset streamed = network.stream().run(ragged()), whole = network.run(ragged());
    for (const auto& [structure, part] : whole.parts())
      for (std::size_t i = 0; i < part["x"].values.size(); ++i)
        CHECK(streamed.parts().at(structure)["x"].values[i] == doctest::Approx(part["x"].values[i]));
  }

  TEST_CASE("family: a step on samples of several structures is the step on their mean loss") {
    const Dataset data = ragged({3, 4, 2});
    const auto trained = [&](int batch, const Dataset& on) {
      Network network = network_of(6, "tied");
      const Trainer trainer{
          .loss = objective.near_zero(0.05), .optimizer = Sgd{.rate = 0.1}, .epochs = 1, .batch = batch};
      const History history = trainer.fit(network, fixed(on));
      CHECK(history.epochs[0].loss > 0);
      return all_values(network);
    };
    // The gradient of the whole, from networks of one structure each.
    const Network start = network_of(6, "tied");
    std::vector<double> expected = all_values(start);
    for (const auto& [structure, part] : data.parts()) {
      const double share = part.samples() / 9.0;
      Dataset alone;
      alone.add(structure, part);
      const std::vector<double> after = trained(100, alone);
      for (std::size_t i = 0; i < expected.size(); ++i)
        expected[i] += share * (after[i] - all_values(start)[i]);
    }
    const std::vector<double> found = trained(9, data);
    for (std::size_t i = 0; i < found.size(); ++i)
      CHECK(found[i] == doctest::Approx(expected[i]).epsilon(1e-10));
    CHECK(trained(9, data) == trained(100, data));  // one step either way
  }

  TEST_CASE(
      "family: training resumes to the same bits, for any number of threads, and validates every structure") {
    Trainer trainer{.loss = objective, .optimizer = Adam{.rate = 0.05}, .epochs = 6, .batch = 8};
    trainer.validation = ragged({5, 5, 5});
    Network one = network_of(6), two = network_of(6), parts = network_of(6), again = network_of(6);
    one.threads(1), two.threads(3);
    const double before = evaluate_loss(one, objective, *trainer.validation);
    const History history = trainer.fit(one, fixed(ragged()));
    trainer.fit(two, fixed(ragged()));
    CHECK(all_values(one) == all_values(two));
    CHECK(history.epochs.back().loss < history.epochs.front().loss);
    CHECK(*history.epochs.back().validation != before);
    CHECK(*history.epochs.back().validation ==
          doctest::Approx(evaluate_loss(one, objective, *trainer.validation)));
    trainer.checkpoint = std::filesystem::temp_directory_path() / "unfurl_store_test";
    trainer.on_epoch = [](const EpochRecord& r) { return r.epoch < 3; };
    trainer.fit(parts, fixed(ragged()));
    trainer.on_epoch = {};
    trainer.resume = true;
    trainer.fit(again, fixed(ragged()));
    CHECK(all_values(again) == all_values(one));
    std::filesystem::remove(*trainer.checkpoint);
  }

  TEST_CASE("family: gradients agree with differences for every structure") {
    for (const GradientCheck& c : check_gradients(network_of(6), objective.near_zero(0.1), ragged({2, 2, 2})))
      CHECK_MESSAGE(c.passed, c.parameter);
  }

  TEST_CASE("family: parameters that cannot be shared are refused, and both are named") {
    const auto per_length = [](int n) {
      Model m("fields");
      const auto y = m.observed("y", {n});
      const auto x = m.discrete("x", {n}, 2);
      m.factor("data", each(x), Field{m.param("g", vector(n), 1.0) + y});
      return m;
    };
    Model fields = per_length(5);
    fields.family([=](const Structure& n) { return per_length(n.at(0)); });
    const Network network = unroll(fields, SumProduct{}, 2).compile();
    expect_error<ScheduleError>([&] { (void)network.of({3}); }, {"'g'", "(3)", "[1, 3]", "[1, 5]"});
    Model other = chain_of(5);
    other.family([=](const Structure& n) { return n[0] < 3 ? per_length(3) : chain_of(n[0]); });
    const Model extra = other;
    expect_error<ScheduleError>([&] { (void)unroll(extra, SumProduct{}, 2).compile().of({2}); },
                                {"'g'", "(2)"});
    expect_error<ScheduleError>([&] { (void)unroll(chain_of(4), SumProduct{}, 2).compile().of({2}); },
                                {"(2)", "family"});
    Network short_one = unroll(chain_of(4), SumProduct{}, 2).compile();
    expect_error<ScheduleError>([&] { short_one.bind(network); }, {"'g'", "[1, 1]", "[1, 5]"});
  }

  TEST_CASE("store: networks that are bound to one are trained together, copies are not") {
    Network longer = network_of(8), shorter = unroll(chain_of(3), SumProduct{}, 3).untie(all).compile();
    shorter.precision(Precision::f64);
    const Network copy = longer;
    shorter.bind(longer);
    const std::vector<float> before = longer.run(samples(8, 4, 1), {"x"})["x"].values;
    Trainer{.loss = objective, .optimizer = Adam{.rate = 0.1}, .epochs = 3}.fit(shorter,
                                                                                fixed(samples(3, 20, 2)));
    CHECK(all_values(shorter) == all_values(longer));
    CHECK(longer.run(samples(8, 4, 1), {"x"})["x"].values != before);
    CHECK(copy.run(samples(8, 4, 1), {"x"})["x"].values == before);
    const Network second = longer;
    longer.parameter("J@0").values[0] = 7;
    CHECK(shorter.parameter("J@0").values[0] == 7);
    CHECK(second.parameter("J@0").values[0] != 7);
    const Network middle = longer.of({5});
    CHECK(middle.parameters().data() == longer.parameters().data());
  }
}
