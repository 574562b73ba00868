/// Folders for outputs: made, tried and kept to one process before the work begins.
#pragma once

#include <filesystem>
#include <vector>

#include "core/output/output_place.hpp"

namespace unfurl::app {

/// Makes a folder and its parents. Throws DataError when that is impossible.
void make_folder(const std::filesystem::path& folder);

/// Makes the folder of a file and checks that the file can be written, before the work that it shall hold, and that it is
/// none of these, which are read or written too. Throws DataError.
void prepare_output(const std::filesystem::path& file, const std::vector<std::filesystem::path>& others = {});

/// Keeps other processes of this program from writing to a folder, which must exist, until this ends in whatever way. Throws
/// DataError, naming the holder where that is known, when another has it. Disks without locks have none.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder);

 private:
  detail::Descriptor folder_;
};

}  // namespace unfurl::app
