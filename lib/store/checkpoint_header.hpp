// The JSON header of checkpoints, read without keeping it: memory stays a small multiple of the file's, whatever it holds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "unfurl/checkpoint.hpp"

namespace unfurl {

inline const char* const damaged_checkpoint_mend = "take another copy of the file, or train again";

/// The name of a domain in the header.
const char* domain_name(Domain domain);

/// The checkpoint that a header describes, with the numbers of `arrays`, which lie behind it in the file. Throws DataError,
/// naming `where`, unless both fit each other and the rules of Parameter.
Checkpoint read_checkpoint(std::string_view header, std::string_view arrays, const std::string& where);

/// Bytes of arrays that a header declares; 0 where it cannot be read.
std::uint64_t declared_bytes(std::string_view header);

}  // namespace unfurl
