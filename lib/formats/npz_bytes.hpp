// Archives of numpy as bytes, without files.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "unfurl/npz.hpp"

namespace unfurl {

/// read_npz() for the contents of a file; `where` names it in errors.
std::map<std::string, NpzArray> decode_npz(std::string_view bytes, const std::string& where);
/// read_npy() for the contents of a file.
NpzArray decode_npy(std::string_view bytes, const std::string& where);

}  // namespace unfurl
