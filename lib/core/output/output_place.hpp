// Where an output goes: what a path leads to, whether it may be written, and writing to what is open.
#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace unfurl::detail {

/// An open file, closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int number() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

/// Writes all bytes, waiting where that is necessary. Returns 0, or errno.
int write_all(int descriptor, std::string_view bytes);

/// What a path leads to, once links are followed.
struct OutputPlace {
  Descriptor folder;                  ///< that holds the file, whatever becomes of the folder's name
  std::string name;                   ///< in the folder
  std::optional<struct stat> before;  ///< of the regular file that is there
  bool straight = false;  ///< what cannot be replaced: a device, a pipe, an open file, a mount point
  int own = -1;           ///< the descriptor of this process that the path names, as /dev/stdout does
};

/// Throws as refuse_output does when nothing can be written there.
OutputPlace find_output(const std::filesystem::path& path);

/// Throws the DataError that the file cannot be written: the path as it was given, the reason, and what to do about it.
[[noreturn]] void refuse_output(const std::filesystem::path& path, int error);
[[noreturn]] void refuse_output(const std::filesystem::path& path, const std::string& reason,
                                const std::string& mend);

}  // namespace unfurl::detail
