/// The bytes of a sound file, and the numbers and chunks in them.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace unfurl::audio {

/// An open regular file, read where it is asked for.
class FileBytes {
 public:
  explicit FileBytes(int descriptor) : descriptor_(descriptor) {
    struct stat status {};
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
      length_ = static_cast<std::uint64_t>(status.st_size);
  }
  std::uint64_t length() const { return length_; }

  /// Fewer at the end of the file.
  std::string text(std::uint64_t at, std::size_t count) const {
    std::string bytes(count, '\0');
    const ssize_t got = pread(descriptor_, bytes.data(), count, static_cast<off_t>(at));
    bytes.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return bytes;
  }
  /// Missing bytes are 0.
  std::uint64_t number(std::uint64_t at, std::size_t bytes, bool big_endian) const {
    std::string digits = text(at, bytes);
    digits.resize(bytes);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value = value << 8U | static_cast<unsigned char>(digits[big_endian ? i : bytes - 1 - i]);
    return value;
  }

 private:
  int descriptor_;
  std::uint64_t length_ = 0;
};

/// A number as it stands in a file.
inline std::string number_text(std::uint64_t value, std::size_t bytes, bool big_endian) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i)
    text += static_cast<char>(value >> (8 * (big_endian ? bytes - 1 - i : i)) & 0xFFU);
  return text;
}

/// What a family of files made of chunks writes in front of each: four letters (and more, which are the same ones for all), and
/// how many bytes follow.
struct ChunkForm {
  std::string_view tail;         ///< of the names, behind their four letters
  std::size_t size_bytes = 4;    ///< of the number
  bool size_counts_all = false;  ///< the number counts name and number, too
  std::uint64_t align = 2;       ///< padding behind a chunk makes its length a multiple of this
  bool big_endian = false;

  std::size_t header() const { return 4 + tail.size() + size_bytes; }
  std::uint64_t padding(std::uint64_t size) const { return (align - size % align) % align; }

  std::string chunk_header(std::string_view letters, std::uint64_t size) const {
    return std::string(letters) + std::string(tail) +
           number_text(size + (size_counts_all ? header() : 0), size_bytes, big_endian);
  }
};

/// The chunk that begins somewhere in a file.
struct Chunk {
  std::string letters;             ///< fewer than four, or none: there is no chunk of this form
  std::uint64_t at = 0, size = 0;  ///< where its header begins; how many bytes follow that, as it says
  std::uint64_t begin = 0;         ///< where these are
  bool fits = false;               ///< in the file

  Chunk(const FileBytes& file, const ChunkForm& form, std::uint64_t place)
      : at(place), begin(place + form.header()) {
    if (begin > file.length() || begin < place) return;
    const std::string name = file.text(at, 4 + form.tail.size());
    if (!name.ends_with(form.tail)) {
      letters = "?";
    } else {
      letters = name.substr(0, 4);
    }
    size = file.number(at + name.size(), form.size_bytes, form.big_endian);
    if (form.size_counts_all) size = size < form.header() ? UINT64_MAX : size - form.header();
    fits = size <= file.length() - begin;
  }

  bool exists() const { return !letters.empty(); }
  /// Its name is one that a program would choose.
  bool plausible() const {
    return fits && letters.size() == 4 &&
           std::all_of(letters.begin(), letters.end(), [](char c) { return c >= ' ' && c <= '~'; });
  }
};

}  // namespace unfurl::audio
