// Refusing data that a network cannot take, before anything runs.
#pragma once

#include "unfurl/network.hpp"

namespace unfurl {

/// Throws DataError for missing or misshapen inputs, and for entries that are not finite (or negative where declared so).
void check_data(const Dataset& data, const Unrolled& network);
void check_finite(const std::string& name, const Samples& samples, bool nonneg, const Where& where = {});
/// Throws DataError for values that a parameter cannot take: of another size, not finite, or negative where declared so.
void check_values(const std::string& name, const ir::Type& type, const std::vector<double>& values);

}  // namespace unfurl
