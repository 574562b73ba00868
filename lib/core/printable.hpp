#pragma once
/// Text from files, fit for a terminal.

#include <cstddef>
#include <string>
#include <string_view>

namespace unfurl::detail {

/// The text with \xNN in the place of every byte that a terminal might obey or cannot show: control characters (line ends
/// and U+0080 to U+009F among them), marks that change the direction of writing, and what is no UTF-8. Every Error passes
/// its texts through here.
std::string printable(std::string_view text);

/// The same for a word of a file, cut after `most` bytes: nobody wants to read a megabyte between quotation marks.
std::string excerpt(std::string_view text, std::size_t most = 24);

/// Whether it can be typed as one word, name a folder and stand in a table: letters, digits, '-', '_', '.' and '+', the first
/// of them a letter or digit.
bool is_plain_name(std::string_view name);

}  // namespace unfurl::detail
