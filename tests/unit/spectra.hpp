// Spectra V and a part S of each, for small networks of sparse NMF.
#pragma once

#include <vector>

#include "unfurl/data.hpp"

namespace unfurl::test {

inline Dataset spectra(int samples, int bins) {
  Random random(6);
  std::vector<float> V, S;
  for (int i = 0; i < samples * bins; ++i) {
    V.push_back(static_cast<float>(0.5 + random.uniform()));
    S.push_back(static_cast<float>(V.back() * random.uniform()));
  }
  Dataset d;
  d.add("V", 1, bins, V).add("S", 1, bins, S);
  return d;
}

}  // namespace unfurl::test
