// A network leaves: as a checkpoint that runs without its model, and as C, ONNX and JSON.
#include <unfurl/checkpoint.hpp>
#include <unfurl/export.hpp>
#include <unfurl/schedule.hpp>

#include <cstdio>
#include <fstream>

#include "denoising.hpp"

using namespace unfurl;

int main() {
  save("stripes.unfurl", unroll(stripes(), SumProduct{}, 5).untie(all).compile());

  const Network network = load_network("stripes.unfurl");  // needs no stripes()
  const Dataset one = draw_stripes(1, 1);
  std::printf("%d layers, %zu parameters, first pixel %.2f\n", network.layers(), network.trained_count(),
              network.run(one)["x"].values[0]);

  const CSource c = to_c(network, {.name = "stripes", .results = {"x"}});
  std::ofstream("stripes.h") << c.header;
  std::ofstream("stripes.c") << c.code;
  std::ofstream("stripes.onnx", std::ios::binary) << to_onnx(network, {.results = {"x"}});
  std::ofstream("stripes.json") << to_json(network);
  std::printf("stripes.c: %zu bytes of constants, %zu bytes of memory\n", c.constants, c.memory);
}
