// The one sample of the data that inference conditions on.
#pragma once

#include "unfurl/data.hpp"
#include "unfurl/model.hpp"

namespace unfurl {

/// The one sample, checked; empty when the model observes nothing. Throws DataError.
Dataset take_sample(const Model& model, const Dataset& data, int sample);

}  // namespace unfurl
