// Declarations that are refused, and what the refusal says.
#include <cmath>
#include <limits>

#include "error/model_errors.hpp"
#include "unfurl/factors.hpp"
#include "unfurl/model.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

const double not_a_number = std::nan("");

}  // namespace

TEST_CASE("names: missing, taken, or with characters that the library uses") {
  Model m("names");
  m.param("J", 1.0);
  expect_error_here<ModelError>([&] { m.param("", 1.0); }, {"no name"});
  expect_error_here<ModelError>([&] { m.param("J", 1.0); }, {"'J'", "twice", "names"});
  expect_error_here<ModelError>([&] { m.observed("J", {3}); }, {"'J'", "twice"});
  expect_error_here<ModelError>([&] { m.discrete("x.logit", {3}, 2); }, {"'x.logit'", "'.'"});
  expect_error_here<ModelError>([&] { m.param("J@2", 1.0); }, {"'J@2'", "'@'"});
  expect_error_here<ModelError>([&] { m.latent("bp.damping", {3}); }, {"'bp.damping'"});
}

TEST_CASE("a refused declaration leaves its name free") {
  Model m("names");
  expect_error<ModelError>([&] { m.observed("y", {0}); }, {"'y'"});
  m.observed("y", {3});
  const auto x = m.discrete("x", {3}, 3);
  expect_error<ModelError>([&] { m.factor("evidence", each(x), Ising{1.0}); }, {"'evidence'"});
  m.factor("evidence", each(x), Field{m.param("h", {3, 1}, 0.0)});
  CHECK(m.factors().size() == 1);
}

TEST_CASE("extents and states") {
  Model m("extents");
  expect_error_here<ModelError>([&] { m.observed("y", {4, 0}); }, {"'y'", "extent of 0"});
  expect_error_here<ModelError>([&] { m.latent("h", {-3}); }, {"'h'", "extent of -3"});
  expect_error_here<ModelError>([&] { m.observed("big", {100000, 100000}); }, {"'big'", "2^30"});
  expect_error_here<ModelError>([&] { m.features("f", {4}, 0); }, {"'f'", "0 features"});
  expect_error_here<ModelError>([&] { m.discrete("x", {4}, 0); }, {"'x'", "0 states"});
  expect_error_here<ModelError>([&] { m.discrete("x", {4}, 1); }, {"'x'", "1 state"});
}

TEST_CASE("initial values of parameters") {
  Model m("initial");
  expect_error_here<ModelError>([&] { m.param("W", -0.5, nonneg); }, {"'W'", "-0.5"});
  expect_error_here<ModelError>([&] { m.param("J", not_a_number); }, {"'J'", "nan"});
  expect_error_here<ModelError>([&] { m.param("J", std::numeric_limits<double>::infinity()); },
                                {"'J'", "inf"});
  expect_error_here<ModelError>([&] { m.param("A", matrix(2, 3), {1, 2, 3}); }, {"'A'", "3", "6"});
}

TEST_CASE("edge sets") {
  Model m("edges");
  const auto line = m.discrete("line", {5}, 2);
  const auto many = m.discrete("many", {5}, 2000);
  expect_error_here<ModelError>([&] { grid4(line); }, {"grid4", "'line'", "1 dimension"});
  expect_error_here<ModelError>([&] { pairs(line, {{0, 5}}); }, {"variable 5", "'line'", "0 to 4"});
  expect_error_here<ModelError>([&] { pairs(line, {{0, 1}, {-1, 2}}); }, {"factor 1", "variable -1"});
  expect_error_here<ModelError>([&] { pairs(line, {{3, 3}}); }, {"variable 3", "twice"});
  expect_error_here<ModelError>(
      [&] {
        tuples({line, line, line}, {{0, 1}});
      },
      {"joins 2 variables", "3", "tuples(x, scopes)"});
  expect_error_here<ModelError>([&] { tuples(line, {{0}, {}}); }, {"factor 1", "'line'", "no variables"});
  expect_error_here<ModelError>([&] { tuples(line, {{0}, {1, 2, 1}}); }, {"factor 1", "variable 1", "twice"});
  expect_error_here<ModelError>([&] { tuples(std::vector<VariableGroup>{}, {}); }, {"no groups"});
  expect_error_here<ModelError>([&] { table(tuples({many, many, many}, {{0, 1, 2}})); }, {"'many'", "2^30"});
}

