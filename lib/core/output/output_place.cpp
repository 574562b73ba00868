// What a path leads to: links followed by hand, so that the last folder is known and files in it can be replaced.
#include "core/output/output_place.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "unfurl/error.hpp"

namespace unfurl::detail {

namespace fs = std::filesystem;

namespace {

constexpr int most_links = 40;  // as the kernel has it

std::string mend_for(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "make the folder, or give a file in one that exists";
    case EACCES:
    case EPERM:
      return "give a file in a folder that exists and may be written to, or change who may write there";
    case EROFS:
      return "give a file on a disk that may be written to";
    case EISDIR:
      return "give the name of a file in that folder";
    case ENOSPC:
    case EDQUOT:
      return "free some space, or give a file on another disk";
    case EFBIG:
      return "raise the limit on the size of files (ulimit -f), or give a file on another disk";
    case ELOOP:
      return "mend the link, or give the file itself";
    case ENAMETOOLONG:
      return "give a shorter name";
    default:
      return "give a file in a folder that exists and may be written to";
  }
}

/// Whether this folder lists descriptors of the process itself.
bool lists_own_descriptors(int folder) {
  struct stat here {};
  if (fstat(folder, &here) != 0) return false;
  for (const char* own : {"/proc/self/fd", "/proc/thread-self/fd"}) {
    struct stat there {};
    if (stat(own, &there) == 0 && there.st_dev == here.st_dev && there.st_ino == here.st_ino) return true;
  }
  return false;
}

bool in_procfs(int folder) {
  struct statfs system {};
  return fstatfs(folder, &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

/// The kernel's rule for links in folders like /tmp (fs.protected_symlinks): nobody follows a link of another user's. It must
/// be kept here, since links are followed by hand.
bool may_follow(int folder, const struct stat& link) {
  struct stat holder {};
  if (fstat(folder, &holder) != 0) return false;
  const bool shared = (holder.st_mode & S_ISVTX) != 0 && (holder.st_mode & S_IWOTH) != 0;
  return !shared || link.st_uid == geteuid() || link.st_uid == holder.st_uid;
}

/// A file that is mounted by itself, as containers do it, keeps its place.
bool is_mount_point(int folder, const std::string& name) {
  struct statx found {};
  return statx(folder, name.c_str(), AT_SYMLINK_NOFOLLOW, STATX_TYPE, &found) == 0 &&
         (found.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
}

}  // namespace

void refuse_output(const fs::path& path, const std::string& reason, const std::string& mend) {
  throw DataError(cat("the file cannot be written: ", reason), path.string(), mend);
}

void refuse_output(const fs::path& path, int error) {
  refuse_output(path, std::strerror(error), mend_for(error));
}

OutputPlace find_output(const fs::path& path) {
  OutputPlace place{Descriptor(AT_FDCWD), "", {}, false, -1};
  fs::path rest = path;
  for (int links = 0;; ++links) {
    place.name = rest.filename().string();
    if (place.name.empty() || place.name == "." || place.name == "..")
      refuse_output(path, path.empty() ? ENOENT : EISDIR);
    const std::string parent = rest.has_parent_path() ? rest.parent_path().string() : ".";
    Descriptor folder(openat(place.folder.number(), parent.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) refuse_output(path, errno);
    place.folder = std::move(folder);

    const int at = place.folder.number();
    struct stat found {};
    if (fstatat(at, place.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) refuse_output(path, errno);
      return place;
    }
    if (S_ISDIR(found.st_mode)) refuse_output(path, EISDIR);
    if (!S_ISLNK(found.st_mode)) {
      if (faccessat(at, place.name.c_str(), W_OK, AT_EACCESS) != 0) refuse_output(path, errno);
      place.straight = !S_ISREG(found.st_mode) || is_mount_point(at, place.name);
      if (!place.straight) place.before = found;
      return place;
    }
    if (in_procfs(at)) {  // no text leads to an open file
      place.straight = true;
      if (lists_own_descriptors(at)) place.own = std::atoi(place.name.c_str());
      const bool writable = place.own >= 0 ? (fcntl(place.own, F_GETFL) & O_ACCMODE) != O_RDONLY
                                           : faccessat(at, place.name.c_str(), W_OK, AT_EACCESS) == 0;
      if (!writable) refuse_output(path, place.own >= 0 ? EBADF : errno);
      return place;
    }
    if (links == most_links) refuse_output(path, ELOOP);
    if (!may_follow(at, found)) refuse_output(path, EACCES);
    std::array<char, PATH_MAX> target{};
    const ssize_t length = readlinkat(at, place.name.c_str(), target.data(), target.size());
    if (length < 0) refuse_output(path, errno);
    rest = std::string(target.data(), static_cast<std::size_t>(length));
  }
}

int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EAGAIN) {  // a pipe that somebody set to not wait
      pollfd ready{descriptor, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (n < 0 && errno != EINTR) {
      return errno;
    }
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

Descriptor::Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}
Descriptor::~Descriptor() {
  if (number_ >= 0) close(number_);
}

}  // namespace unfurl::detail
