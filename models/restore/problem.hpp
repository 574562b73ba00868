/// Pictures to restore, and the systems that are compared on them.
#pragma once

#include "models/restore/model.hpp"

namespace unfurl::restore_model {

/// Data to train with, to choose weights with, and to test with.
struct Division {
  int height = 0, width = 0;
  Dataset training, validation, test;
};

/// Of the folder that the settings name, or made from the seed. Throws DataError for other contents, and too few.
Division divide(const PictureSizes& sizes, const Settings& settings);

std::unique_ptr<Problem> make_problem(std::shared_ptr<const Division> data, const Settings& settings);

}  // namespace unfurl::restore_model
