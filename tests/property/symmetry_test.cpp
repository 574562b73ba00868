// Parameters shared along the symmetries of a model.
#include <doctest/doctest.h>

#include <set>

#include "unfurl/at.hpp"
#include "unfurl/codes.hpp"
#include "unfurl/data.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/symmetry.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("property");

namespace unfurl::test {

namespace {

Dataset noisy_words(int n, int words, std::uint64_t seed) {
  Random random(seed);
  std::vector<float> llr, bits(at(n * words), 0);
  for (int i = 0; i < n * words; ++i) llr.push_back(static_cast<float>(2 + 2 * random.normal()));
  Dataset data;
  data.add("llr", 1, n, std::move(llr)).add("bits", 1, n, std::move(bits));
  return data;
}

int classes(const std::vector<int>& of) { return static_cast<int>(std::set(of.begin(), of.end()).size()); }

}  // namespace

TEST_CASE("orbits of a circulant matrix are its diagonals") {
  const Code code = bch(15, 7, 15);
  const int weight = static_cast<int>(code.checks.rows[0].size());
  const Model model = decoding_model(code.checks);
  const Orbits along = orbits(model, {{{"bit", cyclic_shift(15, 15)}}});
  CHECK(classes(along.variables.at("bit")) == 1);
  CHECK(classes(along.edges.at("bit")) == weight);
  CHECK(classes(along.pairs.at("bit")) == weight * (weight - 1));
  // Without a symmetry everything is of its own.
  const Orbits apart = orbits(model, {});
  CHECK(classes(apart.edges.at("bit")) == 15 * weight);
  // Shifts by three make three classes of bits, and so many of edges for each.
  std::vector<int> three = cyclic_shift(15, 15);
  for (int& i : three) i = (i + 2) % 15;
  CHECK(classes(orbits(model, {{{"bit", three}}}).variables.at("bit")) == 3);
  CHECK(classes(orbits(model, {{{"bit", three}}}).edges.at("bit")) == 3 * weight);
  // Two generators: a quasi-cyclic code, whose blocks are also exchanged.
  const Model blocks = decoding_model(quasi_cyclic({{0, 0, -1}, {-1, 0, 0}, {0, -1, 0}}, 4).checks);
  const std::vector<int> shift = cyclic_shift(12, 4);
  std::vector<int> exchange;
  for (int i = 0; i < 12; ++i) exchange.push_back((i + 4) % 12);
  CHECK(classes(orbits(blocks, {{{"bit", shift}}}).variables.at("bit")) == 3);
  CHECK(classes(orbits(blocks, {{{"bit", shift}}, {{"bit", exchange}}}).variables.at("bit")) == 1);
  CHECK(classes(orbits(blocks, {{{"bit", shift}}, {{"bit", exchange}}}).edges.at("bit")) == 2);
}

TEST_CASE("shared weights are one number for an orbit: results, gradients and symmetry") {
  const Code code = bch(15, 7, 15);
  const Model model = decoding_model(code.checks);
  const std::vector<int> shift = cyclic_shift(15, 15);
  const Dataset words = noisy_words(15, 40, 3);
  for (const MessageWeights weights : {MessageWeights::per_edge, MessageWeights::per_pair}) {
    const AlgorithmPointer whole = SumProduct{.message_weights = weights};
    const AlgorithmPointer shared = tie_along(whole, model, {{{"bit", shift}}});
    Network few = unroll(model, shared, 3).untie(all).compile(),
            many = unroll(model, whole, 3).untie(all).compile();
    CHECK(15 * few.trained_count() == many.trained_count());
    const Orbits along = orbits(model, {{{"bit", shift}}});
    Random random(5);
    for (Parameter& p : few.parameters()) {
      for (double& w : p.values) w = 0.5 + 0.5 * random.uniform();
      const auto& classes_of =
          p.base.find("belief") != std::string::npos || weights == MessageWeights::per_edge
              ? along.edges.at("bit")
              : along.pairs.at("bit");
      Parameter& full = many.parameter(p.name);
      REQUIRE(full.values.size() == classes_of.size());
      for (std::size_t i = 0; i < classes_of.size(); ++i) full.values[i] = p.values[at(classes_of[i])];
    }
    const std::vector<float> a = few.run(words)["bit.logit"].values, b = many.run(words)["bit.logit"].values;
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == doctest::Approx(b[i]).epsilon(1e-5));
    // A shifted word gives the shifted answer.
    const auto& given = words["llr"].values;
    std::vector<float> moved(given.size());
    for (std::size_t w = 0; w < given.size() / 15; ++w)
      for (std::size_t i = 0; i < 15; ++i) moved[w * 15 + at(shift[i])] = given[w * 15 + i];
    Dataset shifted;
    shifted.add("llr", 1, 15, moved);
    const std::vector<float> c = few.run(shifted)["bit.logit"].values;
    for (std::size_t w = 0; w < given.size() / 15; ++w)
      for (std::size_t i = 0; i < 15; ++i)
        CHECK(c[w * 15 + at(shift[i])] == doctest::Approx(a[w * 15 + i]).epsilon(1e-3));
    for (const GradientCheck& g :
         check_gradients(few, loss::cross_entropy("bit", "bits").every_layer(), words, 5, 1e-6))
      CHECK(g.largest_error < 1e-4);
  }
}

