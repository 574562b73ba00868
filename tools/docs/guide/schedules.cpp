// The schedule says which layers share which parameters; before training all give the same result.
#include <unfurl/factors.hpp>
#include <unfurl/schedule.hpp>

#include <cstdio>

using namespace unfurl;

int main() {
  Model m("image");
  const auto y = m.observed("y", {8, 8});
  const auto x = m.discrete("x", {8, 8}, 2);
  const auto g = m.param("g", 0.5);
  const auto J = m.param("J", per_edge(grid4(x)), 0.4);
  m.factor("data", each(x), Field{g * y});
  m.factor("smooth", grid4(x), Ising{J});
  const auto image = Dataset().add("y", 1, 64, std::vector<float>(64, 0.3F));

  std::printf("%-36s %10s %8s\n", "schedule of 6 layers", "parameters", "p(white)");
  const auto show = [&](const char* text, const Schedule& schedule) {
    const Network network = schedule.compile();
    std::printf("%-36s %10zu %8.4f\n", text, network.trained_count(), network.run(image)["x"].values[27]);
  };
  const Schedule plain = unroll(m, SumProduct{}, 6);
  show("tied", plain);
  show("untie(all)", Schedule(plain).untie(all));
  show("untie(J, last(2))", Schedule(plain).untie(J, last(2)));
  show("untie(J, blocks(3)).freeze(g)", Schedule(plain).untie(J, blocks(3)).freeze(g));
  show("scale(J): one scalar per layer", Schedule(plain).scale(J));
}
