// A chain of binary variables, seen through noise.
#include <unfurl/exact.hpp>
#include <unfurl/factors.hpp>
#include <unfurl/schedule.hpp>

#include <cstdio>

using namespace unfurl;

int main() {
  Model m("rain");
  const auto seen = m.observed("seen", {5});     // how wet the street looks, each day
  const auto rain = m.discrete("rain", {5}, 2);  // 0: dry, 1: rain
  const auto trust = m.param("trust", 1.0);
  const auto keep = m.param("keep", 0.8);  // weather stays as it is
  m.factor("looks", each(rain), Field{trust * seen});
  m.factor("stays", chain(rain), Ising{keep});
  const auto week = Dataset().add("seen", 1, 5, {1, 0.5F, -0.1F, 0.4F, -1});
  std::puts("probability of rain");
  std::printf("%-8s %5d %5d %5d %5d %5d\n", "day", 1, 2, 3, 4, 5);
  for (const int layers : {1, 2, 4}) {
    const Dataset results = unroll(m, SumProduct{}, layers).compile().run(week);
    std::printf("%d layer%s", layers, layers == 1 ? " " : "s");
    for (const float p : results["rain"].values) std::printf(" %5.2f", p);
    std::puts("");
  }
  std::printf("%-8s", "exact");
  for (const auto& p : exact(m, week, 0).marginals) std::printf(" %5.2f", p[1]);
  std::puts("");
}
