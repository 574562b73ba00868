#pragma once
/// Running another program.

#include <filesystem>
#include <string>
#include <vector>

namespace unfurl::audio::detail {

/// Runs words[0], looked up in PATH, with the other words as its arguments and waits for it. No shell is
/// involved, so the words need no quoting. What the program prints goes to the file `log`.
/// Throws DataError when the program is missing (naming the Debian package to install), fails or is killed.
void run_program(const std::vector<std::string>& words, const std::string& package,
                 const std::filesystem::path& log);

}  // namespace unfurl::audio::detail
