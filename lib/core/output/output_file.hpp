// The one way in which files are written: whole or not at all.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "core/output/output_place.hpp"

namespace unfurl::detail {

/// A file that is being written. Links are followed, and stay: what they lead to is written. A regular file is collected
/// under a name of its own in the same folder and takes its place in commit(), with the permissions (and the owner, where
/// that is allowed) of the file before it; a reader sees the old one or the new one, and without commit() the old one
/// stays. What is no regular file (a device, a pipe, a descriptor of this process such as /dev/stdout) is never replaced:
/// commit() copies into it what was collected in a temporary file.
///
/// Errors are DataError, with the path as it was given, the system's reason and what to do about it.
class OutputFile {
 public:
  /// Opens the place to collect in; throws when there can be none, or when what is there may not be written.
  explicit OutputFile(std::filesystem::path path);
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  /// Leaves nothing behind unless commit() came to its end.
  ~OutputFile();

  void write(std::string_view bytes);
  /// Where the file is collected: an empty regular file to read, write and seek in, for libraries that want one. It
  /// belongs to this object.
  int descriptor() const { return collected_.number(); }
  /// Another file of that kind, which has no name and is gone when it is closed, on the same disk.
  Descriptor scratch() const;
  /// Puts the file into its place, its contents on the disk first. Nothing may be written afterwards.
  void commit();

  /// The error of a write to descriptor() or scratch() that failed with this errno.
  [[noreturn]] void fail(int error) const;

 private:
  Descriptor create(mode_t mode, std::string& name) const;
  void keep_owner_and_mode();
  void replace();
  void copy_straight();
  void remove_leftovers() const;

  std::filesystem::path path_;
  OutputPlace place_;
  Descriptor collected_;
  std::string temporary_;  ///< the name of what is collected, in the same folder; empty: none
};

/// Writes a file with these contents, as OutputFile does.
void write_file(const std::filesystem::path& path, std::string_view contents);

/// Throws what writing a file there would throw, as far as that can be known: for the time before long work. Nothing is
/// changed.
void check_can_write(const std::filesystem::path& path);

}  // namespace unfurl::detail