TEST_CASE("factors that do not fit their variables") {
  Model m("factors");
  const auto x = m.discrete("x", {3, 3}, 2);
  const auto z = m.discrete("z", {4}, 3);
  const auto v = m.observed("v", {6}, nonneg);
  const auto h = m.latent("h", {2}, nonneg);
  const auto per_pixel = m.param("per_pixel", vector(9), 0.0), scalar_weight = m.param("s", 1.0);
  expect_error_here<ModelError>([&] { m.factor("f", grid4(x), Ising{per_pixel}); },
                                {"'f'", "'per_pixel'", "[1, 9]", "12 rows"});
  expect_error_here<ModelError>([&] { m.factor("f", chain(z), Ising{scalar_weight}); },
                                {"'f'", "'z'", "3 states", "binary"});
  expect_error_here<ModelError>([&] { m.factor("f", each(x), Ising{scalar_weight}); },
                                {"'f'", "Ising joins 2"});
  expect_error_here<ModelError>([&] { m.factor("f", grid4(x), Field{scalar_weight}); }, {"'f'", "each(x)"});
  expect_error_here<ModelError>([&] { m.factor("f", each(z), Field{scalar_weight}); }, {"'f'", "3 planes"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", pairs(x, z, {{0, 0}}), Potts{scalar_weight});
      },
      {"'x'", "'z'", "Table"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", pairs(x, z, {{0, 0}}), Table{scalar_weight});
      },
      {"'f'", "6 planes"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", tuples({x, x, x, x, x}, {{0, 1, 2, 3, 4}}), Table{scalar_weight});
      },
      {"'f'", "32 planes"});
  expect_error_here<ModelError>([&] { m.factor("f", Edges{}, Table{scalar_weight}); },
                                {"'f'", "no variables", "each(x)"});
  expect_error_here<ModelError>([&] { m.factor("f", all_pairs(x), Dense{scalar_weight}); },
                                {"'f'", "9 variables", "matrix(9, 9)"});
  expect_error_here<ModelError>([&] { m.factor("f", grid4(x), Dense{m.param("W", matrix(9, 9), 0.0)}); },
                                {"'f'", "all_pairs"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", each(x), KL{v, v});
      },
      {"'f'", "BetaDivergence", "latents"});
  expect_error_here<ModelError>([&] { m.factor("f", Ising{scalar_weight}); }, {"'f'", "0 variables"});
  const auto w = m.param("wide", matrix(6, 2), 1.0, nonneg),
             tall = m.param("tall", matrix(5, 2), 1.0, nonneg);
  const auto signed_w = m.param("signed", matrix(6, 2), 1.0);
  expect_error_here<ModelError>([&] { m.factor("f", KL{v, tall * h}); }, {"'f'", "'v'", "[1, 6", "[1, 5"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", KL{v, signed_w * h});
      },
      {"'f'", "approximation", "nonneg"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", BetaDivergence{not_a_number, v, w * h});
      },
      {"'f'", "beta", "nan"});
  const auto beta_of = [&](const Expr& beta) { m.factor("f", BetaDivergence{beta, v, w * h}); };
  expect_error_here<ModelError>([&] { beta_of(m.param("betas", vector(6), 1.0)); },
                                {"'betas'", "'f'", "[1, 6", "scalar"});
  expect_error_here<ModelError>([&] { beta_of(mean(h)); }, {"'mean'", "'f'", "latent"});
  expect_error_here<ModelError>([&] { beta_of(1.0 + mean(w * h)); }, {"'+'", "'f'", "latent"});
  Model elsewhere("elsewhere");
  expect_error_here<ModelError>([&] { beta_of(elsewhere.param("beta", 1.0)); },
                                {"'f'", "'beta'", "another model"});
  expect_error<ModelError>([&] { beta_of(Expr{}); }, {"empty"});
  expect_error_here<ModelError>([&] { m.factor("f", L1{-1.0, h}); }, {"'f'", "negative weight"});
  expect_error_here<ModelError>([&] { m.factor("f", L1{1.0, v}); }, {"'f'", "'v'", "latent"});
  expect_error_here<ModelError>(
      [&] {
        m.factor("f", L1{m.param("weights", vector(3), 1.0), h});
      },
      {"'f'", "'weights'", "[1, 3"});
}