TEST_CASE("sharing refuses what is no symmetry, and what cannot be one number") {
  const Model model = decoding_model(bch(15, 7).checks);  // eight rows: the shift leads out of them
  CHECK_THROWS_WITH_AS((void)orbits(model, {{{"bit", cyclic_shift(15, 15)}}}),
                       doctest::Contains("to variables that no factor of it joins"), ModelError);
  CHECK_THROWS_AS((void)orbits(model, {{{"bit", {0, 1, 2}}}}), ModelError);
  CHECK_THROWS_AS((void)orbits(model, {{{"bits", cyclic_shift(15, 15)}}}), ModelError);
  CHECK_THROWS_AS((void)cyclic_shift(15, 4), ModelError);
  const AlgorithmPointer edges = SumProduct{.message_weights = MessageWeights::per_edge};
  const auto compile = [&](const std::string& name, const std::vector<int>& classes_of) {
    (void)unroll(model, tie_entries(edges, {{name, classes_of}}), 2).compile();
  };
  CHECK_THROWS_WITH_AS(compile("bp.weight.bits", {0}), doctest::Contains("no parameter 'bp.weight.bits'"),
                       ScheduleError);
  CHECK_THROWS_AS(compile("bp.weight.bit", {0, 0}), ScheduleError);
  CHECK_THROWS_AS(compile("bp.weight.bit", {0, 2}), ScheduleError);
  CHECK_THROWS_AS(compile("bp.weight.bit", {0, -1}), ScheduleError);
  CHECK_THROWS_AS(
      (void)tie_along(SumProduct{}, decoding_model(bch(15, 7, 15).checks), {{{"bit", cyclic_shift(15, 15)}}}),
      ScheduleError);
  // Numbers that differ within a class.
  Model pairs_of_bits("pairs");
  const auto x = pairs_of_bits.discrete("x", {4}, 2);
  pairs_of_bits.factor("field", each(x), Field{0.1});
  pairs_of_bits.factor("chain", chain(x), Ising{0.3});
  const AlgorithmPointer trees = TreeReweighted{.edge_weights = {0.5, 0.6, 0.7}};
  CHECK_THROWS_WITH_AS(
      (void)unroll(pairs_of_bits, tie_entries(trees, {{"trw.edge_weight.chain", {0, 0, 1}}}), 2).compile(),
      doctest::Contains("begin as"), ScheduleError);
}

}  // namespace unfurl::test

TEST_SUITE_END();
