// Sparse vectors from few measurements, by two penalties: `extend compare sparse`, `extend train garrote`, ...
#include <unfurl/cli.hpp>
#include <unfurl/simple_task.hpp>

#include "few.hpp"
#include "garrote.hpp"
#include "heavy_ball.hpp"
#include "nesterov.hpp"
#include "relative_error.hpp"
#include "sparse.hpp"

using namespace unfurl;

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
  garrote.summary = "the same with another penalty and optimizer";
  garrote.model = declare<Garrote>;
  garrote.optimizer = Nesterov{};
  return run(argc, argv, {sparse, garrote});
}
