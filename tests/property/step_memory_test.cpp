// A training step in a given memory: as much as was told before, and the same bits.
#include <doctest/doctest.h>

#include "core/size_text.hpp"
#include "property/laws.hpp"
#include "train/losses/program.hpp"
#include "unfurl/memory.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

struct Trained {
  std::vector<Parameter> parameters;
  History history;
};

/// A few steps with the memory that is given.
Trained train(Network network, const Dataset& data, const Loss& loss, int batch,
              std::optional<std::size_t> memory) {
  Trained t;
  t.history =
      Trainer{.loss = loss, .optimizer = Adam{.rate = 0.05}, .epochs = 2, .batch = batch, .memory = memory}
          .fit(network, fixed(data));
  t.parameters = network.parameters();
  return t;
}

struct Task {
  const char* name;
  Network network;
  Dataset data;
  Loss loss;
};

/// On which values of layers are most of the memory.
std::vector<Task> tasks() {
  Random random(7);
  constexpr int side = 24, samples = 60;
  std::vector<Task> all;
  {
    Model m("image");
    const auto y = m.observed("y", {side, side});
    const auto x = m.discrete("x", {side, side}, 2);
    m.factor("data", each(x), Field{y});
    m.factor("smooth", grid4(x), Ising{m.param("J", 0.3)});
    Dataset data;
    std::vector<float> label;
    for (int i = 0; i < samples * side * side; ++i) label.push_back(static_cast<float>(random.below(2)));
    data.add("y", 1, side * side, as_floats(exact_floats(random, samples * side * side, -1, 1)));
    data.add("label", 1, side * side, label);
    all.push_back({"binary grid", unroll(m, SumProduct{}, 16).untie(unfurl::all).compile(), data,
                   loss::cross_entropy("x", "label")});
  }
  {
    constexpr int rows = 30, columns = 60;
    Model m("sparse");
    const auto b = m.observed("b", {rows});
    const auto x = m.latent("x", {columns});
    m.factor("fit", SquaredError{b, m.param("A", matrix(rows, columns),
                                            exact_floats(random, rows * columns, -0.3, 0.3)) *
                                        x});
    m.factor("sparse", L1{0.1, x});
    Dataset data;
    data.add("b", 1, rows, as_floats(exact_floats(random, samples * rows, -1, 1)));
    data.add("code", 1, columns, as_floats(exact_floats(random, samples * columns, -1, 1)));
    all.push_back({"LISTA", unroll(m, ProximalGradient{.form = ProximalGradient::Form::lista}, 40).compile(),
                   data, loss::squared_error("x", "code")});
  }
  return all;
}

}  // namespace

TEST_CASE("the memory of a step is what its run allocates") {
  for (Task& t : tasks())
    for (const int threads : {1, 2})
      for (const int batch : {1, 7, 60}) {
        CAPTURE(std::string(t.name));
        CAPTURE(batch);
        t.network.threads(threads);
        const StepMemory told = step_memory(t.network, t.loss, Adam{}, batch);
        const History found = train(t.network, t.data, t.loss, batch, {}).history;
        const std::size_t borders = 4096;  // arenas begin on cache lines, parts of sums are few numbers
        CHECK(found.memory_of_values <= told.values + borders);
        CHECK(found.memory_of_values * 20 >= told.values * (threads > 1 ? 9 : 19));
        CHECK(found.memory <= told.values + told.sums + borders);
        CHECK(told.total() == told.values + told.sums + told.tables + told.parameters + told.optimizer);
      }
}

