// One model, several algorithms: log Z and the mean error of the marginals.
#include <unfurl/exact.hpp>
#include <unfurl/factors.hpp>
#include <unfurl/inference.hpp>

#include <cstdio>

using namespace unfurl;
int main() {
  Model m("grid");
  const auto x = m.discrete("x", {6, 6}, 2);
  Random random(1);
  std::vector<double> fields(36), couplings(60);
  for (auto* values : {&fields, &couplings})
    for (double& v : *values) v = 0.5 * random.normal();
  m.factor("field", each(x), Field{m.param("h", per_edge(each(x)), fields)});
  m.factor("pair", grid4(x), Ising{m.param("J", per_edge(grid4(x)), couplings)});
  const ExactResult truth = exact(m, {}, 0);
  std::printf("algorithm          log Z    error\nexact            %7.2f\n", truth.log_partition);
  const auto report = [&](const char* name, const AlgorithmPointer& by) {
    const InferenceResult found = infer(m, by);
    double error = 0;
    for (std::size_t i = 0; i < 36; ++i)
      error += std::abs(found.marginals[i][1] - truth.marginals[i][1]) / 36;
    std::printf("%-16s %7.2f %8.3f\n", name, *found.log_partition, error);
  };
  report("mean field", MeanField{.damping = 0.5});
  report("sum-product", SumProduct{.damping = 0.5});
  report("tree-reweighted", TreeReweighted{.damping = 0.5});
}
