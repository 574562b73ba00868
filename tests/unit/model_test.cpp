// Declarations: edge sets, shapes and domains of formulas, what formulas compute, the arrays behind a model.
#include <doctest/doctest.h>

#include <cmath>

#include "property/laws.hpp"
#include "unfurl/extend/algorithm.hpp"
#include "unit/formula_helpers.hpp"

TEST_SUITE_BEGIN("unit");

namespace unfurl::test {

namespace {

using Slots = std::vector<std::vector<int>>;

}  // namespace

TEST_CASE("edge sets join what they say") {
  Model m("edges");
  const auto image = m.discrete("image", {2, 3}, 2);
  const auto line = m.discrete("line", {3}, 4);
  CHECK(image.size() == 6);
  CHECK(each(line).slots == Slots{{0, 1, 2}});
  CHECK(grid4(image).slots == Slots{{0, 1, 3, 4, 0, 1, 2}, {1, 2, 4, 5, 3, 4, 5}});
  CHECK(chain(line).slots == Slots{{0, 1}, {1, 2}});
  CHECK(all_pairs(line).slots == Slots{{0, 0, 1}, {1, 2, 2}});
  CHECK(pairs(line, {{2, 0}}).slots == Slots{{2}, {0}});
  const Edges mixed = tuples({line, image, image}, {{0, 5, 1}, {2, 3, 4}});
  CHECK(mixed.slots == Slots{{0, 2}, {5, 3}, {1, 4}});
  CHECK(mixed.arity() == 3);
  CHECK(mixed.count() == 2);
  CHECK(mixed.table_size() == 16);
  CHECK(table_per_edge(mixed).planes == 16);
  CHECK(table_per_edge(mixed).rows == 2);
  CHECK(table(mixed).rows == 1);
  CHECK(per_edge(mixed).rows == 2);
}

TEST_CASE("formulas know their shapes and domains") {
  Model m("shapes");
  const auto w = m.param("W", matrix(4, 3), 1.0, nonneg);
  const auto a = m.param("A", matrix(4, 3), 1.0);
  const auto h = m.latent("h", {3}, nonneg);
  const auto f = m.features("f", {5, 2}, 3);
  const auto is = [](const Expr& e, ir::Type type) { return e.type() == type; };
  CHECK(is(w * h, {1, 4, true, Domain::nonneg}));
  CHECK(is(a * h, {1, 4, true, Domain::real}));
  CHECK(is(a * f, {4, 10, true, Domain::real}));
  CHECK(is(2.0 * w, {4, 3, false, Domain::nonneg}));
  CHECK(is(-1.0 * w, {4, 3, false, Domain::real}));
  CHECK(is(w - w, {4, 3, false, Domain::real}));
  CHECK(is(w + w, {4, 3, false, Domain::nonneg}));
  CHECK(is(-w, {4, 3, false, Domain::real}));
  CHECK(is(exp(a), {4, 3, false, Domain::nonneg}));
  CHECK(is(log(w), {4, 3, false, Domain::real}));
  CHECK(is(unit_columns(w), {4, 3, false, Domain::nonneg}));
  CHECK(is(a / w, {4, 3, false, Domain::real}));
  CHECK(is(ratio_mask(h, h), {1, 3, true, Domain::nonneg}));
}

TEST_CASE("formulas compute what they say") {
  Model m("values");
  const auto a = m.param("A", matrix(2, 2), {3, 1, 4, -2});
  const auto positive = m.param("P", matrix(2, 2), {3, 1, 4, 2}, nonneg);
  const auto y = m.observed("y", {2});
  const auto z = m.observed("z", {2}, nonneg);
  Dataset data;
  data.add("y", 1, 2, {1, -2}).add("z", 1, 2, {3, 0.5F});
  const auto near = [&](const Expr& formula, const std::vector<double>& expected) {
    return difference(value_of(m, formula, data), expected) < 1e-12;
  };
  CHECK(near(a * y, {1, 8}));
  CHECK(near(cwise(y, y), {1, 4}));
  CHECK(near(y / z, {1.0 / 3, -4}));
  CHECK(near(y - 2 * z, {-5, -3}));
  CHECK(near(-y + 1, {0, 3}));
  CHECK(near(exp(y), {std::exp(1), std::exp(-2)}));
  CHECK(near(log(z), {std::log(3), std::log(0.5)}));
  CHECK(near(unit_columns(a), {0.6, 1 / std::sqrt(5), 0.8, -2 / std::sqrt(5)}));
  CHECK(near(symmetric(a), {0, 2.5, 2.5, 0}));
  const auto w = m.param("w", vector(2), {0.2, -0.4});
  CHECK(near(cwise(w, y), {0.2, 0.8}));  // the weights of a decoder's channel
  CHECK(near(dot(w, y), {1.0}));
  CHECK(near(dot(y, z) + dot(a, positive), {2 + 9 + 1 + 16 - 4}));
  CHECK(near(dot(w, y) * y, {1, -2}));
  const auto shares = value_of(m, ratio_mask(z, z + 1), data);
  CHECK(shares[0] == doctest::Approx(3.0 / 7));
  CHECK(shares[1] == doctest::Approx(0.25));
  CHECK(value_of(m, ratio_mask(0 * z, 0 * z), data)[0] ==
        doctest::Approx(0.5));  // both silent: an even share
}

TEST_CASE("a matrix of one column makes a vector of an array of one entry, as it does of longer ones") {
  for (const int n : {1, 2}) {
    Model m("columns");
    const auto W = m.param("W", matrix(3, n),
                           n == 1 ? std::vector<double>{1, 2, 3} : std::vector<double>{1, 0, 2, 0, 3, 0});
    const auto y = m.observed("y", {n});
    const auto s = m.observed("s", {});
    const auto g = m.param("g", 2.0);
    const Expr product = W * y;
    CHECK((product.type() == ir::Type{1, 3, true}));
    CHECK(((s * W).type() == ir::Type{3, n, true}));  // scalars scale
    CHECK(((W * s).type() == ir::Type{3, n, true}));
    CHECK(((W * mean(y)).type() == ir::Type{3, n, true}));
    CHECK(((g * W).type() == ir::Type{3, n, false}));
    CHECK(((W * slice(y, 0, n)).type() == ir::Type{1, 3, true}));
    Dataset data;
    data.add("y", 1, n, n == 1 ? std::vector<float>{4} : std::vector<float>{4, 9}).add("s", 1, 1, {1});
    CHECK(difference(value_of(m, product, data), {4, 8, 12}) < 1e-12);
  }
}

TEST_CASE("evidence on spins, per state, and from features say the same") {
  Model m("evidence");
  const auto y = m.observed("y", {3});
  const auto f = m.features("f", {3}, 2);
  const auto a = m.discrete("a", {3}, 2), b = m.discrete("b", {3}, 2), c = m.discrete("c", {3}, 2),
             d = m.discrete("d", {3}, 2);
  m.factor("spin", each(a), Field{y});
  m.factor("states", each(b), Field{f});
  m.factor("linear", each(c), Field{m.param("W", matrix(2, 2), {1, 0, 0, 1}) * f});
  m.factor("quarter", each(d), Field{0.25 * y});
  m.factor("half", each(d), Table{cwise(m.param("signs", {2, 1}, {-0.5, 0.5}), y)});
  m.factor("rest", tuples({d}, {{2}, {0}, {1}}), Field{m.param("g", 0.25) * m.observed("permuted", {3})});
  Dataset data;
  data.add("y", 1, 3, {0.5F, -1, 2})
      .add("f", 2, 3, {-0.5F, 1, -2, 0.5F, -1, 2})
      .add("permuted", 1, 3, {2, 0.5F, -1});
  for (const AlgorithmPointer& algorithm : {AlgorithmPointer(SumProduct{}), AlgorithmPointer(MeanField{})}) {
    const Numbers results = run_double(unroll(m, algorithm, 1).compile(), data);
    std::vector<double> expected;
    for (double h : {0.5, -1.0, 2.0}) expected.push_back(1 / (1 + std::exp(-2 * h)));
    for (const std::string name : {"a", "b", "c", "d"})
      CHECK(difference(results.at(name + "@1"), expected) < 1e-14);
  }
}

TEST_CASE("on all pairs, couplings by edge are what they are on the same pairs written out") {
  for (const AlgorithmPointer& algorithm : {AlgorithmPointer(SumProduct{}), AlgorithmPointer(MeanField{})})
    for (int type = 0; type < 3; ++type) {
      std::vector<std::vector<double>> found;
      for (bool written_out : {false, true}) {
        Model m("pairs");
        const auto x = m.discrete("x", {4}, 2);
        const Edges edges =
            written_out ? pairs(x, {{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}}) : all_pairs(x);
        const auto coupling = m.param("J", per_edge(edges), {0.5, -0.3, 0.2, 0.9, -0.8, 0.1});
        const auto full = m.param("T", table(edges), {0.1, -0.4, 0.6, 0.3});
        m.factor("pairs", edges,
                 type == 0   ? FactorSpec(Ising{coupling})
                 : type == 1 ? FactorSpec(Potts{coupling})
                             : FactorSpec(Table{full}));
        m.factor("field", each(x), Field{m.param("h", vector(4), {0.3, -0.1, 0.2, 0.4})});
        found.push_back(
            run_double(unroll(m, algorithm, 4).compile(), Dataset().add("none", 1, 1, {0})).at("x@4"));
      }
      CHECK(found[0] == found[1]);
    }
}

TEST_CASE("the layout orders edges by factor group, slot and factor") {
  Model m("layout");
  const auto a = m.discrete("a", {3}, 2);
  const auto b = m.discrete("b", {2}, 4);
  m.factor("field", each(a), Field{0.5});
  m.factor("cross", pairs(a, b, {{0, 1}, {2, 0}}), Table{m.param("T", {8, 1}, 0.0)});
  m.factor("ring", pairs(a, {{0, 1}, {1, 2}}), Ising{0.1});
  const Layout layout = make_layout(m);
  REQUIRE(layout.variables.size() == 2);
  CHECK(layout.variables[0].planes == 1);
  CHECK(layout.variables[1].planes == 4);
  CHECK(layout.variables[0].edge_variable->target == std::vector<int>{0, 2, 0, 1, 1, 2});
  CHECK(layout.variables[1].edge_variable->target == std::vector<int>{1, 0});
  CHECK(layout.unary == std::vector<int>{0});
  REQUIRE(layout.joint.size() == 2);
  CHECK(layout.joint[0].declaration == 1);
  CHECK(layout.joint[1].slots[1].first_edge == 4);
  CHECK(layout.continuous.empty());
}

TEST_CASE("declarations keep names, lines and values; copies of a model go their own way") {
  Model m("declarations");
  const auto J = m.param("J", {2, 2}, {1, 2, 3, 4}), h = m.param("h", 0.5, nonneg);
  const auto x = m.discrete("x", {2}, 2);
  m.factor("pair", chain(x), Table{m.param("T", {4, 1}, 0.0)});
  CHECK(J.name() == "J");
  CHECK(m.params()[0].initial == std::vector<double>{1, 2, 3, 4});
  CHECK(m.params()[1].type.domain == Domain::nonneg);
  CHECK(m.factors()[0].describe().find("factor 'pair' (model_test.cpp:") == 0);
  Model copy = m;
  copy.factor("field", each(x), Field{h});
  CHECK(copy.factors().size() == 2);
  CHECK(m.factors().size() == 1);
}

TEST_CASE("results carry the model's names") {
  Model m("names");
  const auto x = m.discrete("x", {2}, 2);
  const auto z = m.discrete("z", {2}, 3);
  m.factor("pair", pairs(x, z, {{0, 1}}), Table{m.param("T", {6, 1}, 0.0)});
  m.readout("twice", 2 * m.observed("y", {3}));
  const Network network = unroll(m, SumProduct{}, 2).compile();
  CHECK(network.unrolled().signature.readouts ==
        std::vector<std::string>{"twice", "x", "x.logit", "z", "z.logit"});
  const Dataset results = network.run(Dataset().add("y", 1, 3, {1, 2, 3}));
  CHECK(results["twice"].values == std::vector<float>{2, 4, 6});
  CHECK(results["x"].planes == 1);
  CHECK(results["z"].planes == 3);
  CHECK(network.run(Dataset().add("y", 1, 3, {1, 2, 3}), {"z"}).arrays().size() == 1);
}

}  // namespace unfurl::test

TEST_SUITE_END();
