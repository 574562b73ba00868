#include "audio/sound_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <system_error>

#include "unfurl/error.hpp"

namespace unfurl::audio {
namespace {

using detail::cat;
using detail::Descriptor;
namespace fs = std::filesystem;

constexpr std::uint64_t most_copied = std::uint64_t{1} << 32;  // bytes of a pipe
constexpr sf_count_t cost_of_call = 4096;                      // in bytes read

[[noreturn]] void refuse(const fs::path& path, int error) {
  throw DataError(cat("cannot read '", path.string(), "' as sound: ", std::generic_category().message(error)),
                  {}, "see that the file may be read");
}

/// An empty file that is gone with its descriptor.
Descriptor nameless(const fs::path& path) {
  std::error_code absent;
  Descriptor file(::open(fs::temp_directory_path(absent).c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file) return file;
  // Some file systems have no files without a name: one whose name is removed at once.
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> named(std::tmpfile(), std::fclose);
  if (named) file = Descriptor(::fcntl(fileno(named.get()), F_DUPFD_CLOEXEC, 0));
  if (!file) refuse(path, errno);
  return file;
}

/// All that comes out of a pipe or device, as a regular file.
Descriptor copy(const Descriptor& from, const fs::path& path) {
  Descriptor to = nameless(path);
  std::string bytes(1 << 16, '\0');
  std::uint64_t done = 0;
  std::string first;
  for (;;) {
    const ssize_t got = ::read(from.number(), bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(path, errno);
    const std::string_view piece(bytes.data(), static_cast<std::size_t>(got));
    if (first.size() < 64) first += piece.substr(0, 64 - first.size());
    done += piece.size();
    // scan_sound() says what is wrong with what is no sound; an endless stream of it is not waited for.
    if (got == 0 || (first.size() == 64 && !begins_as_sound(first))) return to;
    if (done > most_copied)
      throw DataError(
          cat("'", path.string(), "' is no file, and more than ", most_copied, " bytes come from it"), {},
          "save it in a file, and read that");
    if (const int error = detail::write_all(to.number(), piece); error != 0) refuse(path, error);
  }
}

}  // namespace

SoundFile::SoundFile(const fs::path& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!file_) refuse(path, errno);
  if (!fs::is_regular_file(path)) file_ = copy(file_, path);
  header_ = scan_sound(file_.number(), path);
  for (const Piece& piece : header_.pieces)
    length_ += static_cast<sf_count_t>(piece.bytes.empty() ? piece.length : piece.bytes.size());
}

SNDFILE* SoundFile::open(SF_INFO& info) {
  SF_VIRTUAL_IO io = calls();
  renew_patience();
  return sf_open_virtual(&io, SFM_READ, &info, this);
}

void SoundFile::renew_patience() { patience_ = (sf_count_t{1} << 32) + 64 * length_; }

SF_VIRTUAL_IO SoundFile::calls() {
  return {[](void* self) { return static_cast<SoundFile*>(self)->length_; },
          [](sf_count_t offset, int whence, void* self) {
            return static_cast<SoundFile*>(self)->seek(offset, whence);
          },
          [](void* to, sf_count_t count, void* self) {
            return static_cast<SoundFile*>(self)->read(static_cast<char*>(to), count);
          },
          [](const void*, sf_count_t, void*) { return sf_count_t{0}; },
          [](void* self) { return static_cast<SoundFile*>(self)->position_; }};
}

sf_count_t SoundFile::seek(sf_count_t offset, int whence) {
  patience_ -= cost_of_call;
  const sf_count_t from = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? position_ : length_;
  sf_count_t to = 0;
  if (out_of_patience() || __builtin_add_overflow(from, offset, &to) || to < 0) return -1;
  return position_ = to;
}

sf_count_t SoundFile::read(char* to, sf_count_t count) {
  patience_ -= cost_of_call;
  if (out_of_patience()) return 0;
  sf_count_t done = 0, begin = 0;
  for (const Piece& piece : header_.pieces) {
    const bool ours = !piece.bytes.empty();
    const auto length = static_cast<sf_count_t>(ours ? piece.bytes.size() : piece.length);
    const sf_count_t inside = position_ - begin;
    begin += length;
    if (inside >= length || done >= count) continue;
    const sf_count_t wanted = std::min(count - done, length - inside);
    if (ours) {
      std::memcpy(to + done, piece.bytes.data() + inside, static_cast<std::size_t>(wanted));
    } else {
      const ssize_t got = pread(file_.number(), to + done, static_cast<std::size_t>(wanted),
                                static_cast<off_t>(piece.from) + inside);
      if (got < wanted) {  // the file has become shorter, or is broken
        done += std::max<ssize_t>(got, 0);
        position_ += std::max<ssize_t>(got, 0);
        break;
      }
    }
    done += wanted;
    position_ += wanted;
  }
  patience_ -= done;
  return done;
}

}  // namespace unfurl::audio
