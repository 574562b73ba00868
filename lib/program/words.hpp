// The words of program texts: what is written can be read back, to the last bit.
#pragma once

#include <string>
#include <string_view>

#include "unfurl/extend/attributes.hpp"

namespace unfurl::ir {

/// A text between quotation marks, with backslashes before those and before backslashes; new lines are "\n".
std::string quoted(std::string_view text);

/// The word of one field: 3, -0.5, true, planes, "name", [2, 3, lanes]+, (1 0 1 of 2), (0.5 1 2); "none" without a table.
std::string word(const Field& field);

/// Reads the same. Throws DataError where `text` is no such word.
void read_word(std::string_view text, const Field& field);

/// The word that `text` begins with, up to the first space that is in no brackets or quotation marks.
std::string_view first_word(std::string_view text);

}  // namespace unfurl::ir
