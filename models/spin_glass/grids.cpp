#include "models/spin_glass/grids.hpp"

#include <future>

#include "unfurl/exact.hpp"

namespace unfurl::spin_glass_model {

namespace {

constexpr double coupling_deviation = 1.5, field_deviation = 0.5;

Dataset make_grids(int side, int count, std::uint64_t seed) {
  const int sites = sites_of(side), edges = edges_of(side);
  Random random(seed);
  std::vector<float> couplings, fields, all;
  for (int grid = 0; grid < count; ++grid) {
    for (int e = 0; e < edges; ++e)
      couplings.push_back(static_cast<float>(coupling_deviation * random.normal()));
    for (int i = 0; i < sites; ++i) fields.push_back(static_cast<float>(field_deviation * random.normal()));
    all.insert(all.end(), couplings.end() - edges, couplings.end());
    all.insert(all.end(), fields.end() - sites, fields.end());
  }
  Dataset data;
  data.add("J", 1, edges, std::move(couplings)).add("h", 1, sites, std::move(fields));
  data.add("J,h", 1, edges + sites, std::move(all));
  std::vector<float> marginals(static_cast<std::size_t>(count * sites));
  const Model model = declare(side);
  const auto infer_some = [&](int first, int step) {
    for (int grid = first; grid < count; grid += step) {
      const ExactResult result = exact(model, data, grid);
      for (int i = 0; i < sites; ++i)
        marginals[static_cast<std::size_t>(std::ptrdiff_t{grid} * sites + i)] =
            static_cast<float>(result.marginals[static_cast<std::size_t>(i)][1]);
    }
  };
  std::future<void> half = std::async(std::launch::async, infer_some, 1, 2);
  infer_some(0, 2);
  half.get();
  data.add("p", 1, sites, std::move(marginals));
  return data;
}

}  // namespace

Model declare(int side, bool own_weights) {
  Model m("spin_glass");
  auto J = m.observed("J", {edges_of(side)});
  auto h = m.observed("h", {side, side});
  auto x = m.discrete("x", {side, side}, 2);
  if (!own_weights) {
    m.factor("field", each(x), Field{h});
    m.factor("coupling", grid4(x), Ising{J});
    return m;
  }
  auto trust = m.param("trust", per_edge(grid4(x)), 1);
  auto scale = m.param("scale", 1);
  m.factor("field", each(x), Field{scale * h});
  m.factor("coupling", grid4(x), Ising{cwise(trust, J)});
  return m;
}

Grids::Grids(const SpinGlassSizes& sizes)
    : side(sizes.side),
      training(make_grids(side, sizes.training, 1)),
      validation(make_grids(side, sizes.validation, 2)),
      test(make_grids(side, sizes.test, 3)) {}

}  // namespace unfurl::spin_glass_model
