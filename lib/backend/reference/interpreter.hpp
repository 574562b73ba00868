// The second backend: every value into memory of its own, for all samples at once, entry by entry in double precision. Nothing is
// planned, shared or fast; what it gives is what a program means.
#pragma once

#include <map>

#include "unfurl/extend/program.hpp"

namespace unfurl::reference {

/// Arrays by the name of the leaf or output, in the order [plane][row][sample].
using Arrays = std::map<std::string, std::vector<double>>;

/// All outputs of the program for `batch` samples. Throws InternalError where a leaf is missing or of another size, or an
/// operation has neither a definition nor an expansion to operations that have.
Arrays run(const ir::Graph& program, const Arrays& leaves, int batch);

}  // namespace unfurl::reference