TEST_CASE("a step fits in the memory that it is given, to the same bits") {
  for (Task& t : tasks()) {
    CAPTURE(std::string(t.name));
    t.network.threads(1);
    constexpr int batch = 60;
    const StepMemory all = step_memory(t.network, t.loss, Adam{}, batch);
    const Trained expected = train(t.network, t.data, t.loss, batch, {});
    std::vector<int> chosen;
    std::size_t least = all.total();
    for (std::size_t limit = all.total(); limit > all.total() / 3; limit -= all.total() / 12) {
      StepMemory fits;
      try {
        fits = step_memory(t.network, t.loss, Adam{}, batch, limit);
      } catch (const ScheduleError&) {
        break;
      }
      CHECK(fits.total() <= limit);
      least = std::min(least, fits.total());
      if (chosen.empty() || chosen.back() != fits.recompute_every) {
        chosen.push_back(fits.recompute_every);
        const Trained found = train(t.network, t.data, t.loss, batch, limit);
        CHECK(found.history.memory_of_values <= fits.values + 4096);
        for (std::size_t i = 0; i < expected.parameters.size(); ++i)
          CHECK(found.parameters[i].values == expected.parameters[i].values);
      }
      // What is told is what a network that recomputes so needs.
      Network same = t.network;
      CHECK(step_memory(same.recompute_every(fits.recompute_every), t.loss, Adam{}, batch).total() ==
            fits.total());
    }
    CHECK(chosen.front() == 0);
    CHECK(chosen.size() >= 2);
    CHECK(least < all.total() * 2 / 3);
  }
}

TEST_CASE("where no step fits, the least is told, and it is enough") {
  Task t = std::move(tasks()[0]);
  t.network.threads(2);
  const auto refused = [&](const std::function<void()>& run) -> std::string {
    try {
      run();
    } catch (const ScheduleError& error) {
      return error.what_happened();
    }
    return "nothing";
  };
  const std::string told =
      refused([&] { (void)step_memory(t.network, t.loss, Adam{}, 20, std::size_t{1000}); });
  CHECK(told.find("a training step of 20 samples needs at least ") == 0);
  CHECK(refused([&] { (void)train(t.network, t.data, t.loss, 20, std::size_t{1000}); }) == told);
  // The largest limit that is refused is just below the least that is told.
  std::size_t low = 1000, high = step_memory(t.network, t.loss, Adam{}, 20).total();
  while (high - low > 1) {
    const std::size_t middle = low + (high - low) / 2;
    (refused([&] { (void)step_memory(t.network, t.loss, Adam{}, 20, middle); }) == "nothing" ? high : low) =
        middle;
  }
  CHECK(told.find(detail::size_text(high)) != std::string::npos);
  CHECK(refused([&] {
          (void)train(t.network.recompute_every(2), t.data, t.loss, 20, high);
        }).find("the memory of a step is given") != std::string::npos);
  CHECK_THROWS_AS((void)step_memory(t.network, t.loss, Adam{}, 0), DataError);
  CHECK_THROWS_AS((void)run_memory(t.network, 0), DataError);
}

TEST_CASE("a run remembers as much for many layers as for few") {
  Model m("image");
  const auto y = m.observed("y", {30, 30});
  const auto x = m.discrete("x", {30, 30}, 4);
  m.factor("data", each(x), Field{m.features("u", {30, 30}, 4)});
  m.factor("smooth", grid4(x), Potts{m.param("J", 0.3)});
  const auto of = [&](int layers) { return run_memory(unroll(m, SumProduct{}, layers).compile(), 4); };
  const RunMemory few = of(3), many = of(60);
  CHECK(few.values == many.values);
  CHECK(few.tables == many.tables);
  CHECK(few.total() == many.total());
}

TEST_CASE("amounts of memory are rounded up") {
  using detail::size_text;
  CHECK(size_text(40) == "40 B");
  CHECK(size_text(999) == "999 B");
  CHECK(size_text(1000) == "1.00 kB");
  CHECK(size_text(1001) == "1.01 kB");
  CHECK(size_text(12345) == "12.4 kB");
  CHECK(size_text(999001) == "1.00 MB");
  CHECK(size_text(2000000000) == "2.00 GB");
  CHECK(size_text(2000000001) == "2.01 GB");
  CHECK(size_text(123456789012) == "124 GB");
}

}  // namespace unfurl::test
