#include "experiment/folders/output_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

#include "core/output/output_file.hpp"
#include "unfurl/error.hpp"

namespace unfurl::app {

namespace {

/// " (process 42)", as the kernel lists its locks; empty where it does not say.
std::string holder_of(int folder) {
  struct stat wanted {};
  if (fstat(folder, &wanted) != 0) return "";
  std::ifstream locks("/proc/locks");  // 1: FLOCK  ADVISORY  WRITE 42 fd:01:1234 0 EOF
  const std::string place =
      fmt::format("{:02x}:{:02x}:{}", major(wanted.st_dev), minor(wanted.st_dev), wanted.st_ino);
  for (std::string line; std::getline(locks, line);) {
    std::istringstream words(line);
    std::string number, kind, advisory, access, process, file;
    words >> number >> kind >> advisory >> access >> process >> file;
    if (kind == "FLOCK" && file == place && std::strtol(process.c_str(), nullptr, 10) > 0)
      return " (process " + process + ")";
  }
  return "";
}

/// Whether two paths lead to one file, there or to be. What is no file, such as a terminal, may serve twice.
bool is_same_file(const std::filesystem::path& a, const std::filesystem::path& b) {
  std::error_code failed;
  if (a.empty() || b.empty()) return false;
  if (std::filesystem::exists(a, failed) && std::filesystem::exists(b, failed))
    return std::filesystem::is_regular_file(a, failed) && std::filesystem::equivalent(a, b, failed);
  const auto whole = [&](const std::filesystem::path& path) {
    return std::filesystem::weakly_canonical(std::filesystem::absolute(path, failed), failed);
  };
  return whole(a) == whole(b);
}

}  // namespace

void make_folder(const std::filesystem::path& folder) {
  std::error_code failed, ignored;
  std::filesystem::create_directories(folder, failed);
  if (!std::filesystem::is_directory(folder, ignored))
    throw DataError(
        detail::cat("cannot make the folder", failed ? ": " : "", failed ? failed.message() : std::string()),
        folder.string(), "give -o a place where you may write");
}

void prepare_output(const std::filesystem::path& file, const std::vector<std::filesystem::path>& others) {
  for (const auto& other : others)
    if (is_same_file(file, other))
      throw DataError("this file is in use already, and would be lost", file.string(),
                      "give another name for the output");
  if (file.has_parent_path()) make_folder(file.parent_path());
  detail::check_can_write(file);
}

FolderLock::FolderLock(const std::filesystem::path& folder)
    : folder_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!folder_)
    throw DataError(detail::cat("the folder cannot be opened: ", std::strerror(errno)), folder.string(),
                    "give a folder that you may read and write");
  if (flock(folder_.number(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
    throw DataError("another process is writing to this folder" + holder_of(folder_.number()),
                    folder.string(), "wait until it ends, or give another folder with -o");
}

}  // namespace unfurl::app
