/// Pictures as they were, as they reach us, and as networks restore them.
#pragma once

#include "models/restore/problem.hpp"

namespace unfurl::restore_model {

/// The first two test pictures: degraded, clean, and by every network.
std::vector<Illustration> restored_pictures(const std::vector<Exhibit>& networks, const Division& data);

}  // namespace unfurl::restore_model
