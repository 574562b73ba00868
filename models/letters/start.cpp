#include "models/letters/start.hpp"

#include <algorithm>
#include <vector>

#include "unfurl/contenders.hpp"

namespace unfurl::letters_model {

Start best_start(const Words& words, const std::vector<int>& chosen, int length,
                 const AlgorithmPointer& algorithm, int layers) {
  constexpr int tuning_words = 512;
  const std::vector<int> some(chosen.begin(),
                              chosen.begin() + std::min(tuning_words, static_cast<int>(chosen.size())));
  if (some.empty()) return count(words, chosen, 1);
  const Dataset data = as_samples(words, some);
  const auto counted = [&](double trust) { return count(words, chosen, trust); };
  return best_choice(std::vector<double>{0.05, 0.1, 0.2, 0.3, 0.5, 1.0}, counted,
                     [&](const Start& start) {
                       const Model m = declare(length, false, start);
                       return measure(unroll(m, algorithm, layers).compile(), data)[0].value;
                     })
      ->first;
}

}  // namespace unfurl::letters_model
