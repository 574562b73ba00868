/// Which words train, and which are held back.
#pragma once

#include "models/letters/words.hpp"

namespace unfurl::letters_model {

/// Words to train with and words held back.
struct Division {
  Words train, held_back;
  std::vector<int> train_chosen, held_back_chosen;
};

/// Of a file or folder, or made from the seed where there is none. Throws DataError where there is nothing to evaluate with.
Division divide(const std::filesystem::path& data, std::uint64_t seed);

}  // namespace unfurl::letters_model
