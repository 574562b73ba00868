#pragma once
/// Kinds of files by their names.

#include <filesystem>
#include <string>

namespace unfurl::detail {

/// The extension in small letters: ".svg" of "A.SVG". Only ASCII has kinds.
inline std::string extension_of(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return extension;
}

}  // namespace unfurl::detail
