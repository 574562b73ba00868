// The command line for a model of our own: `comparing compare stripes --seeds 3 -o report` and all other commands.
#include <unfurl/cli.hpp>
#include <unfurl/simple_task.hpp>

#include "denoising.hpp"

using namespace unfurl;

int main(int argc, char** argv) {
  const SimpleTask task{.name = "stripes",
                        .summary = "rows of a picture, seen through noise",
                        .model = stripes,
                        .loss = loss::cross_entropy("x", "clean"),
                        .data = [](std::uint64_t seed) { return draw_stripes(1000, seed); },
                        .algorithm = "bp",
                        .layers = 5,
                        .epochs = 5,
                        .optimizer = Adam{.rate = 0.02}};
  return run(argc, argv, {task});
}
