#include "audio/wav_header.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace unfurl::audio {
namespace {

constexpr int most_chunks = 1 << 16;  // before the sound

class Bytes {
 public:
  explicit Bytes(int descriptor) : descriptor_(descriptor) {
    struct stat status {};
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode))
      length_ = static_cast<std::uint64_t>(status.st_size);
  }
  std::uint64_t length() const { return length_; }
  bool big_endian = false;

  std::array<char, 4> name(std::uint64_t at) const {
    std::array<char, 4> text{};
    read(at, text.data(), text.size());
    return text;
  }
  std::uint64_t number(std::uint64_t at, std::size_t bytes) const {
    std::array<unsigned char, 8> digits{};
    read(at, digits.data(), bytes);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i) value = value << 8U | digits[big_endian ? i : bytes - 1 - i];
    return value;
  }
  /// Whether a chunk begins there that ends with the file or before it.
  bool chunk_at(std::uint64_t at) const {
    if (at + 8 > length_) return false;
    const auto text = name(at);
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }) &&
           number(at + 4, 4) <= length_ - at - 8;
  }

 private:
  void read(std::uint64_t at, void* to, std::size_t count) const {
    [[maybe_unused]] const auto got = pread(descriptor_, to, count, static_cast<off_t>(at));
  }

  int descriptor_;
  std::uint64_t length_ = 0;
};

bool is(const std::array<char, 4>& name, std::string_view text) {
  return std::string_view(name.data(), name.size()) == text;
}

}  // namespace

bool is_placeholder(std::uint64_t bytes) {
  // Nothing yet; the largest signed and unsigned numbers, or as much as fits below them with a header.
  return bytes == 0 || (bytes >= 0x7FFF0000U && bytes <= 0x80000000U) ||
         (bytes >= 0xFFFF0000U && bytes <= 0xFFFFFFFFU) || bytes >= 0x7FFFFFFFFFFF0000U;
}

std::optional<WavHeader> scan_wav(int descriptor) {
  Bytes file(descriptor);
  const auto kind = file.name(0);
  if (!(is(kind, "RIFF") || is(kind, "RIFX") || is(kind, "RF64")) || !is(file.name(8), "WAVE")) return {};
  WavHeader header;
  header.big_endian = file.big_endian = is(kind, "RIFX");
  std::uint64_t long_size_at = 0, at = 12;
  for (int chunk = 0; chunk < most_chunks && at + 8 <= file.length(); ++chunk) {
    const auto name = file.name(at);
    const std::uint64_t size = file.number(at + 4, 4), begin = at + 8;
    if (is(name, "ds64")) long_size_at = begin + 8;
    if (is(name, "fmt ") && size >= 24 && file.number(begin, 2) == 0xFFFE) {
      header.speakers_at = static_cast<std::int64_t>(begin + 20);
      header.speakers = static_cast<std::uint32_t>(file.number(begin + 20, 4));
    }
    if (is(name, "data")) {
      const bool long_size = long_size_at > 0 && size == 0xFFFFFFFFU;
      header.size_at = static_cast<std::int64_t>(long_size ? long_size_at : at + 4);
      header.size_bytes = long_size ? 8 : 4;
      header.said = long_size ? file.number(long_size_at, 8) : size;
      header.held = file.length() - begin;
      header.unfinished =
          is_placeholder(header.said) && header.held != header.said &&
          (header.held < header.said || !file.chunk_at(begin + header.said + header.said % 2));
      return header;
    }
    at = begin + size + size % 2;
  }
  return {};
}

}  // namespace unfurl::audio
