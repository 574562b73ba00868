// What elimination takes, before it is begun.
#pragma once

#include "unfurl/codes.hpp"

namespace unfurl::codes {

/// Of a dense matrix over GF(2) of this size.
struct EliminationCost {
  double bytes = 0;
  double operations = 0;  ///< words that are added, at most; about a thousand million a second
};
EliminationCost elimination_cost(double rows, double columns);
/// Whether that is below 4 GB and half an hour.
bool is_affordable(const EliminationCost& cost);
/// Throws DataError, with both numbers, where it is not; `what` needs it: "the rank of the checks".
void require_affordable(double rows, double columns, const char* what);

/// The rank, by elimination among few ones as long as few are left, and then in a dense matrix; absent where that one is not
/// affordable.
std::optional<int> affordable_rank(const BinaryMatrix& matrix);

}  // namespace unfurl::codes
