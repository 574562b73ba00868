/// Images as they are seen, as they were, and as networks restore them.
#pragma once

#include <array>

#include "unfurl/experiment.hpp"

namespace unfurl::grid_model {

/// What stands for the states of a pixel: a colour each; none for two states, which go from dark to bright.
using Colours = std::vector<std::array<float, 3>>;

/// The middling and the worst image of the first network: seen, clean, and by every network the mean of the states' colours under
/// the pixel's marginal. `images` has what is seen, from -1 to 1 in one plane or three, and the states.
std::vector<Illustration> restored_pictures(const std::vector<Exhibit>& networks, const Dataset& images,
                                            const std::string& seen, const std::string& labels, int side,
                                            const Colours& colours);

}  // namespace unfurl::grid_model
