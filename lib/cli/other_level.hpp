// What is resumed may have begun on another machine.
#pragma once

#include <filesystem>

namespace unfurl::app {

/// Warns where the record of a run, or a report, says that what was done so far ran at another SIMD level than what follows.
/// Whether the record is there, and sound, others look.
void warn_of_other_level(const std::filesystem::path& record);

}  // namespace unfurl::app
