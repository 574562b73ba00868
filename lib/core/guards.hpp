// Numbers that guard arithmetic, named and with reasons: everywhere else a number in the code is part of a formula.
#pragma once

#include <limits>

namespace unfurl::guards {

/// Two sums of as many as a thousand non-negative terms that differ by less, relative to their size, may be the same sum:
/// one of other rounding. So ties are found whatever the order of their terms.
template <class T>
constexpr T rounding_of_sums = 1024 * std::numeric_limits<T>::epsilon();

/// Tables of marginals and log-potentials of factors with more joint states are left out of what can be asked for: half a
/// megabyte each, for every sample of a tile.
constexpr double most_joint_states_on_request = 65536;

/// Binary variables of a factor whose table is made: 2^24 entries, of 8 bytes.
constexpr int most_variables_of_count_table = 24;

}  // namespace unfurl::guards
