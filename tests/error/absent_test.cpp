// What is not said is absent: numbers that stood for that once are refused, with what to do in their place.
#include "error/model_errors.hpp"
#include "unfurl/inference.hpp"
#include "unfurl/schedule.hpp"
#include "unfurl/train.hpp"

TEST_SUITE_BEGIN("error");

namespace unfurl::test {

namespace {

Model chain_of_spins() {
  Model m("spins");
  const auto x = m.discrete("x", {4}, 2);
  m.factor("data", each(x), Field{m.observed("y", {4})});
  m.factor("smooth", chain(x), Ising{m.param("J", 0.5)});
  return m;
}

Model lasso() {
  Model m("lasso");
  const auto x = m.latent("x", {3});
  m.factor("fit", SquaredError{m.observed("b", {2}), m.param("A", matrix(2, 3), {1, 0, 0.5, 0, 1, 0.5}) * x});
  m.factor("sparse", L1{1.0, x});
  return m;
}

}  // namespace

TEST_CASE("zero is no step, penalty, scale, weight or number of trees") {
  const auto refused = [](const Model& m, const AlgorithmPointer& rule,
                          const std::vector<std::string>& words) {
    expect_error<ScheduleError>([&] { (void)unroll(m, rule, 2).compile(); }, words);
  };
  refused(lasso(), ProximalGradient{.step = 0}, {"step is 0", "leave it out"});
  refused(lasso(), HyperLista{.step = 0}, {"HyperLista", "step is 0", "leave it out"});
  refused(lasso(), HyperLista{.block = 0}, {"HyperLista", "blocks of 0", "leave them out"});
  refused(lasso(), Amp{.scale = 0}, {"scale 0", "leave it out"});
  refused(lasso(), Admm{.penalty = 0}, {"penalty or step of 0", "leave it out"});
  refused(lasso(), ChambollePock{.dual_step = 0}, {"step of 0", "leave it out"});
  refused(chain_of_spins(), TreeReweighted{.edge_weight = 0}, {"trw.edge_weight", "positive"});
  refused(chain_of_spins(), TreeReweighted{.spanning_trees = 0}, {"0 spanning trees", "leave it out"});
}

TEST_CASE("zero is no bound of gradients, and no wanted change") {
  expect_error<ScheduleError>([] { (void)Optimizer(Adam{.clip = 0}); }, {"clip 0", "leave clip out"});
  expect_error<ScheduleError>([] { (void)Optimizer(MultiplicativeBackprop{.change = 0}); },
                              {"change 0", "leave change out"});
}

TEST_CASE("zero is no tolerance and no layer; what was not found is absent") {
  const Model m = chain_of_spins();
  const Dataset data = Dataset().add("y", 1, 4, {1, -1, 0.5, 2});
  expect_error<ScheduleError>([&] { (void)infer(m, SumProduct{}, data, 0, {.tolerance = 0}); },
                              {"tolerance of 0", "std::nullopt"});
  const Network network = unroll(m, SumProduct{}, 3).compile();
  expect_error<DataError>([&] { (void)network.run(data, {}, 0); }, {"layer 0", "leave it out"});
  CHECK(network.run(data)["x"].values == network.run(data, {}, 3)["x"].values);

  const InferenceResult all = infer(m, SumProduct{}, data, 0, {.iterations = 6, .tolerance = std::nullopt});
  CHECK(all.iterations == 6);
  CHECK_FALSE(all.converged);
  CHECK(all.log_partition.has_value());
  CHECK_FALSE(infer(m, MaxProduct{}, data).log_partition);
  CHECK_FALSE(infer(m, SumProduct{}, data, 0, {.decode = false}).log_value);
}

TEST_CASE("log-beliefs and scales of parameters are known by their kind, not by their name") {
  const Model m = chain_of_spins();
  const Network network = unroll(m, MaxProduct{.scale = 0.8}, 3).tying("scaled").compile();
  CHECK(network.unrolled().signature.log_beliefs == std::vector<std::string>{"x.logit"});
  int scales = 0;
  for (const Parameter& p : network.parameters()) {
    CAPTURE(p.name);
    if (p.base == "max_product.scale") CHECK_FALSE(p.scale_of);
    scales += p.scale_of == "J" ? 1 : 0;
  }
  CHECK(scales == 3);
}

}  // namespace unfurl::test

TEST_SUITE_END();
