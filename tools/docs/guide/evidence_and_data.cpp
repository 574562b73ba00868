// What is known differs from sample to sample; what is missing is inferred.
#include <unfurl/factors.hpp>
#include <unfurl/schedule.hpp>

#include <cstdio>

using namespace unfurl;

int main() {
  Model m("beads");
  const auto x = m.discrete("x", {4}, 3);  // four beads on a string, of three colours
  m.factor("alike", chain(x), Potts{m.param("J", 1.5)});
  m.evidence("known", x);

  Dataset data;  // three samples, one after the other
  data.add("known", 1, 4,
           {0, missing, missing, 2, missing, missing, 1, missing, missing, missing, missing, missing});
  const Samples p = unroll(m, SumProduct{}, 3).compile().run(data, {"x"})["x"];
  for (int sample = 0; sample < p.count(); ++sample) {
    std::printf("sample %d\n", sample);
    for (int state = 0; state < p.planes; ++state) {
      std::printf("  colour %d ", state);
      const int row = (sample * p.planes + state) * p.rows;
      for (int bead = 0; bead < p.rows; ++bead)
        std::printf(" %.2f", p.values[static_cast<std::size_t>(row + bead)]);
      std::puts("");
    }
  }
}
