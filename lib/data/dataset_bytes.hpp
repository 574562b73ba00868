// Data sets as bytes, on their way to another process of the same program.
#pragma once

#include <string>
#include <string_view>

#include "unfurl/data.hpp"

namespace unfurl {

std::string to_bytes(const Dataset& data);

/// Of what to_bytes() wrote.
Dataset dataset_of(std::string_view bytes);

}  // namespace unfurl
