// Sparse vectors from few measurements, by two penalties: `extend compare sparse`, `extend train garrote`, ...
#include <unfurl/cli.hpp>
#include <unfurl/simple_task.hpp>

#include "bounded.hpp"
#include "few.hpp"
#include "garrote.hpp"
#include "heavy_ball.hpp"
#include "relative_error.hpp"

using namespace unfurl;

namespace {

std::vector<double> normal(int n, std::uint64_t seed, double density = 1) {
  Random random(seed);
  std::vector<double> values(static_cast<std::size_t>(n));
  for (double& v : values) v = random.uniform() < density ? random.normal() : 0;
  return values;
}

constexpr int rows = 12, columns = 24, samples = 400;
const std::vector<double> dictionary = bounded().nearest(rows, columns, normal(rows* columns, 1));

template <class Penalty>
Model declare() {
  Model m("sparse");
  const auto x = m.latent("x", {columns});
  const auto A = m.param("A", matrix(rows, columns), dictionary, bounded());
  m.factor("fit", SquaredError{m.observed("b", {rows}), A * x});
  m.factor("few", Penalty{m.param("weight", 0.1, nonneg), x});
  return m;
}

Dataset measure(std::uint64_t seed) {
  const std::vector<double> x = normal(samples * columns, seed + 1, 0.1);
  std::vector<float> b;
  for (int s = 0; s < samples; ++s)
    for (int i = 0; i < rows; ++i) {
      double sum = 0;
      for (int j = 0; j < columns; ++j)
        sum += dictionary[static_cast<std::size_t>(i * columns + j)] *
               x[static_cast<std::size_t>(s * columns + j)];
      b.push_back(static_cast<float>(sum));
    }
  return Dataset().add("b", 1, rows, b).add("code", 1, columns, {x.begin(), x.end()});
}

}  // namespace

int main(int argc, char** argv) {
  name_algorithm("heavy-ball", HeavyBall{.step = 0.01});
  SimpleTask sparse{.name = "sparse",
                    .summary = "sparse vectors from few measurements",
                    .model = declare<Few>,
                    .loss = relative_error("x", "code"),
                    .data = measure,
                    .algorithm = "heavy-ball",
                    .layers = 6,
                    .epochs = 3};
  SimpleTask garrote = sparse;
  garrote.name = "garrote";
  garrote.summary = "the same with another penalty";
  garrote.model = declare<Garrote>;
  return run(argc, argv, {sparse, garrote});
}
