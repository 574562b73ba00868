// What several chapters work on: rows of a picture that are mostly of one colour, seen through noise.
#pragma once

#include <unfurl/factors.hpp>
#include <unfurl/train.hpp>

constexpr int length = 20;

inline unfurl::Model stripes() {
  using namespace unfurl;
  Model m("stripes");
  const auto y = m.observed("y", {length});
  const auto x = m.discrete("x", {length}, 2);
  m.factor("data", each(x), Field{m.param("g", 0.5) * y});
  m.factor("smooth", chain(x), Ising{m.param("J", per_edge(chain(x)), 0.5)});
  return m;
}

inline unfurl::Dataset draw_stripes(int count, std::uint64_t seed) {
  unfurl::Random random(seed);
  std::vector<float> clean, noisy;
  for (int i = 0; i < count; ++i) {
    bool white = random.uniform() < 0.5;
    for (int j = 0; j < length; ++j) {
      if (random.uniform() < 0.1) white = !white;
      clean.push_back(white ? 1.0F : 0.0F);
      noisy.push_back(static_cast<float>((white ? 1 : -1) + 1.2 * random.normal()));
    }
  }
  return unfurl::Dataset().add("clean", 1, length, clean).add("y", 1, length, noisy);
}
