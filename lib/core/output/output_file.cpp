// Files out: whole or not at all, whatever a crash or a full disk does.
#include "core/output/output_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "unfurl/error.hpp"

namespace unfurl::detail {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view ending = ".part";
constexpr std::size_t random_digits = 16;

/// How names of unfinished files begin.
std::string beginning(const std::string& name) {
  return cat('.', name.substr(0, NAME_MAX - random_digits - ending.size() - 2), '.');
}

std::string random_name(const std::string& name) {
  std::array<unsigned char, random_digits / 2> bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    throw InternalError("the system has no random numbers");
  std::string digits;
  for (const unsigned char byte : bytes) {
    digits += "0123456789abcdef"[byte >> 4];
    digits += "0123456789abcdef"[byte & 15];
  }
  return cat(beginning(name), digits, ending);
}

bool is_random_name(std::string_view found, std::string_view beginning) {
  return found.size() == beginning.size() + random_digits + ending.size() && found.starts_with(beginning) &&
         found.ends_with(ending) &&
         found.substr(beginning.size(), random_digits).find_first_not_of("0123456789abcdef") == found.npos;
}

/// Whether the name still leads to the open file.
bool same_file(int folder, const std::string& name, int open_file) {
  struct stat named {};
  struct stat opened {};
  return fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(open_file, &opened) == 0 &&
         named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

}  // namespace

OutputFile::OutputFile(fs::path path) : path_(std::move(path)), place_(find_output(path_)) {
  if (place_.straight) {
    collected_ = scratch();
    return;
  }
  remove_leftovers();
  // The umask counts for new files alone; others are nobody else's until they get the mode of the file before.
  collected_ = create(place_.before ? 0600 : 0666, temporary_);
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) unlinkat(place_.folder.number(), temporary_.c_str(), 0);
}

/// A file under a name that nobody can foresee, locked while it is in use so that others leave it alone.
Descriptor OutputFile::create(mode_t mode, std::string& name) const {
  const int folder = place_.folder.number();
  for (int attempt = 0; attempt < 100; ++attempt) {
    name = random_name(place_.name);
    Descriptor file(openat(folder, name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (!file && errno == EEXIST) continue;
    if (!file) {
      const int error = errno;
      name.clear();
      fail(error);
    }
    flock(file.number(), LOCK_EX);  // where there are no locks, nobody takes it for left over either
    if (same_file(folder, name, file.number())) return file;
  }
  name.clear();
  fail(EEXIST);
}

Descriptor OutputFile::scratch() const {
  if (!place_.straight) {
    std::string name;
    Descriptor file = create(0600, name);
    unlinkat(place_.folder.number(), name.c_str(), 0);
    return file;
  }
  // Not beside it: folders of devices are no place for files.
  std::error_code failed;
  std::string name = (fs::temp_directory_path(failed) / ".unfurl-XXXXXX").string();
  Descriptor file(failed ? -1 : mkostemp(name.data(), O_CLOEXEC));
  if (!file)
    refuse_output(
        path_,
        cat("there is no folder for temporary files: ", std::strerror(failed ? failed.value() : errno)),
        "set TMPDIR to a folder that may be written to");
  unlink(name.c_str());
  return file;
}

void OutputFile::write(std::string_view bytes) {
  if (const int error = write_all(collected_.number(), bytes); error != 0) fail(error);
}

void OutputFile::commit() {
  if (place_.straight)
    copy_straight();
  else
    replace();
}

void OutputFile::fail(int error) const { refuse_output(path_, error); }

void OutputFile::keep_owner_and_mode() {
  struct stat now {};
  if (fstatat(place_.folder.number(), place_.name.c_str(), &now, AT_SYMLINK_NOFOLLOW) == 0) {
    if (!S_ISREG(now.st_mode))
      refuse_output(path_, "something else than a file was put in its place meanwhile",
                    "remove it, and begin anew");
    place_.before = now;
  }
  if (!place_.before) return;
  const int file = collected_.number();
  // Only the owner of all files may give them away; a group of one's own is allowed. Before the mode, which this changes.
  [[maybe_unused]] const bool given = fchown(file, place_.before->st_uid, place_.before->st_gid) == 0 ||
                                      fchown(file, static_cast<uid_t>(-1), place_.before->st_gid) == 0;
  if (fchmod(file, place_.before->st_mode & 0777) != 0) fail(errno);
}

void OutputFile::replace() {
  keep_owner_and_mode();
  // On the disk before it has its name, which may otherwise outlive a power cut without the contents.
  if (fsync(collected_.number()) != 0) fail(errno);
  const int folder = place_.folder.number();
  if (renameat(folder, temporary_.c_str(), folder, place_.name.c_str()) != 0) fail(errno);
  temporary_.clear();
  // A folder that may be written but not read cannot be opened for this, and some kinds of disks have nothing to sync.
  const Descriptor listing(openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (listing && fsync(listing.number()) != 0 && errno != EINVAL && errno != ENOTSUP) fail(errno);
}

void OutputFile::copy_straight() {
  if (place_.own >= 0) {  // what was printed before comes before
    std::fflush(stdout);
    std::fflush(stderr);
  }
  const int flags = O_WRONLY | O_CLOEXEC | O_NOCTTY | O_TRUNC;
  Descriptor out(place_.own >= 0 ? fcntl(place_.own, F_DUPFD_CLOEXEC, 0)
                                 : openat(place_.folder.number(), place_.name.c_str(), flags));
  if (!out) fail(errno);
  std::vector<char> piece(1 << 16);
  for (off_t at = 0;;) {
    const ssize_t n = pread(collected_.number(), piece.data(), piece.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(errno);
    if (n == 0) return;
    if (const int error = write_all(out.number(), {piece.data(), static_cast<std::size_t>(n)}); error != 0)
      fail(error);
    at += n;
  }
}

/// Files of writers that died. One that is locked belongs to a writer at work, and one of another user's is not ours to
/// judge.
void OutputFile::remove_leftovers() const {
  const int folder = place_.folder.number();
  const int listing = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(listing >= 0 ? fdopendir(listing) : nullptr, closedir);
  if (!entries) {
    const Descriptor closes(listing);
    return;
  }
  const std::string begin = beginning(place_.name);
  while (const dirent* entry = readdir(entries.get())) {
    const std::string name = entry->d_name;
    if (!is_random_name(name, begin)) continue;
    const Descriptor file(
        openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat found {};
    if (!file || fstat(file.number(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_uid != geteuid())
      continue;
    if (flock(file.number(), LOCK_EX | LOCK_NB) == 0 && same_file(folder, name, file.number()))
      unlinkat(folder, name.c_str(), 0);
  }
}

void write_file(const fs::path& path, std::string_view contents) {
  OutputFile file(path);
  file.write(contents);
  file.commit();
}

void check_can_write(const fs::path& path) {
  OutputFile file(path);
  file.write(std::string(4096, ' '));  // a full disk still makes empty files
}

}  // namespace unfurl::detail