TEST_CASE("formulas whose shapes do not fit") {
  Model m("formulas");
  const auto a = m.param("A", matrix(4, 3), 1.0), b = m.param("B", matrix(2, 5), 1.0);
  const auto y = m.observed("y", {7});
  const auto z = m.observed("z", {3});
  expect_error_here<ModelError>([&] { (void)(a * y); }, {"'A'", "[4, 3]", "'y'", "[1, 7", "cwise"});
  expect_error_here<ModelError>([&] { (void)(a + b); }, {"'A'", "'B'", "'+'"});
  expect_error_here<ModelError>([&] { (void)(z / y); }, {"'z'", "'y'", "'/'"});
  expect_error_here<ModelError>([&] { (void)symmetric(a); }, {"'A'", "square"});
  expect_error_here<ModelError>([&] { (void)unit_columns(y); }, {"'y'", "unit_columns"});
  expect_error_here<ModelError>([&] { (void)unit_columns(m.param("row", vector(3), 2.0)); },
                                {"'row'", "vector", "1 or -1"});
  expect_error_here<ModelError>([&] { (void)ratio_mask(z, z); }, {"'z'", "nonneg"});
  expect_error_here<ModelError>([&] { (void)(not_a_number * y); }, {"nan"});
  expect_error_here<ModelError>([&] { (void)(Expr() + y); }, {"empty"});
  expect_error_here<ModelError>([&] { (void)exp(Expr()); }, {"empty"});
  expect_error_here<ModelError>([&] { (void)slice(y, 5, 3); }, {"slice", "'y'", "7 entries", "0 to 6"});
  expect_error_here<ModelError>([&] { (void)context(y, -1, 0); }, {"'y'", "-1"});
  expect_error_here<ModelError>([&] { (void)context(y, 1 << 30, 0); }, {"'y'", "2^30"});
  const auto w = m.param("w", vector(7), 1.0);
  expect_error_here<ModelError>([&] { (void)(w * y); }, {"'w'", "[1, 7]", "'y'", "vectors", "cwise", "dot"});
  expect_error_here<ModelError>([&] { (void)(y * y); }, {"vectors", "cwise", "dot"});
  expect_error_here<ModelError>([&] { (void)dot(w, z); }, {"dot", "'w'", "'z'", "equal shapes"});
  CHECK((cwise(w, y).type() == ir::Type{1, 7, true}));
  CHECK((dot(w, y).type() == ir::Type{1, 1, true}));
}

TEST_CASE("arrays whose extents are another's in another order") {
  Model m("transposed");
  const auto y = m.observed("y", {3, 5}), z = m.observed("z", {5, 3}), flat = m.observed("flat", {15});
  const auto x = m.discrete("x", {5, 3}, 2);
  expect_error_here<ModelError>([&] { (void)(y + z); }, {"'y'", "3 x 5", "'z'", "5 x 3"});
  expect_error_here<ModelError>([&] { (void)cwise(flat + y, exp(z)); }, {"3 x 5", "5 x 3"});
  expect_error_here<ModelError>([&] { m.factor("f", each(x), Field{2.0 * y + 1.0}); },
                                {"'f'", "{3, 5}", "'x'", "{5, 3}"});
  m.factor("right", each(x), Field{2.0 * z + 1.0});
  m.factor("flattened", each(x), Field{flat});
}

TEST_CASE("handles of other models, of copies that went their own way, and missing arguments") {
  Model m("mine"), other("other");
  const auto x = m.discrete("x", {3}, 2);
  const auto foreign = other.discrete("theirs", {3}, 2);
  const auto weight = other.param("g", 1.0);
  expect_error_here<ModelError>([&] { m.factor("f", each(x), Field{weight}); },
                                {"'f'", "'g'", "another model", "'mine'"});
  expect_error_here<ModelError>([&] { m.factor("f", each(foreign), Field{m.param("h", 1.0)}); },
                                {"'f'", "'theirs'", "another model"});
  expect_error_here<ModelError>([&] { m.readout("r", 2 * weight); }, {"'r'", "another model"});
  expect_error_here<ModelError>([&] { (void)(weight * m.param("k", 1.0)); }, {"two models"});
  expect_error_here<ModelError>([&] { m.factor("f", each(x), Field{}); }, {"'f'", "argument"});
  expect_error_here<ModelError>([&] { m.factor("f", each(x), FactorSpec{}); }, {"'f'", "type"});

  Model copy = m;
  const auto only_in_copy = copy.param("c", 1.0);
  expect_error_here<ModelError>([&] { m.factor("f", each(x), Field{only_in_copy}); }, {"'f'", "'c'"});
  const auto group_of_copy = copy.discrete("z", {3}, 2);
  expect_error_here<ModelError>([&] { m.factor("f", each(group_of_copy), Field{1.0}); }, {"'f'", "'z'"});
  copy.factor("f", each(x), Field{only_in_copy});  // older handles serve both

  Discrete changed = x;
  changed.dims = {300};
  expect_error_here<ModelError>([&] { m.factor("f", each(changed), Field{1.0}); }, {"'f'", "'x'", "changed"});
  Edges edges = chain(x);
  edges.slots[1].pop_back();
  expect_error_here<ModelError>([&] { m.factor("f", edges, Ising{1.0}); }, {"'f'", "slot 1"});
  edges = chain(x);
  edges.slots[0][1] = 3;
  expect_error_here<ModelError>([&] { m.factor("f", edges, Ising{1.0}); }, {"'f'", "slot 0"});
  expect_error_here<ModelError>([&] { m.param("k", 1.0, Domain::index); }, {"'k'", "whole numbers"});
  expect_error_here<ModelError>([&] { m.latent("k", {2}, Domain::index); }, {"'k'", "whole numbers"});
}

}  // namespace unfurl::test

TEST_SUITE_END();
